import { createHash } from 'node:crypto';
import type { Actor } from '../../access/index.ts';
import type { NewRedline, Operation } from '../../documents/index.ts';
import { canonicalJson, ENGINE_VERSION, RESULT_LIMITS } from '../../redline/index.ts';
import type { OperationOptions, OperationResult } from '../operations.ts';
import type { ComparisonParts } from './comparison.ts';
import type { Handler, Need, Task } from './handlers.ts';
import { type AskedSide, type KeepWith, needsOf, type ReadSide, readSide, redlineName } from './sides.ts';

export const COMBINATION = 'combination';

type Options = OperationOptions<'combine'>;
type Combination = OperationResult<'combine'>;

/** What an operation of the kind `combination` is asked. */
export interface CombinationRequest {
  readonly base: AskedSide;
  /** In the order of the reviewers. */
  readonly copies: readonly AskedSide[];
  /** Without a date that of the operation's beginning is written. */
  readonly options: Omit<Options, 'date' | 'limits'> & Partial<Pick<Options, 'date'>>;
  /** With which document the redline is kept; `null`: it is a result, for some time. */
  readonly keep: KeepWith | null;
}

/** What came of it: under which id the result is, or which redline was kept with which document. */
type CombinationResult = {
  readonly exact: boolean;
  readonly copies: number;
  readonly conflicts: number;
} & (
  | { readonly kind: 'results'; readonly id: string }
  | { readonly kind: 'redline'; readonly id: string; readonly document: string }
);

/** What waiting for a thread, reading and keeping may take beside the combination itself. */
const BESIDE_MS = 120_000;

/** Combines copies of one base. What was combined before with the same options and engine is used again. */
export class CombinationHandler implements Handler {
  readonly softMs: number;
  readonly hardMs: number;
  readonly #parts: ComparisonParts;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.softMs = parts.deadlineMs / 2;
    this.hardMs = parts.deadlineMs + BESIDE_MS;
  }

  needs({ request }: Operation): readonly Need[] {
    const { base, copies, keep } = request as CombinationRequest;
    return needsOf([base, ...copies], keep);
  }

  async run(task: Task): Promise<CombinationResult> {
    const { operation } = task;
    const { library, results, examiner } = this.#parts;
    // Nothing but what takes operations of this kind writes there.
    const asked = operation.request as CombinationRequest;
    task.progress('reading', 0);
    const base = await readSide(library, task, asked.base);
    const copies: ReadSide[] = [];
    for (const one of asked.copies) copies.push(await readSide(library, task, one));
    const { date = `${operation.createdAt.slice(0, 19)}Z` } = asked.options;
    const options = { ...asked.options, date, limits: RESULT_LIMITS };
    const key = keyOf([base, ...copies], asked.options);
    const found = await results.recall(operation.tenant, key);
    const combination =
      found === null
        ? await this.#combine(task, base, copies, options)
        : { document: found.document, report: found.report as Combination['report'] };
    task.progress('keeping', 90);
    const { verification, conflicts } = combination.report;
    const said = { exact: verification.exact, copies: copies.length, conflicts: conflicts.length };
    if (asked.keep === null) return { ...(await this.#save(operation, combination, key)), ...said };
    const { document, name, operation: change } = asked.keep;
    const scans = [base, ...copies].map(({ scanned }) => scanned);
    const make = async (): Promise<NewRedline> => {
      task.signal.throwIfAborted();
      return {
        ...keptCombination(combination, base, copies, options),
        name: name ?? redlineName(base.compared.name),
        examine: examiner.made(scans, task.signal),
      };
    };
    const actor: Actor = operation.actor;
    const kept = await library.redlines.create({ actor, operation: change }, document, make);
    return { kind: 'redline', id: kept.stored.head.id, document, ...said };
  }

  async #combine(
    task: Task,
    base: ReadSide,
    copies: readonly ReadSide[],
    options: Options,
  ): Promise<Combination> {
    task.progress('combining', 20);
    const place = this.#parts.pool.reserve({ waits: true });
    try {
      const inputs = { base: base.bytes, copies: copies.map(({ bytes }) => bytes) };
      return await place.run('combine', inputs, options, task.signal);
    } finally {
      place.release();
    }
  }

  async #save(
    { tenant }: Operation,
    { document, report }: Combination,
    key: string,
  ): Promise<{ readonly kind: 'results'; readonly id: string }> {
    const { results, keepMs } = this.#parts;
    const kind = 'results';
    const saved = await results.save({ tenant, kind }, document, report, keepMs);
    await results.remember(saved, key);
    return { kind, id: saved.id };
  }
}

/** What is kept with a document of a combination. */
export function keptCombination(
  { document, report }: Combination,
  base: Pick<ReadSide, 'compared'>,
  copies: readonly Pick<ReadSide, 'compared'>[],
  options: object,
): Omit<NewRedline, 'name' | 'examine'> {
  const { conflicts, movesDissolved, verification } = report;
  return {
    document,
    result: report,
    counts: { copies: copies.length, conflicts: conflicts.length },
    facts: {
      kind: 'combined',
      original: base.compared,
      modified: copies.map(({ compared }) => compared),
      options,
      summary: { exact: verification.exact, conflicts: conflicts.length, movesDissolved },
    },
  };
}

/** Names what was combined, how, and by which engine. */
function keyOf(sides: readonly ReadSide[], options: CombinationRequest['options']): string {
  const all = canonicalJson([COMBINATION, ENGINE_VERSION, sides.map((one) => one.compared.sha256), options]);
  return createHash('sha256').update(all).digest('hex');
}

import { createHash } from 'node:crypto';
import type { Actor } from '../../access/index.ts';
import type { Examiner, Library, NewRedline, Operation, Results } from '../../documents/index.ts';
import type { Clock } from '../../kit/index.ts';
import {
  type CompareOptions,
  type Comparison,
  canonicalJson,
  compareOptions,
  ENGINE_VERSION,
  type GivenOptions,
  type Report,
} from '../../redline/index.ts';
import type { EnginePool } from '../engine-pool.ts';
import type { Handler, Need, Task } from './handlers.ts';
import { Pace } from './pace.ts';
import { type AskedSide, type KeepWith, needsOf, type ReadSide, readSide, redlineName } from './sides.ts';

export const COMPARISON = 'comparison';

/** What an operation of the kind `comparison` is asked. */
export interface ComparisonRequest {
  readonly original: AskedSide;
  readonly modified: AskedSide;
  /** Without a date that of the operation's beginning is written. */
  readonly options: GivenOptions;
  /** With which document the redline is kept; `null`: it is a result, for some time. */
  readonly keep: KeepWith | null;
}

/** What is said of a comparison wherever it is listed. */
export interface ComparisonFacts {
  readonly exact: boolean;
  readonly identical: boolean;
  /** Tracked changes. */
  readonly changes: number;
  readonly words: { readonly inserted: number; readonly deleted: number; readonly moved: number };
  readonly sha256: { readonly original: string; readonly modified: string; readonly redline: string };
  /** What the documents are called. */
  readonly names: { readonly original: string; readonly modified: string };
}

/** What came of it: under which id the result is, or which redline was kept with which document. */
export type ComparisonResult = ComparisonFacts &
  (
    | { readonly kind: 'comparisons'; readonly id: string }
    | { readonly kind: 'redline'; readonly id: string; readonly document: string }
  );

export interface ComparisonParts {
  readonly library: Library;
  readonly results: Results;
  readonly examiner: Examiner;
  readonly pool: EnginePool;
  readonly clock: Clock;
  /** Milliseconds that a result is kept. */
  readonly keepMs: number;
  /** Milliseconds that one comparison may take. */
  readonly deadlineMs: number;
}

/** What waiting for a thread, reading and keeping may take beside the comparison itself. */
const BESIDE_MS = 120_000;
/** Milliseconds for each kilobyte of both documents. */
const TYPICAL_PACE = 2;

/** Compares two documents. What was compared before with the same options and engine is used again. */
export class ComparisonHandler implements Handler {
  readonly softMs: number;
  readonly hardMs: number;
  readonly #parts: ComparisonParts;
  readonly #pace = new Pace(TYPICAL_PACE);

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.softMs = parts.deadlineMs / 2;
    this.hardMs = parts.deadlineMs + BESIDE_MS;
  }

  needs({ request }: Operation): readonly Need[] {
    const { original, modified, keep } = request as ComparisonRequest;
    return needsOf([original, modified], keep);
  }

  async run(task: Task): Promise<ComparisonResult> {
    const { operation } = task;
    // Nothing but what takes operations of this kind writes there.
    const asked = operation.request as ComparisonRequest;
    task.progress('reading', 0);
    const original = await readSide(this.#parts.library, task, asked.original);
    const modified = await readSide(this.#parts.library, task, asked.modified);
    const begun = `${operation.createdAt.slice(0, 19)}Z`;
    const date = asked.options.date === undefined ? begun : asked.options.date;
    const options = compareOptions({ ...asked.options, date });
    const key = keyOf(
      original,
      modified,
      asked.options.date === undefined ? { ...options, date: '' } : options,
    );
    const found = await this.#parts.results.recall(operation.tenant, key);
    const comparison =
      found === null
        ? await this.#compare(task, original, modified, options)
        : { redline: found.document, report: found.report as Report };
    task.progress('keeping', 90);
    const said = factsOf(comparison.report, original, modified);
    if (asked.keep === null) return { ...(await this.#save(operation, comparison, key)), ...said };
    const { document, name, operation: change } = asked.keep;
    const make = async (): Promise<NewRedline> => {
      task.signal.throwIfAborted();
      return {
        ...keptComparison(comparison, original, modified),
        name: name ?? redlineName(original.compared.name),
        examine: this.#parts.examiner.made([original.scanned, modified.scanned], task.signal),
      };
    };
    const actor: Actor = operation.actor;
    const kept = await this.#parts.library.redlines.create({ actor, operation: change }, document, make);
    return { kind: 'redline', id: kept.stored.head.id, document, ...said };
  }

  async #compare(
    task: Task,
    original: ReadSide,
    modified: ReadSide,
    options: CompareOptions,
  ): Promise<Comparison> {
    const { pool } = this.#parts;
    const timed = this.#pace.begin(original.bytes.length + modified.bytes.length);
    task.progress('comparing', 20, timed.expectedMs);
    const place = pool.reserve({ waits: true });
    try {
      const inputs = { original: original.bytes, modified: modified.bytes };
      const comparison = await place.run('compare', inputs, options, task.signal);
      timed.end();
      return comparison;
    } finally {
      place.release();
    }
  }

  async #save(
    { tenant }: Operation,
    { redline, report }: Comparison,
    key: string,
  ): Promise<{ readonly kind: 'comparisons'; readonly id: string }> {
    const { results, keepMs } = this.#parts;
    const kind = 'comparisons';
    const saved = await results.save({ tenant, kind }, redline, report, keepMs);
    await results.remember(saved, key);
    return { kind, id: saved.id };
  }
}

function factsOf(
  { identical, verification, counts, words, sha256 }: Report,
  original: ReadSide,
  modified: ReadSide,
): ComparisonFacts {
  const changes = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const names = { original: original.compared.name, modified: modified.compared.name };
  return { exact: verification.exact, identical, changes, words, sha256, names };
}

/** What is kept with a document of a comparison. */
export function keptComparison(
  { redline, report }: Comparison,
  original: Pick<ReadSide, 'compared'>,
  modified: Pick<ReadSide, 'compared'>,
): Omit<NewRedline, 'name' | 'examine'> {
  const { engine, identical, counts, words, verification, options } = report;
  return {
    document: redline,
    result: report,
    counts: { ...counts },
    facts: {
      kind: 'compared',
      original: original.compared,
      modified: [modified.compared],
      options,
      summary: { engine, identical, exact: verification.exact, counts, words },
    },
  };
}

/** Names what was compared, how, and by which engine. */
function keyOf(original: ReadSide, modified: ReadSide, options: CompareOptions): string {
  const sides = [original.compared.sha256, modified.compared.sha256];
  const all = canonicalJson([ENGINE_VERSION, ...sides, options]);
  return createHash('sha256').update(all).digest('hex');
}

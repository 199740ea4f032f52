import { createHash } from 'node:crypto';
import type { Actor } from '../../access/index.ts';
import {
  type ComparedContent,
  type ContentFacts,
  DocumentsError,
  type Examiner,
  isWord,
  type Library,
  type NewRedline,
  type Operation,
  type Results,
} from '../../documents/index.ts';
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

export const COMPARISON = 'comparison';

/** A document that was sent with the operation, or a version of a kept one. */
export type AskedSide =
  | { readonly input: string; readonly name: string }
  | {
      readonly document: string;
      readonly version: number;
      /** What it was called when it was asked for. */
      readonly name?: string;
    };

/** What an operation of the kind `comparison` is asked. */
export interface ComparisonRequest {
  readonly original: AskedSide;
  readonly modified: AskedSide;
  /** Without a date that of the operation's beginning is written. */
  readonly options: GivenOptions;
  /** With which document the redline is kept; `null`: it is a result, for some time. */
  readonly keep: {
    readonly document: string;
    /** By default made from the name of the original. */
    readonly name: string | null;
    /** Under which operation it is committed: asked for twice, it is kept once. */
    readonly operation: string;
  } | null;
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

/** One of the documents, in memory. */
export interface ReadSide {
  readonly bytes: Uint8Array;
  readonly compared: ComparedContent;
  readonly scanned: ContentFacts['scanned'];
}

/** What waiting for a thread, reading and keeping may take beside the comparison itself. */
const BESIDE_MS = 120_000;
/** First guess of how long comparing takes: milliseconds for each kilobyte of both documents. */
const TYPICAL_PACE = 2;
/** UTF-16 units of a document's name that are taken over into that of a redline. */
const MOST_STEM = 230;

/** Compares two documents. What was compared before with the same options and engine is used again. */
export class ComparisonHandler implements Handler {
  readonly softMs: number;
  readonly hardMs: number;
  readonly #parts: ComparisonParts;
  /** Milliseconds for each kilobyte, as seen lately. */
  #pace = TYPICAL_PACE;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
    this.softMs = parts.deadlineMs / 2;
    this.hardMs = parts.deadlineMs + BESIDE_MS;
  }

  needs({ request }: Operation): readonly Need[] {
    const { original, modified, keep } = request as ComparisonRequest;
    const read = [original, modified].flatMap((side) => ('document' in side ? [side.document] : []));
    return [
      keep === null
        ? { action: 'compare', document: null }
        : { action: 'documents.write', document: keep.document },
      ...read.map((document) => ({ action: 'documents.read', document }) as const),
    ];
  }

  async run(task: Task): Promise<ComparisonResult> {
    const { operation } = task;
    // Nothing but what takes operations of this kind writes there.
    const asked = operation.request as ComparisonRequest;
    task.progress('reading', 0);
    const original = await this.#read(task, asked.original);
    const modified = await this.#read(task, asked.modified);
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
    const make = async (): Promise<NewRedline> => ({
      ...keptComparison(comparison, original, modified),
      name: name ?? redlineName(original.compared.name),
      examine: this.#parts.examiner.made([original.scanned, modified.scanned], task.signal),
    });
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
    const kilobytes = (original.bytes.length + modified.bytes.length) / 1024;
    task.progress('comparing', 20, kilobytes * this.#pace);
    const started = performance.now();
    const place = pool.reserve({ waits: true });
    try {
      const inputs = { original: original.bytes, modified: modified.bytes };
      const comparison = await place.run('compare', inputs, options, task.signal);
      if (kilobytes > 0) this.#pace += ((performance.now() - started) / kilobytes - this.#pace) / 8;
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

  async #read(task: Task, side: AskedSide): Promise<ReadSide> {
    if ('input' in side) {
      const bytes = await task.input(side.input);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return {
        bytes,
        compared: { document: null, version: null, name: side.name, sha256 },
        scanned: undefined,
      };
    }
    const { documents } = this.#parts.library;
    const actor: Actor = task.operation.actor;
    const { stored, version } = await documents.version(actor, side.document, side.version);
    const { type, size, sha256, scanned } = version.facts;
    if (!isWord(type)) throw new DocumentsError('documents/not-word', 'Only Word documents can be compared.');
    const bytes = new Uint8Array(size);
    let at = 0;
    for await (const chunk of (await documents.open(actor, side.document, version.number)).body) {
      bytes.set(chunk, at);
      at += chunk.byteLength;
    }
    const { document } = side;
    return {
      bytes,
      scanned,
      compared: { document, version: version.number, name: stored.head.name, sha256 },
    };
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

/** `Lease.docx` gives `Lease (redline).docx`. @param name of the original. */
export function redlineName(name: string): string {
  const [, stem = name, extension = '.docx'] = /^(.*?)(\.do[ct][xm])?$/i.exec(name) ?? [];
  return `${stem.slice(0, MOST_STEM)} (redline)${extension}`;
}

/** Names what was compared, how, and by which engine. */
function keyOf(original: ReadSide, modified: ReadSide, options: CompareOptions): string {
  const sides = [original.compared.sha256, modified.compared.sha256];
  const all = canonicalJson([ENGINE_VERSION, ...sides, options]);
  return createHash('sha256').update(all).digest('hex');
}

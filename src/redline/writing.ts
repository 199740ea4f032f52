import type { Codec } from './codec.ts';
import { asDocument, Contents, checkDefinitions, openPackage, type Package } from './ooxml/index.ts';
import type { CompareOptions } from './options.ts';
import type { NotCompared, Stage } from './report.ts';
import {
  preserve,
  type Rungs,
  trackedParts,
  type Written,
  withoutRevisions,
  writeRedline,
} from './revisions/index.ts';

/** Adds up the time of each stage. */
export interface Stopwatch {
  readonly lap: (name: Stage['name']) => void;
  readonly stages: () => Stage[];
}

/** One comparison: its inputs and how they are compared. */
export interface Task {
  readonly original: Uint8Array;
  readonly modified: Uint8Array;
  readonly options: CompareOptions;
  readonly codec: Codec;
  readonly clock: Stopwatch;
}

const NOT_KEPT =
  'Tracked changes that the documents held could not be kept here; what they did is marked as new.';

/** Reads the inputs and writes a redline: what was read is let go before the redline is verified. */
export function writeSettled(task: Task, rungs: Rungs): Written {
  const { options, codec, clock } = task;
  const { a, b } = readBoth(task);
  const lost = options.tracked === 'preserve' ? [...trackedParts(a), ...trackedParts(b)] : [];
  const original = withoutRevisions(a, options.limits, options.tracked === 'accept' ? 'accept' : 'reject');
  const modified = withoutRevisions(b, options.limits, options.tracked === 'reject' ? 'reject' : 'accept');
  checkDefinitions(original);
  checkDefinitions(modified, original);
  clock.lap('read');
  const written = writeRedline(original, modified, options, rungs, codec);
  clock.lap('write');
  return noting(written, lost);
}

/** Tries to keep blocks as they are before all earlier changes are given up. */
const MOST_TRIES = 4;

/**
 * The same beside the tracked changes that the inputs hold; `undefined` where those cannot be put back.
 *
 * @param deep  keep those of marks, rows and formatting as well, not of content alone
 */
export function writeBeside(task: Task, rungs: Rungs, deep: boolean): Written | undefined {
  const misfits = new Set<string>();
  for (let n = 0; n < MOST_TRIES; n++) {
    const tried = tryBeside(task, rungs, misfits, deep);
    if (tried.misfits.length === 0) return tried.written;
    for (const key of tried.misfits) misfits.add(key);
  }
  return undefined;
}

interface Tried {
  readonly written: Written;
  readonly misfits: readonly string[];
}

function tryBeside(task: Task, rungs: Rungs, known: ReadonlySet<string>, deep: boolean): Tried {
  const { options, codec, clock } = task;
  const { a, b } = readBoth(task);
  const kept = preserve(a, b, known, deep, options.limits, codec);
  checkDefinitions(kept.original);
  checkDefinitions(kept.modified, kept.original);
  clock.lap('read');
  // A moved run could not say which earlier changes moved along.
  const moves = { ...options.moves, enabled: options.moves.enabled && !kept.keeps };
  const written = writeRedline(kept.original, kept.modified, { ...options, moves }, rungs, codec);
  const isSame = kept.settledParts.length === 0 && Object.values(written.tally).every((n) => n === 0);
  const { redline, misfits, lost } = isSame
    ? { redline: task.original, misfits: [], lost: [] }
    : kept.finish(written.bytes);
  clock.lap('write');
  const parts = [...kept.settledParts, ...lost];
  return { written: noting({ ...written, bytes: redline, untouched: isSame }, parts), misfits };
}

function noting(written: Written, parts: readonly string[]): Written {
  const notes = [...new Set(parts)].map((part): NotCompared => ({ part, reason: NOT_KEPT }));
  return { ...written, notCompared: [...written.notCompared, ...notes] };
}

/** The inputs; what both hold alike is read once. */
function readBoth(task: Task): { readonly a: Package; readonly b: Package } {
  const contents = new Contents();
  return { a: read(task, 'original', contents), b: read(task, 'modified', contents) };
}

/** Reads an input; a refusal, now or when a part is read later, says which input it is about. */
function read(task: Task, input: 'original' | 'modified', contents: Contents): Package {
  const { limits } = task.options;
  return asDocument(openPackage(task[input], task.codec, limits, input, contents), limits);
}

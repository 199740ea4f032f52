import { nodeCodec } from '../../src/kit/index.ts';
import {
  type Comparison,
  compare,
  DEFAULT_LIMITS,
  type GivenOptions,
  type Report,
  verify,
} from '../../src/redline/index.ts';

const OPTIONS: GivenOptions = { author: 'A', date: '2024-05-01T00:00:00Z', limits: DEFAULT_LIMITS };

/** A law that two documents broke. */
class LawBroken extends Error {
  constructor(law: string, detail: string) {
    super(`${law}: ${detail}`);
  }
}

/** What is counted rather than demanded. */
export interface Outcome {
  readonly redline: Uint8Array;
  /** Every story came from the first rung. */
  readonly first: boolean;
  /** The other direction marks the same words the other way round. */
  readonly mirrored: boolean;
}

/** Is the document one that the laws speak of? Anything else is a fault of the mutator. */
export function mustBeValid(data: Uint8Array): void {
  const { differences, faults } = verify(data, data, data, nodeCodec, DEFAULT_LIMITS);
  if (differences.length + faults.length > 0)
    throw new LawBroken('a valid document', JSON.stringify([...differences, ...faults]));
}

function proven(a: Uint8Array, b: Uint8Array, law: string): Comparison {
  try {
    return compare(a, b, OPTIONS, nodeCodec);
  } catch (error) {
    throw new LawBroken(law, error instanceof Error ? error.message : String(error));
  }
}

/** Everything that is true of two documents and their redlines in both directions. */
export function holds(a: Uint8Array, b: Uint8Array): Outcome {
  const there = proven(a, b, 'exact');
  const back = proven(b, a, 'exact the other way round');
  const again = compare(a, b, OPTIONS, nodeCodec).redline;
  if (Buffer.compare(there.redline, again) !== 0) throw new LawBroken('the same bytes twice', 'they differ');
  const low = [...there.report.stories, ...back.report.stories].filter((s) => s.rung !== 'words');
  const left = proven(there.redline, b, 'exact once more').report;
  const changes = changesOf(left);
  if (changes.length > 0) throw new LawBroken('accepted, nothing is left to change', JSON.stringify(changes));
  const [x, y] = [there.report.words, back.report.words];
  const moved = there.report.counts.moves + back.report.counts.moves > 0;
  return {
    redline: there.redline,
    first: low.length === 0,
    mirrored: moved || (x.inserted === y.deleted && x.deleted === y.inserted),
  };
}

/** A document and itself, or another file of it: nothing is marked, and the bytes are the original's, unless it holds earlier changes. */
export function isQuiet(a: Uint8Array, b: Uint8Array): void {
  const { redline, report } = proven(a, b, 'exact');
  const changes = changesOf(report);
  if (changes.length > 0) throw new LawBroken('no change', JSON.stringify(changes));
  if (report.identical ? Buffer.compare(a, redline) !== 0 : proven(a, a, 'exact').report.identical)
    throw new LawBroken('the original bytes', 'they differ');
}

function changesOf(report: Report): [string, number][] {
  return Object.entries(report.counts).filter(([, n]) => n > 0);
}

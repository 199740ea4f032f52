import { nodeCodec } from '../kit/index.ts';
import { compare, compareOptions } from '../redline/index.ts';
import type { Io } from './io.ts';
import { type ProduceFlags, produce } from './produce.ts';
import { checkAuthor, parseDate } from './stamp.ts';
import { comparisonSummary } from './summary.ts';

export interface CompareFlags extends ProduceFlags {
  readonly author: string;
  /** As given: an ISO 8601 date, `none`, or undefined for now. */
  readonly date?: string;
}

/** `redline compare`: resolves with the exit code. */
export async function runCompare(
  original: string,
  modified: string,
  flags: CompareFlags,
  io: Io,
): Promise<number> {
  const author = checkAuthor(flags.author);
  const options = compareOptions({ author, date: parseDate(flags.date, io.today()) });
  const inputs = [
    { name: original, role: 'original' },
    { name: modified, role: 'modified' },
  ] as const;
  const work = ([before, after]: readonly [Uint8Array, Uint8Array]) => {
    const { redline, report } = compare(before, after, options, nodeCodec);
    return { bytes: redline, report, summary: comparisonSummary(report) };
  };
  return await produce(inputs, flags, 'Comparing', work, io);
}

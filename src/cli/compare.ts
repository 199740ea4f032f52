import { nodeCodec } from '../kit/index.ts';
import { compare } from '../redline/index.ts';
import type { Io } from './io.ts';
import { type OptionFlags, optionsOf } from './options.ts';
import { type ProduceFlags, produce } from './produce.ts';
import { comparisonSummary } from './summary.ts';

export type CompareFlags = ProduceFlags & OptionFlags;

/** `redline compare`: resolves with the exit code. */
export async function runCompare(
  original: string,
  modified: string,
  flags: CompareFlags,
  io: Io,
): Promise<number> {
  const options = optionsOf(flags, io);
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

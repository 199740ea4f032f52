import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { BenchPair } from './pairs.ts';

export interface PeakMemory {
  /** MB that the process held at most. */
  readonly rssMb: number;
  /** MB of it that came after Node, the engine and the two files were loaded. */
  readonly addedMb: number;
  /** MB of V8 heap right after the comparison, dead objects included. */
  readonly heapMb: number;
}

/** Peak memory of the first comparison of a fresh process. */
export function peakMemory(pair: BenchPair): PeakMemory {
  const script = join(import.meta.dirname, 'memory.ts');
  const output = execFileSync(process.execPath, [script, pair.originalPath, pair.modifiedPath]);
  return JSON.parse(output.toString()) as PeakMemory;
}

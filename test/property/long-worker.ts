import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { emptyTally, noiseLaws, type Recipe, redlineLaws, type Tally } from './run.ts';

const CHUNK = 100;
/** Larger documents take long and say little more. */
const MOST_BYTES = 120_000;

export interface LongOptions {
  /** Where redlines for the checker are written. */
  readonly folder: string;
  readonly corpus: boolean;
  /** Every how many pairs one is kept for the checker, 0 for none. */
  readonly checker: number;
}

/** A redline on the disk, for the checker. */
export interface Sample {
  readonly recipe: Recipe;
  readonly files: { readonly original: string; readonly modified: string; readonly redline: string };
}

/** What the pairs of one seed came to. */
export interface ChunkResult {
  readonly tally: Tally;
  /** Recipes that broke a law, with what was broken. */
  readonly broken: readonly string[];
  readonly samples: readonly Sample[];
}

function chunk(bases: readonly Base[], seed: number, { folder, checker }: LongOptions): ChunkResult {
  const tally = emptyTally();
  const samples: Sample[] = [];
  const laws = redlineLaws(bases, tally, (recipe, { redline }, [original, modified]) => {
    // Counted over all chunks: a chunk alone may hold fewer pairs than that.
    if (checker === 0 || (seed * CHUNK + tally.pairs) % checker !== 0) return;
    const write = (name: string, data: Uint8Array): string => {
      const file = join(folder, `${seed}-${tally.pairs}-${name}.docx`);
      writeFileSync(file, data);
      return file;
    };
    const files = { original: write('original', original), modified: write('modified', modified) };
    samples.push({ recipe, files: { ...files, redline: write('redline', redline) } });
  });
  const runs = [
    fc.check(laws, { seed, numRuns: CHUNK }),
    fc.check(noiseLaws(bases), { seed, numRuns: CHUNK / 10 }),
  ];
  const broken = runs.flatMap((run) => {
    if (!run.failed) return [];
    const { errorInstance: error } = run;
    return [
      `${JSON.stringify(run.counterexample)}\n    ${error instanceof Error ? error.message : String(error)}`,
    ];
  });
  return { tally, broken, samples };
}

const options = workerData as LongOptions;
const bases = options.corpus ? corpusBases(MOST_BYTES) : SMALL;
parentPort?.on('message', (seed: number) => parentPort?.postMessage(chunk(bases, seed, options)));

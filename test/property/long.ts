// Long runs of the laws, to find what the tests do not know yet:
//
//   node test/property/long.ts --pairs 20000 --seed 1 [--corpus] [--checker 50]
//
// `--corpus` starts from the documents of the corpus, `--checker N` has the independent checker judge every Nth pair.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { faults, Judge } from '../corpus/judge.ts';
import { corpusDirectory, toolsDirectory } from '../corpus/pairs.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { emptyTally, noiseLaws, type Recipe, redlineLaws, type Tally } from './run.ts';

const CHUNK = 100;
/** Larger documents take long and say little more. */
const MOST_BYTES = 120_000;
/** Recipes below the first rung that are printed. */
const MOST_SHOWN = 20;

/** A redline on the disk, for the checker. */
interface Sample {
  readonly recipe: Recipe;
  readonly files: { readonly original: string; readonly modified: string; readonly redline: string };
}

class Samples {
  readonly kept: Sample[] = [];
  readonly #every: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'redline-pairs-'));
  #seen = 0;

  /** @param every  keep each of so many, 0 for none */
  constructor(every: number) {
    this.#every = every;
  }

  add(recipe: Recipe, redline: Uint8Array, [original, modified]: readonly [Uint8Array, Uint8Array]): void {
    if (this.#every === 0 || this.#seen++ % this.#every !== 0) return;
    const write = (name: string, data: Uint8Array): string => {
      const file = join(this.#folder, `${this.kept.length}-${name}.docx`);
      writeFileSync(file, data);
      return file;
    };
    this.kept.push({
      recipe,
      files: {
        original: write('original', original),
        modified: write('modified', modified),
        redline: write('redline', redline),
      },
    });
  }

  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function chunk(bases: readonly Base[], seed: number, tally: Tally, samples: Samples): string[] {
  const laws = redlineLaws(bases, tally, (recipe, outcome, pair) =>
    samples.add(recipe, outcome.redline, pair),
  );
  const runs = [
    fc.check(laws, { seed, numRuns: CHUNK }),
    fc.check(noiseLaws(bases), { seed, numRuns: CHUNK / 10 }),
  ];
  return runs.flatMap((run) => {
    if (!run.failed) return [];
    const { errorInstance: error } = run;
    return [
      `${JSON.stringify(run.counterexample)}\n    ${error instanceof Error ? error.message : String(error)}`,
    ];
  });
}

async function judged(samples: readonly Sample[]): Promise<string[]> {
  const corpus = corpusDirectory();
  if (samples.length === 0 || corpus === null) return [];
  const judge = new Judge(toolsDirectory(corpus));
  const found: string[] = [];
  for (const { recipe, files } of samples) {
    const report = await judge.judge(files);
    if (!report.ok) found.push(`${JSON.stringify(recipe)}\n    ${faults(report).join('\n    ')}`);
  }
  judge.stop();
  return found;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      corpus: { type: 'boolean', default: false },
      checker: { type: 'string', default: '0' },
    },
  });
  const bases = values.corpus ? corpusBases(MOST_BYTES) : SMALL;
  const samples = new Samples(Number(values.checker));
  const tally = emptyTally();
  let failures = 0;
  const fail = (message: string): void => {
    failures++;
    console.log(message);
  };
  for (let seed = Number(values.seed); tally.pairs < Number(values.pairs); seed++)
    for (const message of chunk(bases, seed, tally, samples)) fail(`seed ${seed}: ${message}`);
  for (const message of await judged(samples.kept)) fail(`checker: ${message}`);
  samples.clear();
  for (const recipe of tally.lower.slice(0, MOST_SHOWN))
    console.log(`below the first rung: ${JSON.stringify(recipe)}`);
  const { pairs, lower, lopsided } = tally;
  console.log(
    `${pairs} pairs, ${failures} failures, ${lower.length} below the first rung, ${lopsided} lopsided, ${samples.kept.length} judged`,
  );
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();

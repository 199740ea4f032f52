// Long runs of the laws, to find what the tests do not know yet:
//
//   node test/property/long.ts --pairs 20000 --seed 1 [--corpus] [--checker 50] [--jobs 2]
//
// `--corpus` starts from the documents of the corpus, `--checker N` has the independent checker judge every Nth pair,
// `--jobs N` works in so many threads. A seed makes the same pairs in any number of them. Ctrl-C ends it after the pairs
// that are being made, and says what was found so far.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { faults, Judge } from '../corpus/judge.ts';
import { corpusDirectory, toolsDirectory } from '../corpus/pairs.ts';
import type { ChunkResult, LongOptions, Sample } from './long-worker.ts';
import { emptyTally } from './run.ts';

/** Recipes below the first rung that are printed. */
const MOST_SHOWN = 20;
/** Pairs between two lines of progress. */
const STEP = 1000;

/** Chunks of pairs, a seed each, until there are enough; `seen` is told of each as it is done. */
async function chunks(
  options: LongOptions,
  jobs: number,
  firstSeed: number,
  seen: (seed: number, result: ChunkResult) => boolean,
): Promise<void> {
  let [next, isEnough] = [firstSeed, false];
  process.once('SIGINT', () => {
    isEnough = true;
  });
  const thread = async (): Promise<void> => {
    const worker = new Worker(new URL('./long-worker.ts', import.meta.url), { workerData: options });
    try {
      while (!isEnough) {
        const seed = next++;
        worker.postMessage(seed);
        const result = await new Promise<ChunkResult>((done, failed) => {
          worker.once('message', done);
          worker.once('error', failed);
        });
        worker.removeAllListeners('error');
        isEnough = seen(seed, result) || isEnough;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: jobs }, thread));
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
      jobs: { type: 'string', default: '2' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'redline-pairs-'));
  const options = { folder, corpus: values.corpus, checker: Number(values.checker) };
  const tally = emptyTally();
  const samples: Sample[] = [];
  let failures = 0;
  const fail = (message: string): void => {
    failures++;
    console.log(message);
  };
  await chunks(options, Number(values.jobs), Number(values.seed), (seed, result) => {
    for (const message of result.broken) fail(`seed ${seed}: ${message}`);
    const before = tally.pairs;
    tally.pairs += result.tally.pairs;
    tally.lopsided += result.tally.lopsided;
    tally.lower.push(...result.tally.lower);
    samples.push(...result.samples);
    if (Math.floor(before / STEP) < Math.floor(tally.pairs / STEP))
      console.error(`${tally.pairs} pairs, ${failures} failures, up to seed ${seed}`);
    return tally.pairs >= Number(values.pairs);
  });
  for (const message of await judged(samples)) fail(`checker: ${message}`);
  rmSync(folder, { recursive: true, force: true });
  for (const recipe of tally.lower.slice(0, MOST_SHOWN))
    console.log(`below the first rung: ${JSON.stringify(recipe)}`);
  const { pairs, lower, lopsided } = tally;
  console.log(
    `${pairs} pairs, ${failures} failures, ${lower.length} below the first rung, ${lopsided} lopsided, ${samples.length} judged`,
  );
  return failures === 0 ? 0 : 1;
}

process.exitCode = await main();

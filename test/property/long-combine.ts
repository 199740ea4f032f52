// Long runs of the laws of combining, to find what the tests do not know yet:
//
//   node test/property/long-combine.ts --runs 2000 --seed 1 [--corpus]
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { corpusBases, SMALL } from './bases.ts';
import { combineHolds, reviews } from './combining.ts';

const CHUNK = 20;
/** Larger documents take long and say little more. */
const MOST_BYTES = 60_000;

function main(): number {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      corpus: { type: 'boolean', default: false },
    },
  });
  const bases = values.corpus ? corpusBases(MOST_BYTES) : SMALL;
  const found = { runs: 0, failures: 0, free: 0, leftOut: 0, conflicts: 0, dissolved: 0 };
  const law = fc.property(reviews(bases), (review) => {
    const { report } = combineHolds(review, bases);
    found.runs++;
    found.conflicts += report.conflicts.length;
    if (report.conflicts.length === 0) found.free++;
    if (report.conflicts.some((c) => c.leftOut !== null) && review.policy === 'keep') found.leftOut++;
    if (report.movesDissolved) found.dissolved++;
  });
  for (let seed = Number(values.seed); found.runs < Number(values.runs); seed++) {
    const run = fc.check(law, { seed, numRuns: CHUNK });
    if (!run.failed) continue;
    found.failures++;
    const { errorInstance: error } = run;
    console.log(
      `seed ${seed}: ${JSON.stringify(run.counterexample)}\n    ${error instanceof Error ? error.stack?.slice(0, 600) : String(error)}`,
    );
  }
  console.log(JSON.stringify(found));
  return found.failures === 0 ? 0 : 1;
}

process.exitCode = main();

// Long runs of random lists of edits, to find what is refused because it is not proven, and what breaks:
//
//   node test/property/long-edits.ts --runs 2000 --seed 1 [--corpus] [--only NAME]
import { parseArgs } from 'node:util';
import { corpusBases, SMALL } from './bases.ts';
import { editingHolds, fewest, isClean, type Tally } from './editing.ts';

/** Larger documents take long and say little more. */
const MOST_BYTES = 60_000;

function main(): number {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      corpus: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  });
  const bases = (values.corpus ? corpusBases(MOST_BYTES) : SMALL).filter((b) => b.name.includes(values.only));
  const clean = new Set(bases.filter(isClean));
  const tally: Tally = { tried: 0, applied: 0, unproven: [] };
  let failures = 0;
  for (let run = 0; run < Number(values.runs); run++) {
    const seed = Number(values.seed) + run;
    const base = bases[run % bases.length];
    if (!base) return 1;
    try {
      editingHolds(clean.has(base) ? base.data : undefined, base.data, seed, tally);
    } catch (error) {
      failures++;
      console.log(`${base.name} seed ${seed}: ${String(error).slice(0, 1000)}`);
    }
    for (const { document, edits } of tally.unproven.splice(0)) {
      failures++;
      console.log(`${base.name} seed ${seed}, not proven: ${JSON.stringify(fewest(document, edits))}`);
    }
  }
  console.log(JSON.stringify({ tried: tally.tried, applied: tally.applied, failures }));
  return failures === 0 ? 0 : 1;
}

process.exitCode = main();

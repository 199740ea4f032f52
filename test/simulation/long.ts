// node test/simulation/long.ts --seeds 2000 --from 1: runs so many simulations and tells of every one that breaks a law.
import { parseArgs } from 'node:util';
import { brokenLaws } from './laws.ts';
import { simulate } from './simulation.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '2000' }, from: { type: 'string', default: '1' } },
});
const from = Number(values.from);
const until = from + Number(values.seeds);
const total = {
  steps: 0,
  crashes: 0,
  commits: 0,
  destroyed: 0,
  pruned: 0,
  erased: 0,
  forgotten: 0,
  operations: 0,
  broken: 0,
};
const begun = Date.now();
for (let seed = from; seed < until; seed += 1) {
  const history = await simulate(seed);
  total.steps += history.steps;
  total.crashes += history.crashes;
  total.destroyed += history.destroyed;
  total.pruned += history.pruned;
  total.commits += [...history.documents.values()].flatMap(({ heads }) => heads).length;
  const { documents, people } = history.gone;
  total.erased += [...documents.values()].filter(({ state }) => state === 'done').length;
  total.forgotten += [...people.values()].filter(({ state }) => state === 'done').length;
  total.operations += history.works.all.size;
  const broken = brokenLaws(history);
  if (broken.length > 0) {
    total.broken += 1;
    console.log(`seed ${seed}\n  ${broken.join('\n  ')}`);
  }
  if ((seed - from + 1) % 1000 === 0) {
    console.error(`${seed - from + 1} of ${values.seeds}, ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  }
}
console.log(
  `${values.seeds} seeds from ${from}: ${total.steps} steps, ${total.commits} commits, ${total.crashes} crashes, ${total.destroyed} keys destroyed, ${total.pruned} heads pruned, ${total.erased} documents and ${total.forgotten} people erased, ${total.operations} operations, ${total.broken} broken`,
);
process.exitCode = total.broken > 0 ? 1 : 0;

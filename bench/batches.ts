// `npm run bench:batches`: many who submit at once, and a batch of a hundred contracts of forty pages. See README.md.
import { parseArgs } from 'node:util';
import { type Batch, createBatch, getBatch, Service } from '../src/client/index.ts';
import { quantile, short } from './figures.ts';
import { pairOfWords } from './generated.ts';
import { processorSeconds } from './load/process.ts';
import { withServer } from './server.ts';

/** Words of forty pages. */
const WORDS = 13_000;
const PAIRS = 100;
const LOOK_MS = 100;

const { values } = parseArgs({
  options: { submitters: { type: 'string', default: '100' }, rounds: { type: 'string', default: '3' } },
});

function filesOf(words: number): ReadonlyMap<string, Blob> {
  const { original, modified } = pairOfWords(words);
  const blob = (bytes: Uint8Array): Blob => new Blob([Uint8Array.from(bytes)]);
  return new Map([
    ['original.docx', blob(original)],
    ['modified.docx', blob(modified)],
  ]);
}

/** Each under another author, so that none is the result of another. */
function pairs(count: number, author: string) {
  const items = Array.from({ length: count }, (_, n) => ({
    ...{ name: `Pair ${n}`, original: 'original.docx', modified: 'modified.docx' },
    options: { author: `${author} ${n}` },
  }));
  return { items };
}

async function ended(service: Service, id: string): Promise<Batch> {
  for (;;) {
    const batch = await getBatch(service, id);
    if (batch.endedAt !== null) return batch;
    await new Promise((go) => setTimeout(go, LOOK_MS));
  }
}

/** All at once, so often as there are rounds, without retries: every refusal counts. */
async function submit(url: string, submitters: number, rounds: number): Promise<void> {
  const service = new Service(url, { retries: { attempts: 1 } });
  const files = filesOf(300);
  const took: number[] = [];
  const begun: string[] = [];
  let errors = 0;
  for (let round = 0; round < rounds; round += 1) {
    const one = async (_: unknown, n: number): Promise<void> => {
      const start = performance.now();
      try {
        begun.push((await createBatch(service, pairs(1, `${round} ${n}`), files)).id);
        took.push(performance.now() - start);
      } catch {
        errors += 1;
      }
    };
    await Promise.all(Array.from({ length: submitters }, one));
  }
  console.log(
    `${submitters} at once, ${rounds} rounds: p50 ${short(quantile(took, 0.5))} ms, p95 ${short(quantile(took, 0.95))} ms, ${errors} errors`,
  );
  const all = await Promise.all(begun.map((id) => ended(service, id)));
  const done = all.filter(({ state }) => state === 'succeeded').length;
  console.log(`  ${done} of ${begun.length} that were taken were done`);
}

async function compareMany(url: string, pid: number): Promise<void> {
  const service = new Service(url);
  const files = filesOf(WORDS);
  const [start, before] = [performance.now(), processorSeconds(pid)];
  const { id } = await createBatch(service, pairs(PAIRS, 'A'), files);
  const batch = await ended(service, id);
  const [seconds, processor] = [(performance.now() - start) / 1000, processorSeconds(pid) - before];
  console.log(
    `${PAIRS} pairs of ${WORDS} words: ${batch.state}, ${short(PAIRS / seconds)} a second; ${short((1000 * processor) / PAIRS)} ms of processor time each`,
  );
}

process.exitCode =
  (await withServer(async (url, pid) => {
    await submit(url, Number(values.submitters), Number(values.rounds));
    await compareMany(url, pid);
  })) ?? 1;

// `npm run bench:batches`: many who submit, and a batch of a hundred contracts of forty pages. See README.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Batch, createBatch, getBatch, Service } from '../src/client/index.ts';
import { quantile, short } from './figures.ts';
import { pairOfWords } from './generated.ts';
import { Client, FORMS, type SubmissionsTask } from './load/clients.ts';
import { processorSeconds } from './load/process.ts';
import { withServer } from './server.ts';

/** Words of forty pages. */
const WORDS = 13_000;
const PAIRS = 100;
const LOOK_MS = 100;

const { values } = parseArgs({
  options: {
    submitters: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    form: { type: 'string' },
    only: { type: 'string' },
  },
});

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
    await pause(LOOK_MS);
  }
}

type Submitting = Pick<SubmissionsTask, 'form' | 'rounds' | 'seconds'>;

/** Without retries: every refusal counts. Each begins when nothing is left of the one before. */
async function submit(server: Served, name: string, how: Submitting): Promise<void> {
  const { url, pid } = server;
  const submitters = Number(values.submitters);
  const before = processorSeconds(pid);
  const client = Client.submissions({ ...server, ...how, submitters });
  const { milliseconds, errors, begun, seconds } = await client.result;
  const processor = (1000 * (processorSeconds(pid) - before)) / begun.length;
  const done = await settled(url, begun);
  console.log(
    `${submitters} × ${how.form}, ${name}: p50 ${short(quantile(milliseconds, 0.5))} ms, p95 ${short(quantile(milliseconds, 0.95))} ms, longest ${short(quantile(milliseconds, 1))} ms, ${errors.length} errors; ${short(begun.length / seconds)} a second, ${short(processor)} ms of processor time each; ${done} of ${begun.length} done`,
  );
  for (const error of errors.slice(0, 3)) console.log(`  ${error}`);
}

/** How many came to a good end, once all came to one. */
async function settled(url: string, ids: readonly string[]): Promise<number> {
  let done = 0;
  for (const id of ids) {
    for (;;) {
      const answer = await fetch(`${url}/v1/operations/${id}?wait=20`);
      const { state } = (await answer.json()) as { readonly state: string };
      if (state === 'queued' || state === 'running') continue;
      if (state === 'succeeded') done += 1;
      break;
    }
  }
  return done;
}

async function compareMany({ url, pid, contracts }: Served): Promise<void> {
  const service = new Service(url);
  const [start, before] = [performance.now(), processorSeconds(pid)];
  const { id } = await createBatch(service, pairs(PAIRS, 'A'), contracts);
  const batch = await ended(service, id);
  const [seconds, processor] = [(performance.now() - start) / 1000, processorSeconds(pid) - before];
  console.log(
    `${PAIRS} pairs of ${WORDS} words: ${batch.state}, ${short(PAIRS / seconds)} a second; ${short((1000 * processor) / PAIRS)} ms of processor time each`,
  );
}

interface Served extends Pick<SubmissionsTask, 'url' | 'files' | 'documents'> {
  readonly pid: number;
  readonly contracts: ReadonlyMap<string, Blob>;
}

function filesOf(words: number): ReadonlyMap<string, Uint8Array> {
  const { original, modified } = pairOfWords(words);
  return new Map([
    ['original.docx', original],
    ['modified.docx', modified],
  ]);
}

function blobsOf(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Blob> {
  return new Map([...files].map(([name, bytes]) => [name, new Blob([Uint8Array.from(bytes)])]));
}

async function keep(url: string, name: string, blob: Blob): Promise<string> {
  const form = new FormData();
  form.set('file', blob, name);
  const answer = await fetch(`${url}/v1/documents`, { method: 'POST', body: form });
  if (answer.status !== 201) throw new Error(await answer.text());
  return ((await answer.json()) as { readonly id: string }).id;
}

const folder = await mkdtemp(join(tmpdir(), 'redline-bench-'));
const small = filesOf(300);
for (const [name, bytes] of small) await writeFile(join(folder, name), bytes);
const files = [join(folder, 'original.docx'), join(folder, 'modified.docx')] as const;
const code = await withServer(async (url, pid) => {
  const documents: string[] = [];
  for (const [name, blob] of blobsOf(small)) documents.push(await keep(url, name, blob));
  const server = { url, pid, files, documents, contracts: blobsOf(filesOf(WORDS)) };
  const forms = FORMS.filter((form) => values.form === undefined || form === values.form);
  for (const form of values.only === 'pairs' ? [] : forms) {
    const rounds = Number(values.rounds);
    await submit(server, 'at once, the first', { form, rounds: 1, seconds: 0 });
    await submit(server, `at once, ${rounds} rounds`, { form, rounds, seconds: 0 });
    await submit(server, 'again and again', { form, rounds: 0, seconds: Number(values.seconds) });
  }
  if (values.only !== 'submitters') await compareMany(server);
});
await rm(folder, { recursive: true });
process.exitCode = code ?? 1;

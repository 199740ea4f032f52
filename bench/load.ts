// `npm run bench:load`: uploads, small requests and long lists against the built service. See README.md.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cell, textTable } from '../src/kit/index.ts';
import { quantile, short } from './figures.ts';
import { Client, type RequestKind, type RequestsResult, type UploadsTask } from './load/clients.ts';
import { documentOfPictures, documentOfText } from './load/contents.ts';
import { fillCatalogue, measurePages } from './load/pages.ts';
import { Watch } from './load/process.ts';
import { withServer } from './server.ts';

const MB = 1_000_000;
const MEBIBYTE = 1024 * 1024;
/** What the table asks for. */
const WANTED = { uploadMs: 5000, requestMs: 50, pageMs: 100, memoryMb: 640 };
const FILE_BYTES = 10 * MB;
/** Documents that are read and changed while others are uploaded. */
const DOCUMENTS = 200;

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '100' },
    rate: { type: 'string', default: '200' },
    documents: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
  },
});

interface Round {
  readonly name: string;
  readonly file: string;
  readonly by: UploadsTask['by'];
  readonly requests: boolean;
  readonly count: number;
}

let failed = 0;
/** A mark that a figure is as it should be, or not. */
function mark(holds: boolean): string {
  if (!holds) failed += 1;
  return holds ? 'yes' : 'NO';
}

async function writeFiles(folder: string): Promise<{ pictures: string; text: string; five: string }> {
  const made = {
    pictures: documentOfPictures(FILE_BYTES),
    text: documentOfText(20 * MB, FILE_BYTES),
    five: documentOfPictures(5 * FILE_BYTES - MB),
  };
  const paths: Record<string, string> = {};
  for (const [name, bytes] of Object.entries(made)) {
    paths[name] = join(folder, `${name}.docx`);
    await writeFile(paths[name], bytes);
  }
  return { pictures: paths.pictures ?? '', text: paths.text ?? '', five: paths.five ?? '' };
}

async function makeDocuments(url: string): Promise<string[]> {
  const ids: string[] = [];
  const file = documentOfPictures(20_000);
  for (let n = 0; n < DOCUMENTS; n += 1) {
    const form = new FormData();
    form.set('file', new Blob([Uint8Array.from(file)]), `Document ${n}.docx`);
    const answer = await fetch(`${url}/v1/documents`, { method: 'POST', body: form });
    if (answer.status !== 201) throw new Error(await answer.text());
    ids.push(((await answer.json()) as { id: string }).id);
  }
  return ids;
}

const uploadRows: Cell[][] = [];
const requestRows: Cell[][] = [];

/** Uploads at once, with small requests beside them or without. */
async function runRound(url: string, pid: number, ids: readonly string[], round: Round): Promise<void> {
  const beside = round.requests
    ? Client.requests({ url, perSecond: Number(values.rate), documents: ids })
    : null;
  // The small requests are under way before the first upload comes.
  await beside?.begun;
  if (beside !== null) await new Promise((resolve) => setTimeout(resolve, 1000));
  const watch = new Watch(pid);
  const begun = Date.now();
  const uploads = Client.uploads({ url, file: round.file, by: round.by, count: round.count });
  const { milliseconds, errors, bytes } = await uploads.result;
  const ended = Date.now();
  const { peakBytes, processorSeconds } = watch.stop();
  const median = quantile(milliseconds, 0.5);
  uploadRows.push([
    round.name,
    `${milliseconds.length}`,
    errors.length,
    short(median),
    short(quantile(milliseconds, 0.95)),
    short(Math.max(...milliseconds)),
    short((processorSeconds * 1000) / ((bytes * round.count) / MB)),
    Math.round(peakBytes / MEBIBYTE),
    mark(errors.length === 0 && median < WANTED.uploadMs && peakBytes / MEBIBYTE < WANTED.memoryMb),
  ]);
  for (const error of errors.slice(0, 3)) console.log(`${round.name}: ${error}`);
  if (beside !== null) tellRequests(round.name, await beside.end(), begun, ended);
}

function tellRequests(name: string, result: RequestsResult, begun: number, ended: number): void {
  const during = result.timings.filter(({ due }) => due >= begun && due < ended);
  for (const kind of ['get', 'list', 'patch', null] as readonly (RequestKind | null)[]) {
    const times = during.filter((one) => kind === null || one.kind === kind).map((one) => one.milliseconds);
    const all = kind === null ? result.errors.length : 0;
    requestRows.push([
      name,
      kind ?? 'all',
      times.length,
      all,
      ...[0.5, 0.95, 0.99, 1].map((share) => short(quantile(times, share))),
      short(result.latestMs),
      mark(all === 0 && quantile(times, 0.95) < WANTED.requestMs),
    ]);
  }
  for (const error of result.errors.slice(0, 3)) console.log(`${name}: ${error}`);
}

async function tellPages(url: string): Promise<void> {
  const rows = (await measurePages(url)).map(({ name, entries, first, deep }): Cell[] => [
    name,
    entries,
    ...[first, deep].flatMap((times) => [quantile(times, 0.5), quantile(times, 0.95)].map(short)),
    mark(quantile([...first, ...deep], 0.95) < WANTED.pageMs),
  ]);
  console.log(
    `\nA page of 50 out of ${values.documents} documents, wanted: below ${WANTED.pageMs} ms\n${textTable(['list', 'entries', 'first ms', 'p95', 'deep ms', 'p95', 'holds'], rows)}`,
  );
}

async function measure(url: string, pid: number, folder: string): Promise<void> {
  if (values.only !== 'uploads') await tellPages(url);
  if (values.only === 'pages') return;
  const { pictures, text, five } = await writeFiles(folder);
  const ids = await makeDocuments(url);
  const count = Number(values.uploads);
  const rounds: readonly Round[] = [
    { name: 'pictures, alone', file: pictures, by: 'multipart', requests: false, count },
    { name: 'pictures', file: pictures, by: 'multipart', requests: true, count },
    { name: '20 MB of XML', file: text, by: 'multipart', requests: true, count },
    { name: 'resumable', file: pictures, by: 'tus', requests: true, count },
    { name: 'pictures, again', file: pictures, by: 'multipart', requests: true, count },
    { name: '49 MB each', file: five, by: 'multipart', requests: false, count: Math.ceil(count / 5) },
  ];
  for (const round of rounds) {
    console.error(`uploading: ${round.name}`);
    await runRound(url, pid, ids, round);
  }
  const uploadHeader = ['uploads', 'done', 'errors', 'median ms', 'p95', 'max'];
  console.log(
    `\n${count} uploads of 10 MB at once, wanted: median below ${WANTED.uploadMs} ms, memory below ${WANTED.memoryMb} MiB\n${textTable([...uploadHeader, 'CPU ms/MB', 'RSS MiB', 'holds'], uploadRows)}`,
  );
  const requestHeader = ['during', 'request', 'answers', 'errors', 'median ms', 'p95', 'p99', 'max'];
  console.log(
    `\n${values.rate} requests a second meanwhile, wanted: p95 below ${WANTED.requestMs} ms\n${textTable([...requestHeader, 'sent late', 'holds'], requestRows)}`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'redline-load-'));
try {
  await withServer(
    (url, pid) => measure(url, pid, folder),
    (data) => fillCatalogue(data, Number(values.documents)),
  );
} finally {
  await rm(folder, { recursive: true });
}
process.exitCode = failed > 0 ? 1 : 0;

// `npm run bench:decisions`: tracked changes decided one by one, through HTTP and in the engine. See README.md.
import { parseArgs } from 'node:util';
import {
  Service as Client,
  createRedline,
  decide,
  listRedlineChanges,
  type Redline,
} from '../src/client/index.ts';
import { nodeCodec, textTable } from '../src/kit/index.ts';
import { DEFAULT_LIMITS, type Decision, listChanges, openReview } from '../src/redline/index.ts';
import { buildDocx, documentXml } from '../test/support/package.ts';
import { short } from './figures.ts';
import { processorSeconds } from './load/process.ts';
import { withServer } from './server.ts';

const WHO = 'w:author="Ada Lovelace" w:date="2026-01-01T00:00:00Z"';

/** A document of short paragraphs, each with one change. */
function documentWith(changes: number): Uint8Array {
  const text = (words: string): string => `<w:r><w:t xml:space="preserve">${words}</w:t></w:r>`;
  const change = (i: number): string =>
    i % 2 === 0
      ? `<w:ins w:id="${i + 1}" ${WHO}>${text(`new ${i} `)}</w:ins>`
      : `<w:del w:id="${i + 1}" ${WHO}><w:r><w:delText xml:space="preserve">old ${i} </w:delText></w:r></w:del>`;
  const paragraphs = Array.from(
    { length: changes },
    (_, i) => `<w:p>${text(`Item ${i} of the `)}${change(i)}${text('agreement.')}</w:p>`,
  );
  return buildDocx({ 'word/document.xml': documentXml(`${paragraphs.join('')}<w:sectPr/>`) });
}

/** One decision a change, as a client sends them that asks about each. */
function decisionsFor(document: Uint8Array): Decision[] {
  const { changes } = listChanges(document, { limits: DEFAULT_LIMITS }, nodeCodec);
  return changes.map(({ id }, i) => ({
    verdict: i % 3 === 0 ? 'reject' : 'accept',
    changes: { ids: [id] },
  }));
}

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The least of some runs: what else the machine does only adds to it. */
async function least(runs: number, work: () => Promise<unknown> | unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) best = Math.min(best, await timed(work));
  return best;
}

/** The least of the service's processor time, all its threads together, and of the time until the answer. */
async function cost(
  pid: number,
  runs: number,
  work: () => Promise<unknown>,
): Promise<[wall: number, cpu: number]> {
  let cpu = Number.POSITIVE_INFINITY;
  const wall = await least(runs, async () => {
    const before = processorSeconds(pid);
    await work();
    cpu = Math.min(cpu, 1000 * (processorSeconds(pid) - before));
  });
  return [wall, cpu];
}

async function ask(url: string, path: string, document: Uint8Array, options: object): Promise<Uint8Array> {
  const form = new FormData();
  form.append('document', new Blob([Uint8Array.from(document)]), 'document.docx');
  form.append('options', JSON.stringify(options));
  const answer = await fetch(`${url}${path}`, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return new Uint8Array(await answer.arrayBuffer());
}

interface Case {
  readonly size: number;
  readonly document: Uint8Array;
  readonly decisions: readonly Decision[];
  /** Milliseconds at an open review of the engine, one decision after the other. */
  readonly engine: number;
}

/** Before anything is sent: a connection that is idle for seconds is closed by the service. */
async function caseOf(size: number, runs: number): Promise<Case> {
  const document = documentWith(size);
  const decisions = decisionsFor(document);
  const engine = await least(runs, () => {
    const review = openReview(document, { limits: DEFAULT_LIMITS }, nodeCodec);
    for (const decision of decisions) review.decide([decision]);
    return review.result();
  });
  return { size, document, decisions, engine };
}

interface Service {
  readonly url: string;
  readonly pid: number;
}

/** All decisions in one request, one entry each. */
async function listed({ url, pid }: Service, cases: readonly Case[], runs: number): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const { size, document, decisions, engine } of cases) {
    const list = await cost(pid, runs, () => ask(url, '/v1/changes', document, {}));
    const http = await cost(pid, runs, () => ask(url, '/v1/decisions', document, { decisions }));
    const each = [(1000 * http[1]) / size, engine, (1000 * engine) / size];
    rows.push([size, ...[...list, ...http, ...each].map(short)]);
  }
  const header = ['changes', 'listed ms', 'processor', 'decided ms', 'processor', 'µs each'];
  console.log(
    'Every change decided by an entry of its own, in one request; and at an open review of the engine',
  );
  console.log(textTable([...header, 'open review ms', 'µs each'], rows));
}

/** The same with a document that the service keeps, whose bytes do not go to and fro. */
async function kept({ url, pid }: Service, cases: readonly Case[]): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const { size, document, decisions } of cases) {
    const body = new FormData();
    body.append('file', new Blob([Uint8Array.from(document)]), 'document.docx');
    const stored = await sent(`${url}/v1/documents`, { method: 'POST', body });
    const { links } = (await stored.json()) as { links: { self: string } };
    const headers = { 'content-type': 'application/json', 'if-match': stored.headers.get('etag') ?? '' };
    const [, list] = await cost(pid, 1, () => sent(`${url}${links.self}/changes`, {}).then((a) => a.text()));
    const [, all] = await cost(pid, 1, () =>
      sent(`${url}${links.self}/decisions`, { method: 'POST', headers, body: JSON.stringify({ decisions }) }),
    );
    rows.push([size, ...[list, all, (1000 * all) / size].map(short)]);
  }
  console.log('The same with a document that is kept: processor time of the service, one version for all');
  console.log(textTable(['changes', 'listed ms', 'decided ms', 'µs each'], rows));
}

async function sent(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

/** Two versions that differ in so many places, half of them by words that came, half by words that went. */
function versionsWith(changes: number): readonly [original: Uint8Array, modified: Uint8Array] {
  const document = (side: 0 | 1): Uint8Array => {
    const paragraphs = Array.from({ length: changes }, (_, i) => {
      const words = i % 2 === side ? '' : `as agreed under number ${i} `;
      return `<w:p><w:r><w:t>Item ${i} of the ${words}agreement of both parties.</w:t></w:r></w:p>`;
    });
    return buildDocx({ 'word/document.xml': documentXml(`${paragraphs.join('')}<w:sectPr/>`) });
  };
  return [document(0), document(1)];
}

interface Listed {
  readonly changes: readonly { readonly id: string }[];
}

/** A redline that the service keeps, with so many changes. */
async function keptRedline(service: Client, size: number): Promise<Redline> {
  const form = (file: Uint8Array): FormData => {
    const body = new FormData();
    body.append('file', new Blob([Uint8Array.from(file)]), 'agreement.docx');
    return body;
  };
  const [original, modified] = versionsWith(size);
  const first = await service.ask('/v1/documents', { method: 'POST', form: form(original) });
  const { id } = (await first.json()) as { readonly id: string };
  const ifMatch = first.headers.get('etag') ?? '';
  await service.ask(`/v1/documents/${id}/versions`, { method: 'POST', form: form(modified), ifMatch });
  return await createRedline(service, id, {});
}

/** A request for each decision on a redline that is kept: each is a commit and a version, durable before it is answered. */
async function oneByOne({ url, pid }: Service, sizes: readonly number[], most: number): Promise<void> {
  const rows: (string | number)[][] = [];
  let least: number | undefined;
  for (const size of sizes) {
    const service = new Client(url);
    let known = await keptRedline(service, size);
    const { changes } = await listRedlineChanges<Listed>(service, known, {});
    const asked = changes.slice(0, most);
    const [ms, cpu] = await cost(pid, 1, async () => {
      for (const [i, { id }] of asked.entries()) {
        const verdict = i % 3 === 0 ? 'reject' : 'accept';
        known = await decide(service, known, [{ verdict, changes: { ids: [id] } }]);
      }
    });
    const each = cpu / asked.length;
    least ??= each;
    const ratio = (each / least).toFixed(2);
    rows.push([changes.length, asked.length, short(ms), short(cpu), short(each), ratio]);
  }
  console.log('A request for each decision on a redline that is kept, a version each');
  const header = ['changes', 'decided', 'decided ms', 'processor', 'ms each', 'by the first row'];
  console.log(textTable(header, rows));
}

/** A request a decision: each sends the document that the one before gave, so that it costs that document's size. */
async function stepwise({ url, pid }: Service, sizes: readonly number[]): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const size of sizes) {
    let document = documentWith(size);
    const decisions = decisionsFor(document);
    const [ms, cpu] = await cost(pid, 1, async () => {
      for (const decision of decisions)
        document = await ask(url, '/v1/decisions', document, { decisions: [decision] });
    });
    rows.push([size, short(ms), short(cpu), short(cpu / size)]);
  }
  console.log('A request for each decision, with the document that the one before gave');
  console.log(textTable(['changes', 'decided ms', 'processor', 'ms each'], rows));
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    sizes: { type: 'string', default: '1000,2000,5000,10000' },
    most: { type: 'string', default: 'Infinity' },
  },
});
const runs = values.only === '' ? Number(values.runs) : 0;
const sizes = values.sizes.split(',').map(Number);
const cases: Case[] = [];
for (const size of runs > 0 ? [1000, 2000, 4000, 10_000] : []) cases.push(await caseOf(size, runs));
await withServer(async (url, pid) => {
  const service = { url, pid };
  await oneByOne(service, sizes, Number(values.most));
  if (values.only === 'kept') return;
  await listed(service, cases, runs);
  await kept(service, cases);
  await stepwise(service, [50, 100, 200, 400]);
});

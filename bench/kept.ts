// `npm run bench:kept`: what operations on kept documents and their redlines cost the service. See README.md.
import { parseArgs } from 'node:util';
import { textTable } from '../src/kit/index.ts';
import { buildDocx, documentXml } from '../test/support/package.ts';
import { short } from './figures.ts';
import { pairOfWords } from './generated.ts';
import { processorSeconds } from './load/process.ts';
import { withServer } from './server.ts';

interface Kept {
  readonly etag: string;
  readonly self: string;
}

class Client {
  readonly #url: string;
  readonly #pid: number;

  constructor(url: string, pid: number) {
    this.#url = url;
    this.#pid = pid;
  }

  /** Milliseconds of processor time that the service has taken so far. */
  get cpuMs(): number {
    return 1000 * processorSeconds(this.#pid);
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const answer = await fetch(`${this.#url}${path}`, init);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  async json(path: string, body: object, etag?: string): Promise<Kept> {
    const headers = {
      'content-type': 'application/json',
      ...(etag === undefined ? {} : { 'if-match': etag }),
    };
    return await keptOf(await this.send(path, { method: 'POST', body: JSON.stringify(body), headers }));
  }

  async file(path: string, bytes: Uint8Array, etag?: string): Promise<Kept> {
    const body = new FormData();
    body.set('file', new Blob([Uint8Array.from(bytes)]), 'contract.docx');
    const headers = etag === undefined ? {} : { headers: { 'if-match': etag } };
    return await keptOf(await this.send(path, { method: 'POST', body, ...headers }));
  }

  /** Milliseconds of processor time for one of so many requests. */
  async cost(times: number, work: (n: number) => Promise<unknown>): Promise<number> {
    const before = this.cpuMs;
    for (let n = 0; n < times; n += 1) await work(n);
    return (this.cpuMs - before) / times;
  }
}

async function keptOf(answer: Response): Promise<Kept> {
  const body = (await answer.json()) as { links?: { self: string }; state?: { links: { self: string } } };
  return { etag: answer.headers.get('etag') ?? '', self: (body.links ?? body.state?.links)?.self ?? '' };
}

async function changeIds(client: Client, self: string): Promise<string[]> {
  const { changes } = (await (await client.send(`${self}/changes`)).json()) as { changes: { id: string }[] };
  return changes.map(({ id }) => id);
}

const accept = (ids: readonly string[]) => ({ decisions: [{ verdict: 'accept', changes: { ids } }] });

/** One document of so many words: every operation, a few times. */
async function operations(client: Client, words: number, times: number): Promise<(string | number)[]> {
  const { original, modified } = pairOfWords(words);
  const first = await client.file('/v1/documents', original);
  const document = await client.file(`${first.self}/versions`, modified, first.etag);
  let redline = await client.json(`${document.self}/redlines`, {});
  const compared = await client.cost(times, async () => {
    redline = await client.json(`${document.self}/redlines`, {});
  });
  const ids = await changeIds(client, redline.self);
  const read = (path: string, many = times) =>
    client.cost(many, async () => await (await client.send(`${redline.self}${path}`)).arrayBuffer());
  const write = (path: string, body: (n: number) => object) =>
    client.cost(times, async (n) => {
      redline = await client.json(`${redline.self}/${path}`, body(n), redline.etag);
    });
  const looked = await read('', 50);
  const [listed, shown, reported] = [await read('/changes'), await read('/html'), await read('/report')];
  const restored = await write('versions/1/restore', () => ({}));
  const single = await write('decisions', (n) => accept(ids.slice(n, n + 1)));
  const batch = Math.floor((ids.length - 2 * times) / times);
  const many = await write('decisions', (n) => accept(ids.slice(times + n * batch, times + (n + 1) * batch)));
  const edited = await write('edits', (n) => ({
    edits: [{ op: 'insertParagraph', at: { change: ids.at(-1 - n) }, side: 'before', text: `Added ${n}.` }],
  }));
  const figures = [looked, compared, listed, shown, reported, restored, single, many, edited];
  return [words, ids.length, ...figures.map(short), batch];
}

/** A change that is decided and had back, over and over: what the first versions and the last ones cost. */
async function series(client: Client, versions: number): Promise<(string | number)[]> {
  const text = (words: string): string => `<w:r><w:t xml:space="preserve">${words}</w:t></w:r>`;
  const change = `<w:ins w:id="1" w:author="Ada" w:date="2026-01-01T00:00:00Z">${text('new')}</w:ins>`;
  const xml = documentXml(`<w:p>${text('An item that is ')}${change}</w:p><w:sectPr/>`);
  let document = await client.file('/v1/documents', buildDocx({ 'word/document.xml': xml }));
  const decision = accept(await changeIds(client, document.self));
  const costs: number[] = [];
  for (let fifth = 0; fifth < 5; fifth += 1) {
    const cost = await client.cost(versions / 10, async () => {
      document = await client.json(`${document.self}/decisions`, decision, document.etag);
      document = await client.json(`${document.self}/versions/1/restore`, {}, document.etag);
    });
    costs.push(cost);
  }
  return [versions, ...costs.map(short)];
}

const { values } = parseArgs({
  options: { times: { type: 'string', default: '5' }, versions: { type: 'string', default: '2000' } },
});
await withServer(async (url, pid) => {
  const client = new Client(url, pid);
  const rows: (string | number)[][] = [];
  for (const words of [13_000, 13_000, 100_000])
    rows.push(await operations(client, words, Number(values.times)));
  console.log('Milliseconds of processor time a request (the first row warms up)');
  const header = [
    'words',
    'changes',
    'look',
    'compare',
    'changes',
    'html',
    'report',
    'restore',
    'decide 1',
    'decide n',
    'edit',
    'n',
  ];
  console.log(textTable(header, rows));
  console.log(
    'One decision, and its restoration, again and again: milliseconds for both, by fifths of all versions',
  );
  console.log(
    textTable(
      ['versions', '1st', '2nd', '3rd', '4th', '5th'],
      [await series(client, Number(values.versions))],
    ),
  );
});

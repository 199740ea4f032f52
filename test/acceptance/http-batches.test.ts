import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { inflateEntry, readZip } from '../../src/redline/ooxml/zip.ts';
import { filesBelow } from '../support/folders.ts';
import { type Answer, asking, json, keep, word } from './kept.ts';
import { type Service, STAND_IN_ENGINE, startService } from './service.ts';

// Batches over HTTP: what is asked, what becomes of each pair, and what is given back.

interface Item {
  readonly name: string;
  readonly operation: string | null;
  readonly state: string;
  readonly error: { readonly code: string } | null;
  readonly result: { readonly exact: boolean; readonly redline: string; readonly self: string } | null;
}

interface BatchBody {
  readonly id: string;
  readonly state: string;
  readonly percent: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly items: readonly Item[];
  readonly links: Readonly<Record<string, string>>;
}

const bodyOf = ({ body }: Answer): BatchBody => body as unknown as BatchBody;
const ended = /^(?:succeeded|partial|failed|cancelled)$/;

function batch(files: Readonly<Record<string, Uint8Array>>, options: object): FormData {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files)) {
    form.append('files', new Blob([Uint8Array.from(bytes)]), name);
  }
  form.append('options', JSON.stringify(options));
  return form;
}

describe('with the engine', () => {
  let service: Service;
  const ask = asking(() => service);
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());

  const submit = (form: FormData): Promise<Answer> => ask('/v1/batches', { method: 'POST', body: form });
  const end = async (id: string): Promise<BatchBody> => {
    await expect.poll(async () => bodyOf(await ask(`/v1/batches/${id}`)).state).toMatch(ended);
    return bodyOf(await ask(`/v1/batches/${id}`));
  };

  test('a base against many: what one meets holds up no other', async () => {
    const files = {
      'base.docx': word('The rent is 100.'),
      'a.docx': word('The rent is 200.'),
      'b.docx': new Uint8Array([1, 2, 3]),
      'c.docx': word('The rent is 100.'),
    };
    const items = [
      { modified: 'a.docx', name: '../first' },
      { modified: { file: 'b.docx' } },
      { modified: 'c.docx' },
    ];
    const answer = await submit(batch(files, { name: 'Leases', base: 'base.docx', items }));
    expect(answer.status).toBe(202);
    const { id, links, items: begun } = bodyOf(answer);
    expect(answer.headers.get('location')).toBe(links.self);
    expect(begun.map(({ operation }) => operation)).toEqual([null, null, null]);
    const done = await end(id);
    for (const { operation } of done.items) expect(operation).toMatch(/^o_/);
    expect(done).toMatchObject({ state: 'partial', percent: 100, counts: { succeeded: 2, failed: 1 } });
    expect(done.items.map(({ state, error }) => [state, error?.code])).toEqual([
      ['succeeded', undefined],
      ['failed', 'document/not-a-package'],
      ['succeeded', undefined],
    ]);
    const [first] = done.items;
    expect(first?.result).toMatchObject({ exact: true });
    const redline = await fetch(`${service.url}${first?.result?.redline}`);
    expect(redline.status).toBe(200);
    const bytes = new Uint8Array(await redline.arrayBuffer());

    const report = await ask(`${links.report}`, { headers: { accept: 'application/json' } });
    expect((report.body as { items: { outcome: string }[] }).items.map(({ outcome }) => outcome)).toEqual([
      ...['redlined', 'failed', 'identical'],
    ]);
    const csv = await (
      await fetch(`${service.url}${links.report}`, { headers: { accept: 'text/csv' } })
    ).text();
    expect(csv).toContain('document/not-a-package');

    const archive = await fetch(`${service.url}${links.archive}`);
    expect(archive.headers.get('content-type')).toBe('application/zip');
    const entries = readZip(new Uint8Array(await archive.arrayBuffer()), nodeCodec, DEFAULT_LIMITS);
    expect(entries.map(({ name }) => name)).toEqual([
      ...['summary.docx', 'summary.csv', 'summary.json'],
      ...['1 _first.docx', '3 c.docx'],
    ]);
    const packed = entries.find(({ name }) => name.startsWith('1 '));
    if (packed === undefined) throw new Error('The redline is not in the archive.');
    const inside = inflateEntry(packed, nodeCodec);
    expect(Buffer.compare(inside, bytes)).toBe(0);
  });

  test('versions of kept documents; the redlines are kept with them', async () => {
    const { body } = await keep(ask, word('One.'), word('Two.'));
    const { id: document } = body as { id: string };
    const items = [{ original: { document, version: 1 }, modified: { document, version: 2 } }];
    const { id } = bodyOf(await ask('/v1/batches', json('POST', { keep: true, items })));
    const done = await end(id);
    expect(done.items[0]).toMatchObject({ state: 'succeeded', name: 'Lease.docx' });
    const self = done.items[0]?.result?.self ?? '';
    expect(self).toMatch(`/v1/documents/${document}/redlines/r_`);
    expect((await ask(self)).status).toBe(200);
    const archive = await fetch(`${service.url}${done.links.archive}`);
    expect(readZip(new Uint8Array(await archive.arrayBuffer()), nodeCodec, DEFAULT_LIMITS)).toHaveLength(4);
    const listed = await ask('/v1/batches');
    expect((listed.body as unknown as { batches: BatchBody[] }).batches[0]?.id).toBe(id);
  });

  test('a batch of which nothing succeeds has failed, and what failed is begun again', async () => {
    const files = { 'a.docx': word('A.'), 'b.docx': new Uint8Array([1]) };
    const items = [{ original: 'a.docx', modified: 'b.docx' }];
    const { id, links } = bodyOf(await submit(batch(files, { items })));
    const done = await end(id);
    expect(done).toMatchObject({ state: 'failed', counts: { failed: 1 } });
    const again = await ask(`${links.retries}`, { method: 'POST' });
    expect(again.status).toBe(202);
    expect(await end(id)).toMatchObject({ state: 'failed', counts: { failed: 1 } });
  });

  const A = { 'a.docx': word('A.') };
  const PAIR = [{ original: 'a.docx', modified: 'a.docx' }];
  test.each<[string, Readonly<Record<string, Uint8Array>>, object, number, string]>([
    ['no pair', A, { items: [] }, 400, 'options/invalid'],
    ['more than a hundred', A, { items: Array(101).fill(PAIR[0]) }, 400, 'options/invalid'],
    ['no original', A, { items: [{ modified: 'a.docx' }] }, 400, 'request/invalid'],
    [
      'a file that is not there',
      A,
      { base: 'a.docx', items: [{ modified: 'x.docx' }] },
      400,
      'request/invalid',
    ],
    ['a file that no pair names', { ...A, 'z.docx': word('Z.') }, { items: PAIR }, 400, 'request/invalid'],
    ['an option that is none', A, { items: PAIR, options: { granularity: 'page' } }, 400, 'options/invalid'],
    ['nothing to keep it with', A, { items: PAIR, keep: true }, 400, 'request/invalid'],
    ['somebody else’s document', A, { base: 'a.docx', items: [{ modified: { document: 'd_0' } }] }, 404, ''],
  ])('%s is refused, and nothing is begun', async (_, files, options, status, code) => {
    const before = await ask('/v1/batches');
    const answer = await submit(batch(files, options));
    expect(answer.status).toBe(status);
    if (code !== '') expect(answer.body).toMatchObject({ code });
    expect((await ask('/v1/batches')).body).toEqual(before.body);
  });

  test.each([
    ['a pair', { items: [{}, { options: { granularity: 'page' } }] }, 'items.1.options.granularity: '],
    [
      'a pair, unknown',
      { items: [{ options: { colour: 1 } }] },
      'items.0.options: Unrecognized key: "colour"',
    ],
    ['all', { options: { granularity: 'page' }, items: [{}] }, ' options.granularity: '],
  ])('an option that is none says where it stands: of %s', async (_, { items, ...rest }, detail) => {
    const pairs = items.map((item) => ({ ...PAIR[0], ...item }));
    const answer = await submit(batch(A, { ...rest, items: pairs }));
    expect(answer.body).toMatchObject({ code: 'options/invalid', detail: expect.stringContaining(detail) });
  });

  test('more bytes than a batch may have are refused while they arrive', async () => {
    const large = new Uint8Array(45 * 1024 * 1024);
    const files = { 'a.docx': large, 'b.docx': large, 'c.docx': large };
    const answer = await submit(batch(files, { base: 'a.docx', items: [{ modified: 'b.docx' }] }));
    expect([answer.status, answer.body.code]).toEqual([413, 'request/too-large']);
  });

  test('asked for twice under one key it is one batch', async () => {
    const headers = { 'Idempotency-Key': 'batch-once' };
    const again = () => ask('/v1/batches', { method: 'POST', headers, body: batch(A, { items: PAIR }) });
    const [one, other] = [bodyOf(await again()), bodyOf(await again())];
    expect(other.id).toBe(one.id);
    await end(one.id);
  });

  test('nobody has a batch that is none', async () => {
    for (const id of ['o_0', `o_${'0'.repeat(32)}`]) {
      expect((await ask(`/v1/batches/${id}`)).body).toMatchObject({ code: 'batches/not-found' });
    }
  });
});

describe('what was sent', () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'redline-sent-'));
  let service: Service;
  const ask = asking(() => service);
  beforeAll(async () => {
    service = await startService({ dataDirectory });
  });
  afterAll(async () => {
    await service.stop();
    rmSync(dataDirectory, { recursive: true });
  });

  /** How many files stand with operations, as rows and as files. */
  function kept(): number {
    const database = new Database(join(dataDirectory, 'work.sqlite'), { readonly: true });
    const rows = database.prepare("SELECT name FROM objects WHERE name LIKE 'inputs/%'").all().length;
    database.close();
    const files = filesBelow(join(dataDirectory, 'heads', 'kept')).filter((path) => path.includes('inputs'));
    return rows + files.length;
  }

  const large = new Uint8Array(400_000);
  const small = word('A.');
  const pair = [{ original: 'a.docx', modified: 'b.docx' }];

  test.each<[string, object]>([
    ['options that cannot be used', { items: pair, options: { granularity: 'page' } }],
    ['a file that no pair names', { items: [{ original: 'a.docx', modified: 'a.docx' }] }],
  ])('goes where the request is refused for %s', async (_, options) => {
    for (const bytes of [small, large]) {
      const body = batch({ 'a.docx': small, 'b.docx': bytes }, options);
      expect((await ask('/v1/batches', { method: 'POST', body })).status).toBe(400);
      expect(kept()).toBe(0);
    }
  });

  test('goes where the request breaks off', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=cut' };
    const to = { host: '127.0.0.1', port: service.port, method: 'POST', path: '/v1/batches', headers };
    const request = httpRequest(to);
    request.on('error', () => {});
    const file = (name: string) =>
      `\r\n--cut\r\ncontent-disposition: form-data; name="files"; filename="${name}"\r\n\r\n`;
    for (const name of ['a.docx', 'b.docx', 'c.docx']) {
      request.write(file(name));
      request.write(name === 'a.docx' ? small : large);
    }
    await expect.poll(kept).toBe(2);
    request.destroy();
    await expect.poll(kept).toBe(0);
  });

  test('goes when the batch has ended, and stays while a pair can be begun again', async () => {
    const ending = async (files: Readonly<Record<string, Uint8Array>>): Promise<string> => {
      const body = batch(files, { items: pair });
      const { id } = bodyOf(await ask('/v1/batches', { method: 'POST', body }));
      await expect.poll(async () => bodyOf(await ask(`/v1/batches/${id}`)).state).toMatch(ended);
      return bodyOf(await ask(`/v1/batches/${id}`)).state;
    };
    expect(await ending({ 'a.docx': small, 'b.docx': word('B.') })).toBe('succeeded');
    await expect.poll(kept).toBe(0);
    expect(await ending({ 'a.docx': small, 'b.docx': large })).toBe('failed');
    expect(kept()).toBe(2);
  });
});

describe('with an engine that never ends', () => {
  let service: Service;
  const ask = asking(() => service);
  beforeAll(async () => {
    service = await startService({ engineScript: STAND_IN_ENGINE });
  });
  afterAll(() => service.stop());

  test('a batch is cancelled: what is done stays, what runs stops, what waits is not begun', async () => {
    const files = { 'a.docx': word('A.'), 'b.docx': word('B.') };
    const pair = { original: 'a.docx', modified: 'b.docx' };
    const spin = { ...pair, options: { author: 'spin' } };
    const items = [{ ...pair, options: { author: 'echo' } }, spin, spin, spin];
    const { id, links } = bodyOf(await ask('/v1/batches', { method: 'POST', body: batch(files, { items }) }));
    const now = async () => bodyOf(await ask(`/v1/batches/${id}`));
    const isAtWork = async (): Promise<boolean> => {
      const { succeeded = 0, running = 0, cancelled } = (await now()).counts;
      return succeeded === 1 && running > 0 && cancelled === 0;
    };
    await expect.poll(isAtWork).toBe(true);
    expect((await ask(`${links.archive}`)).body).toMatchObject({ code: 'batches/running' });
    const cancelled = bodyOf(await ask(`${links.cancel}`, { method: 'POST' }));
    expect(cancelled.state).toBe('cancelled');
    await expect
      .poll(async () => (await now()).counts)
      .toEqual({
        ...{ queued: 0, running: 0, succeeded: 1, failed: 0, cancelled: 3 },
      });
    await expect.poll(async () => (await service.health()).pool.running).toBe(0);
    // Begun again, they are at work again.
    await ask(`${links.retries}`, { method: 'POST' });
    await expect.poll(isAtWork).toBe(true);
    await ask(`${links.cancel}`, { method: 'POST' });
  });
});

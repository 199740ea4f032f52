import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identityId, type Person } from '../../src/access/index.ts';
import { DATA_FORMAT, markOf } from '../../src/documents/data-format.ts';
import { DataKeys, keyContext } from '../../src/documents/data-keys.ts';
import { wrapHead } from '../../src/documents/head-envelope.ts';
import { Records } from '../../src/documents/records.ts';
import { sealBytes } from '../../src/documents/sealing.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../src/platform/embedded/index.ts';
import { textPdf } from '../support/files.ts';
import { startService } from './service.ts';

const TIME = '2026-03-01T09:00:00.000Z';
let folder: string;
let heads: DirectoryBlobStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-upgrade-'));
  heads = await DirectoryBlobStore.open(join(folder, 'heads'), true);
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * A data folder as the first release wrote it: a head of format 1, told here to the letter, with all its versions in it, its
 * announcement, and the contents. No mark of a format.
 */
async function writeFirstFormat(id: string, texts: readonly string[]): Promise<void> {
  const contents = await DirectoryBlobStore.open(join(folder, 'contents'), true);
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create('local');
  const keys = new DataKeys(ring, { clock: Date.now });
  const versions = [];
  for (const [at, text] of texts.entries()) {
    const content = `c_${String(at).padStart(32, '0')}`;
    const bound = keyContext({ tenant: 'local', document: id, version: content, purpose: 'content' });
    const { key, wrapped } = await keys.create('local', bound);
    const bytes = Buffer.from(textPdf(text));
    await contents.write(`contents/local/${id}/${content}`, sealBytes(key, bound, bytes), {
      ifGeneration: '0',
    });
    versions.push({
      number: at + 1,
      content,
      key: { version: wrapped.version, bytes: { base64: Buffer.from(wrapped.bytes).toString('base64') } },
      facts: {
        type: 'application/pdf',
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        pages: 1,
        scanned: 'structure',
      },
      origin: { kind: 'upload' },
      createdAt: TIME,
      createdBy: 'operator',
    });
  }
  const head = {
    ...{
      format: 1,
      tenant: 'local',
      id,
      name: 'Lease.pdf',
      labels: ['old'],
      owner: 'operator',
      state: 'active',
    },
    ...{ createdAt: TIME, updatedAt: TIME, deletedAt: null, versions, sequence: texts.length },
    commit: { operation: 'o_1', at: TIME, records: [] },
    earlier: [],
  };
  const bound = keyContext({ tenant: 'local', document: id, version: 'head', purpose: 'head' });
  const { key, wrapped } = await keys.create('local', bound);
  await heads.write(`journal/202603010900/local/${id}/o_1`, new Uint8Array(), { ifGeneration: '0' });
  const sealed = sealBytes(key, bound, Buffer.from(JSON.stringify(head)));
  await heads.write(`heads/local/${id}`, wrapHead(wrapped, sealed), { ifGeneration: '0' });
}

async function mark(): Promise<string | null> {
  const blob = await heads.read('format');
  return blob === null ? null : await new Response(blob.body).text();
}

describe('the data of an earlier release', () => {
  test('are read, changed, marked, and there after the next start', { timeout: 120_000 }, async () => {
    const count = 70;
    await writeFirstFormat(
      'd_1',
      Array.from({ length: count }, (_, at) => `text ${at + 1}`),
    );
    let service = await startService({ dataDirectory: folder });
    const ask = async (path: string, init?: RequestInit) =>
      await fetch(`${service.url}/v1/documents${path}`, init);
    const listed = (await (await ask('?label=old')).json()) as {
      documents: { id: string; versions: number }[];
    };
    expect(listed.documents).toMatchObject([{ id: 'd_1', name: 'Lease.pdf', versions: count }]);
    const read = await ask('/d_1');
    expect(await (await ask('/d_1/versions/3/content')).text()).toBe(textPdf('text 3'));
    expect(await mark()).toBe(new TextDecoder().decode(markOf(DATA_FORMAT)));
    const form = new FormData();
    form.set('file', new Blob([textPdf('new')]), 'a.pdf');
    const headers = { 'if-match': read.headers.get('etag') ?? '' };
    expect((await ask('/d_1/versions', { method: 'POST', body: form, headers })).status).toBe(201);
    await service.stop();
    service = await startService({ dataDirectory: folder });
    for (const [number, text] of [
      [1, 'text 1'],
      [count, `text ${count}`],
      [count + 1, 'new'],
    ] as const) {
      expect(await (await ask(`/d_1/versions/${number}/content`)).text()).toBe(textPdf(text));
    }
    await service.stop();
  });
});

describe('people as an earlier release kept them', () => {
  const ID = 'p_0123456789abcdef0123456789abcdef';
  const EARLIER = {
    ...{ id: ID, tenant: 'local', issuer: 'local', subject: 'x', email: 'ann@example.com', name: 'Ann' },
    ...{ role: 'member', createdAt: 1, signedInAt: 1, disabledAt: null, signedOutAt: 0, ended: [] },
  };

  test('are moved to where what is removed is gone, and get keys', { timeout: 60_000 }, async () => {
    const ring = await KeyRing.open(join(folder, 'keys'));
    await ring.create('local');
    const keys = new DataKeys(ring, { clock: Date.now });
    for (const [kind, id, value] of [
      ['people', ID, EARLIER],
      ['emails', 'a1', { person: ID }],
      ['groups', 'all', { groups: [] }],
    ] as const) {
      const purpose = { version: 'record', purpose: 'record' };
      const bound = keyContext({ tenant: 'local', document: `${kind}:${id}`, ...purpose });
      const { key, wrapped } = await keys.create('local', bound);
      const sealed = sealBytes(key, bound, Buffer.from(JSON.stringify({ write: 'w', value })));
      await heads.write(`records/local/${kind}/${id}`, wrapHead(wrapped, sealed), { ifGeneration: '0' });
    }
    await heads.write('format', markOf(6), { ifGeneration: '0' });
    await (await startService({ dataDirectory: folder })).stop();
    const secrets = await DirectoryBlobStore.open(join(folder, 'secrets'), false);
    const ambient = { clock: Date.now, random: systemRandom, pause: async () => {} };
    const records = new Records({ heads, secrets }, keys, ambient);
    const person = await records.read<Person>('local', 'people', ID);
    expect(person?.value).toEqual({ ...EARLIER, key: expect.stringMatching(/^[\w+/]{43}=$/) });
    const pointer = await records.read('local', 'identities', identityId('local', 'x'));
    expect([pointer?.value, await records.list('local', 'emails')]).toEqual([{ person: ID }, ['a1']]);
    const left: string[] = [];
    for await (const { name } of heads.list('records/local/')) left.push(name);
    expect(left).toEqual(['records/local/groups/all']);
    const again = [];
    for await (const one of heads.generations(`records/local/people/${ID}`)) again.push(one);
    expect([again, await mark()]).toEqual([[], new TextDecoder().decode(markOf(DATA_FORMAT))]);
  });
});

describe('the mark of the format', () => {
  test('is in new data', async () => {
    const service = await startService({ dataDirectory: folder });
    await service.stop();
    expect(await mark()).toMatch(new RegExp(`^redline data ${DATA_FORMAT} [0-9a-f]{64}\n$`));
  });

  test.each<[string, Uint8Array, string, string]>([
    [
      'a newer release',
      markOf(DATA_FORMAT + 1),
      'refused',
      `format ${DATA_FORMAT + 1}; this one reads up to ${DATA_FORMAT}`,
    ],
    [
      'somebody who changed it',
      Buffer.from(Buffer.from(markOf(DATA_FORMAT)).toString().replace(` ${DATA_FORMAT} `, ' 2 ')),
      'damaged',
      'The mark',
    ],
    ['something else', Buffer.from('x'), 'damaged', 'The mark'],
  ])('of %s ends the start, and says why', async (_, bytes, failure, message) => {
    await heads.write('format', bytes, { ifGeneration: '0' });
    const started = startService({ dataDirectory: folder });
    await expect(started).rejects.toMatchObject({ failure, message: expect.stringContaining(message) });
    expect(await mark()).toBe(Buffer.from(bytes).toString());
  });

  test('of an earlier one is replaced', async () => {
    await heads.write('format', markOf(DATA_FORMAT - 1), { ifGeneration: '0' });
    const service = await startService({ dataDirectory: folder });
    await service.stop();
    expect(await mark()).toBe(new TextDecoder().decode(markOf(DATA_FORMAT)));
  });
});

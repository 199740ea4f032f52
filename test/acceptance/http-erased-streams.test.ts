import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import { ContentStore, DataKeys, DocumentKeys, Documents, HeadStore } from '../../src/documents/index.ts';
import { systemClock, systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../src/platform/embedded/index.ts';
import { textPdf } from '../support/files.ts';
import { asking, json, keep, word } from './kept.ts';
import { type Service, startService } from './service.ts';

// A document is erased while somebody reads it.

const MB = 1024 * 1024;
/** More than the lines between two processes of one machine hold. */
const LARGE = Buffer.concat([Buffer.from(textPdf('')), randomBytes(24 * MB)]);
const actor = localOperator('r', null);

let data: string;
let here: Service;
let elsewhere: Service;
const ask = asking(() => here);
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'redline-erased-'));
  here = await startService({ dataDirectory: data });
  elsewhere = await startService({ dataDirectory: data });
});
afterAll(async () => {
  await elsewhere.stop();
  await here.stop();
  rmSync(data, { recursive: true });
});

const erase = async (document: string) => {
  const { status, body } = await ask('/v1/erasures', json('POST', { document, reason: 'request 42' }));
  expect([status, body.state]).toEqual([201, 'done']);
};

/** A client that takes one piece and then nothing, until it is told to. */
async function reading(url: string) {
  const answer = await new Promise<IncomingMessage>((go, fail) => {
    request(url, { agent: false }, go).on('error', fail).end();
  });
  const hash = createHash('sha256');
  let bytes = 0;
  await new Promise<void>((begun) => {
    answer.once('data', () => {
      answer.pause();
      begun();
    });
    answer.on('data', (piece: Buffer) => {
      bytes += piece.length;
      hash.update(piece);
    });
  });
  const end = new Promise<void>((over) => {
    answer.on('error', () => {}).on('close', over);
  });
  return {
    status: answer.statusCode,
    rest: async () => {
      answer.resume();
      await end;
      return { isWhole: answer.complete, bytes, sha256: hash.digest('hex') };
    },
  };
}

test.each<[string, () => Service]>([
  ['the process that erases it', () => here],
  ['another process', () => elsewhere],
])(
  '%s cuts off whoever is sent a document, and goes on with what was only changed',
  {
    timeout: 120_000,
  },
  async (_, from) => {
    const [gone, changed] = await Promise.all([1, 2].map(() => keep(ask, LARGE)));
    if (gone === undefined || changed === undefined) throw new Error('Nothing was kept.');
    const readers = await Promise.all(
      [gone, changed].map((one) => reading(`${from().url}${one.body.links.content}`)),
    );
    expect(readers.map(({ status }) => status)).toEqual([200, 200]);
    const named = json('PATCH', { name: 'Other.pdf' }, { 'if-match': changed.etag });
    expect((await ask(changed.body.links.self, named)).status).toBe(200);
    await erase(gone.body.id);
    const [cut, whole] = await Promise.all(readers.map(({ rest }) => rest()));
    expect(cut?.isWhole).toBe(false);
    expect(cut?.bytes).toBeLessThan(LARGE.length / 2);
    const sha256 = createHash('sha256').update(LARGE).digest('hex');
    expect(whole).toEqual({ isWhole: true, bytes: LARGE.length, sha256 });
    expect((await ask(gone.body.links.content)).status).toBe(404);
    expect(JSON.stringify([...here.lines, ...elsewhere.lines])).not.toMatch(/integrity\.|"level":"error"/);
  },
);

/** The same, where something happens before it is read for the first time. */
function before<Store extends object>(store: Store, happen: () => Promise<void>): Store {
  let isFirst = true;
  return new Proxy(store, {
    get: (target, name) => {
      const found = Reflect.get(target, name, target) as unknown;
      if (typeof found !== 'function') return found;
      if (name !== 'read') return found.bind(target) as unknown;
      return async (...given: unknown[]) => {
        const isNow = isFirst;
        isFirst = false;
        if (isNow) await happen();
        return await (Reflect.apply(found, target, given) as Promise<unknown>);
      };
    },
  });
}

/** Another process, in which a document is erased when its head was read: right before its key is looked for, or its content. */
async function readerWith(lacks: 'key' | 'content', happen: () => Promise<void>): Promise<Documents> {
  const ambient = { clock: systemClock, random: systemRandom, pause: async () => {} };
  const store = (name: string, keeps: boolean) => DirectoryBlobStore.open(join(data, name), keeps);
  const service = await KeyRing.open(join(data, 'keys'));
  const secrets = await store('secrets', false);
  const keys = new DocumentKeys({ secrets, service, ambient, dataKeys: new DataKeys(service, ambient) });
  const heads = new HeadStore(await store('heads', true), keys, ambient);
  const objects = await store('contents', true);
  const stored = new ContentStore(lacks === 'content' ? before(objects, happen) : objects, keys, ambient);
  const forgetful = async () => {
    await happen();
    keys.forget();
  };
  const contents = lacks === 'key' ? before(stored, forgetful) : stored;
  return new Documents({ heads, contents, ambient, committed: async () => {} });
}

test.each(['key', 'content'] as const)(
  'whoever lacks the %s of what was erased is told that it is not there',
  async (lacks) => {
    const made = await keep(ask, word('The rent is 100.'));
    const documents = await readerWith(lacks, () => erase(made.body.id));
    await expect(documents.open(actor, made.body.id)).rejects.toMatchObject({ code: 'documents/not-found' });
  },
);

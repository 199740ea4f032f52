import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, localOperator } from '../access/index.ts';
import { systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../platform/embedded/index.ts';
import { ContentStore } from './content-store.ts';
import { DataKeys } from './data-keys.ts';
import { DocumentKeys } from './document-keys.ts';
import { Documents } from './documents.ts';
import { DocumentsError } from './errors.ts';
import { HeadStore } from './head-store.ts';
import type { KeyService } from './key-service.ts';
import { Redlines } from './redlines.ts';

// How long an answer takes is mostly how often the key service was asked for it. So this counts, and does not measure.

const owner: Actor = { ...localOperator('r', null), kind: 'person', id: 'p_1', subjects: ['person:p_1'] };
const stranger: Actor = { ...owner, id: 'p_2', subjects: ['person:p_2'] };
const foreigner: Actor = { ...stranger, tenant: 'other' };
const MISSING = `d_${'0'.repeat(32)}`;

let folder: string;
let ring: KeyRing;
let asked: string[];
/** A process of its own: nothing is held in its memory. */
let open: () => Promise<{ documents: Documents; redlines: Redlines }>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-concealing-'));
  ring = await KeyRing.open(join(folder, 'keys'));
  for (const tenant of [owner.tenant, 'other']) await ring.create(tenant);
  asked = [];
  const counting: KeyService = {
    create: (tenant) => ring.create(tenant),
    wrap: (...given) => {
      asked.push('wrap');
      return ring.wrap(...given);
    },
    unwrap: (...given) => {
      asked.push('unwrap');
      return ring.unwrap(...given);
    },
    rotate: (tenant) => ring.rotate(tenant),
    primary: (tenant) => ring.primary(tenant),
    destroy: (tenant, version) => ring.destroy(tenant, version),
    probe: () => ring.probe(),
  };
  const disk = async (name: string) => await DirectoryBlobStore.open(join(folder, name), true);
  const [heads, contents] = [await disk('heads'), await disk('contents')];
  const secrets = await disk('secrets');
  const readSecret = secrets.read.bind(secrets);
  secrets.read = (...given) => {
    asked.push('read');
    return readSecret(...given);
  };
  open = async () => {
    const ambient = { clock: Date.now, random: systemRandom, pause: async () => {} };
    const dataKeys = new DataKeys(counting, ambient);
    const keys = new DocumentKeys({ secrets, service: counting, dataKeys, ambient });
    const stores = {
      ...{ heads: new HeadStore(heads, keys, ambient), ambient, committed: async () => {} },
      contents: new ContentStore(contents, keys, ambient),
    };
    const documents = new Documents(stores);
    return { documents, redlines: new Redlines(stores, documents) };
  };
});
afterEach(() => rm(folder, { recursive: true }));

async function keep(): Promise<string> {
  const body = async function* () {
    yield Buffer.from('text');
  };
  const content = { type: 'text/plain', body: body() };
  const { documents } = await open();
  return (
    await documents.create(
      { actor: owner, operation: 'o_1' },
      async () => ({ name: 'Lease', labels: [] }),
      content,
    )
  ).head.id;
}

/** What the key service was asked for an answer that there is none. */
async function askedFor(question: () => Promise<unknown>): Promise<string> {
  asked.length = 0;
  const error = await question().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DocumentsError);
  expect((error as DocumentsError).code).toBe('documents/not-found');
  return asked.join(' ');
}

describe('whoever may not see a document', () => {
  test('costs the key service the same as a missing one', async () => {
    const id = await keep();
    for (const look of [id, MISSING]) {
      const { documents } = await open();
      const first = await askedFor(() => documents.get(stranger, look));
      expect(first.split(' ').toSorted(), 'the first of a process').toEqual(['read', 'unwrap', 'wrap']);
      expect(await askedFor(() => documents.get(stranger, look))).toBe('read unwrap');
      expect(await askedFor(() => documents.get(stranger, look))).toBe('read unwrap');
    }
  });

  test('learns nothing from who else read it just now', async () => {
    const id = await keep();
    const { documents } = await open();
    await documents.get(stranger, MISSING).catch(() => {});
    const cold = await askedFor(() => documents.get(stranger, id));
    await documents.get(owner, id);
    const warm = await askedFor(() => documents.get(stranger, id));
    expect([cold, warm]).toEqual(['read unwrap', 'read unwrap']);
  });

  test('nor about its redlines, or from another tenant', async () => {
    const id = await keep();
    const { documents, redlines } = await open();
    await documents.get(stranger, MISSING).catch(() => {});
    await documents.get(foreigner, MISSING).catch(() => {});
    for (const look of [id, MISSING]) {
      expect(await askedFor(() => redlines.of(stranger, look))).toBe('read unwrap');
      expect(await askedFor(() => documents.get(foreigner, look))).toBe('read unwrap');
    }
  });

  test('is answered the same after the key of the tenant was rotated and its old version destroyed', async () => {
    const id = await keep();
    const { documents } = await open();
    await documents.get(stranger, MISSING).catch(() => {});
    const before = await ring.primary(owner.tenant);
    await ring.rotate(owner.tenant);
    await ring.destroy(owner.tenant, before);
    await askedFor(() => documents.get(stranger, MISSING));
    expect(await askedFor(() => documents.get(stranger, MISSING))).toBe('wrap read unwrap');
    expect(id).not.toBe(MISSING);
  });
});

test('whoever may see it pays once', async () => {
  const id = await keep();
  const { documents } = await open();
  asked.length = 0;
  for (let n = 0; n < 3; n += 1) await documents.get(owner, id);
  expect(asked).toEqual(['read', 'unwrap']);
});

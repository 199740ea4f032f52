import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Actor, localOperator } from '../../access/index.ts';
import { systemRandom } from '../../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../platform/embedded/index.ts';
import { ContentStore } from '../content-store.ts';
import { DataKeys } from '../data-keys.ts';
import { Documents } from '../documents.ts';
import { HeadStore } from '../head-store.ts';
import { Evidence } from './evidence.ts';
import { type ExportState, ExportStore } from './export-store.ts';
import { Exports } from './exports.ts';
import { Imports } from './imports.ts';
import { checkArchive } from './read-archive.ts';
import { readTar, tarHeader } from './tar.ts';
import type { TrailPages } from './trail-pages.ts';

const people = { find: async () => null, byEmail: async () => null };
const line = (sequence: number, actor: string) => `${JSON.stringify({ sequence, actor })}\n`;

/** Two pages of events, of two actors. */
const trail: TrailPages = {
  settle: async () => {},
  pages: async function* (_, after) {
    for (const first of [1, 3]) if (first > after) yield first;
  },
  page: async (_, first, actor) => {
    const all = [line(first, 'operator'), line(first + 1, 'p_ann')];
    const own = actor === null ? all : all.filter((one) => one.includes(`"${actor}"`));
    return { text: own.join(''), events: own.length };
  },
  proof: async function* () {
    yield { name: 'keys.jsonl', text: '{}\n', place: 'keys' };
  },
  sign: async () => null,
};

let folder: string;
let now = Date.UTC(2026, 10, 22);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-portability-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What one installation has. */
async function install(name: string) {
  const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
  const open = (kind: string, versioned: boolean) =>
    DirectoryBlobStore.open(join(folder, name, kind), versioned);
  const ring = await KeyRing.open(join(folder, name, 'keys'));
  for (const tenant of ['local', 'acme']) await ring.create(tenant);
  const keys = new DataKeys(ring, ambient);
  const store = await open('heads', true);
  const heads = new HeadStore(store, keys, ambient, 4);
  const contents = new ContentStore(await open('contents', true), keys, ambient);
  const stores = { heads, contents, ambient, committed: async () => {} };
  const plans = new ExportStore(await open('spool', false), keys, ambient);
  const parts = { ...stores, store, people, trail, plans, clock: ambient.clock, onFailure: () => {} };
  const evidence = new Evidence(store, keys, ambient);
  const imports = new Imports({ ...stores, people, evidence });
  return { documents: new Documents(stores), exports: new Exports(parts), parts, imports, heads, evidence };
}
type Installation = Awaited<ReturnType<typeof install>>;

const actorOf = (tenant: string): Actor => ({ ...localOperator('r', null), tenant });
const person: Actor = { ...actorOf('local'), kind: 'person', id: 'p_ann', subjects: ['person:p_ann'] };
let made = 0;

async function keep({ documents }: Installation, actor: Actor, texts: readonly string[]): Promise<string> {
  const change = () => {
    made += 1;
    return { actor, operation: `o_${String(made).padStart(32, '0')}` };
  };
  const incoming = (text: string) => ({ type: 'application/pdf', body: pieces(Buffer.from(text)) });
  const [first = '', ...more] = texts;
  let { head, generation } = await documents.create(
    change(),
    async () => ({ name: 'A', labels: ['l'] }),
    incoming(first),
  );
  for (const text of more) {
    const of = { ...change(), document: head.id, ifMatch: generation };
    ({ head, generation } = await documents.addVersion(of, incoming(text)));
  }
  return head.id;
}

async function* pieces(...all: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* all;
}

async function bytesOf(
  { exports }: Installation,
  state: ExportState,
  start = 0,
  end = state.size,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of exports.bytes(state, { start, end })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function exported(
  one: Installation,
  actor: Actor,
  scope: ExportState['facts']['scope'],
): Promise<ExportState> {
  const { facts } = await one.exports.start(actor, scope);
  const state = await one.exports.settled(actor.tenant, facts.id);
  if (state?.status !== 'ready') throw new Error(`The export is ${state?.status}.`);
  return state;
}

const options = {
  incoming: (body: AsyncIterable<Uint8Array>) => ({ type: 'application/pdf', body }),
  subjects: {},
};

describe('an archive', () => {
  // A failure says its seed.
  test('has the same bytes however it is asked for', { timeout: 120_000 }, async () => {
    const one = await install('ranges');
    const actor = actorOf('local');
    // More versions than a head holds, an empty file, and one that fills its blocks.
    await keep(one, actor, ['', 'a'.repeat(512), 'b'.repeat(1025), ...'cdefghijklm']);
    await keep(one, actor, ['x'.repeat(200_000)]);
    const state = await exported(one, actor, { kind: 'tenant' });
    const whole = await bytesOf(one, state);
    expect(whole.length).toBe(state.size);
    expect(await checkArchive(pieces(whole))).toMatchObject({
      manifest: { counts: { documents: 2, versions: 15, events: 4 } },
    });
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: state.size - 1 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [...places.toSorted((a, b) => a - b), state.size];
        const parts: Buffer[] = [];
        let start = 0;
        for (const end of ends) {
          parts.push(await bytesOf(one, state, start, end));
          start = end;
        }
        expect(Buffer.concat(parts).equals(whole)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('of a person has what they own and what they did, and nothing else', async () => {
    const one = await install('person');
    const theirs = await keep(one, person, ['hers']);
    const other = await keep(one, actorOf('local'), ['his']);
    const scope = { kind: 'person', subject: 'person:p_ann', actor: 'p_ann' } as const;
    const text = (await bytesOf(one, await exported(one, person, scope))).toString('latin1');
    expect(text).toContain(theirs);
    expect(text).not.toContain(other);
    expect(text).toContain('"sequence":2,"actor":"p_ann"');
    expect(text).not.toContain('"sequence":1,"actor":"operator"');
    await expect(one.exports.find(actorOf('local'), 'x_1', false)).rejects.toMatchObject({
      code: 'exports/not-found',
    });
  });

  test('is planned to its end by whoever comes next, the same', async () => {
    const one = await install('resumed');
    for (let at = 0; at < 5; at += 1) await keep(one, actorOf('local'), [`text ${at}`]);
    const { plans } = one.parts;
    let left = 3;
    const failing = new Exports({
      ...one.parts,
      people: {
        find: async () => {
          throw new Error('unused');
        },
      },
      trail: {
        ...trail,
        page: async (...asked) => {
          left -= 1;
          if (left === 1) throw new Error('It ends here.');
          return await trail.page(...asked);
        },
      },
    });
    const { facts } = await failing.start(actorOf('local'), { kind: 'tenant' });
    await failing.settled('local', facts.id);
    expect((await plans.read('local', facts.id))?.value.status).toBe('preparing');
    const state = await one.exports.settled('local', facts.id);
    if (state === null) throw new Error('It is gone.');
    expect(state).toMatchObject({ status: 'ready', counts: { documents: 5, events: 4 } });
    await checkArchive(pieces(await bytesOf(one, state)));
    now += 25 * 3_600_000;
    expect(await one.exports.sweep()).toBe(1);
    expect(await plans.read('local', facts.id)).toBeNull();
  });
});

describe('what proves the trail', () => {
  /** So many files of 100 kB: three fill a page of a plan. */
  const proved = (count: number, cut = Number.POSITIVE_INFINITY): TrailPages => ({
    ...trail,
    async *proof(_tenant, lastPage, _actor, after) {
      expect(lastPage).toBe(3);
      for (let at = after === '' ? 1 : Number(after) + 1; at <= count; at += 1) {
        if (at === cut) throw new Error('It ends here.');
        yield { name: `checkpoints-${at}.jsonl`, text: `${at}`.padEnd(100_000, '-'), place: String(at) };
      }
    },
  });

  test('is in pages of the plan, and each file once, whoever goes on with it', async () => {
    const one = await install('proved');
    const failing = new Exports({ ...one.parts, trail: proved(20, 11) });
    const { facts } = await failing.start(actorOf('local'), { kind: 'tenant' });
    await failing.settled('local', facts.id);
    const begun = await one.parts.plans.read('local', facts.id);
    expect(begun?.value).toMatchObject({ status: 'preparing', cursor: { phase: 'proof', after: '3 9' } });
    const again = new Exports({ ...one.parts, trail: proved(20) });
    const state = await again.settled('local', facts.id);
    if (state?.status !== 'ready') throw new Error(`The export is ${state?.status}.`);
    expect(state.pages.length).toBeGreaterThan(6);
    const seen: string[] = [];
    await checkArchive(pieces(await bytesOf({ ...one, exports: again }, state)), (name) => seen.push(name));
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => `audit/checkpoints-${at + 1}.jsonl`));
  });
});

describe('what came in', () => {
  test('has all versions, in pages too, and gets another id where its own is taken', async () => {
    const [one, other] = [await install('out'), await install('in')];
    const actor = actorOf('local');
    const id = await keep(one, actor, [...'abcdefghijklmnop']);
    const whole = await bytesOf(one, await exported(one, actor, { kind: 'tenant' }));
    const acme = actorOf('acme');
    made -= 16;
    expect(await keep(other, acme, ['in the way'])).toBe(id);
    const report = await other.imports.take(acme, pieces(whole), options);
    const [{ to = '' } = {}] = report.renamed;
    expect(report).toMatchObject({ documents: 1, versions: 16, renamed: [{ from: id }] });
    const { head } = await other.documents.get(acme, to);
    expect(head).toMatchObject({ imported: { tenant: 'local', id }, labels: ['l'], bytes: 16 });
    expect(head.versions.length).toBeLessThan(16);
    for (const [at, text] of [...'abcdefghijklmnop'].entries()) {
      const { body } = await other.documents.open(acme, to, at + 1);
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe(text);
    }
    expect(await other.imports.take(acme, pieces(whole), options)).toMatchObject({
      ...{ documents: 0, present: 1 },
    });
    // Into the tenant that it is of: it never left.
    expect(await one.imports.take(actor, pieces(whole), options)).toMatchObject({ documents: 0, present: 1 });
  });

  const hostile: [title: string, files: readonly [name: string, text: string][]][] = [
    ['that begins otherwise', [['manifest.json', '{}']]],
    ['of another format', [['archive.json', '{"format":2}']]],
    ['with a file that nobody described', [facts(), ['documents/d_1/1.docx', 'x']]],
    ['with a file that no export writes', [facts(), ['etc/passwd', 'x']]],
    ['with a description that is none', [facts(), ['documents/d_1/description.json', '{}']]],
  ];
  test.each(hostile)('is refused: an archive %s', async (_, files) => {
    const { imports } = await install('hostile');
    const tar = files.flatMap(([name, text]) => [
      tarHeader(name, text.length, 0),
      Buffer.from(text.padEnd(512 * Math.ceil(text.length / 512), '\0')),
    ]);
    await expect(imports.take(actorOf('local'), pieces(...tar), options)).rejects.toMatchObject({
      code: 'imports/damaged',
    });
  });

  const names = ['../x', '/x', 'a/../x', 'a//b', 'A'];
  test.each(names)('is refused: a file called %s', async (name) => {
    expect(() => tarHeader(name, 1, 0)).toThrow(TypeError);
    const header = Buffer.from(tarHeader('y', 0, 0));
    header.fill(0, 0, 100);
    header.write(name.slice(0, 100), 0);
    header.write('        ', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const read = async () => {
      for await (const file of readTar(pieces(header))) return file.name;
      return null;
    };
    await expect(read()).rejects.toMatchObject({ code: 'imports/damaged' });
  });
});

describe('evidence', () => {
  const archive = `x_${'0'.repeat(32)}`;
  const manifest = { name: 'manifest.json', text: 'm' };
  const trailOf = (text: string) => ({ name: 'audit/events-1.jsonl', text });

  test('is that of the import that was whole, whoever else was at it', async () => {
    const { evidence } = await install('evidence');
    const collect = () => evidence.collect('local', archive);
    const kept = async () => {
      const found = await evidence.open('local', archive);
      if (found === null) return null;
      const texts: string[] = [];
      for await (const { body } of readTar(found)) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of body) chunks.push(chunk);
        texts.push(Buffer.concat(chunks).toString());
      }
      return texts;
    };
    const [died, changed, right, late] = [await collect(), await collect(), await collect(), await collect()];
    await died.add(trailOf('died'));
    await changed.add(trailOf('changed'));
    await right.add(trailOf('right'));
    await late.add(trailOf('late'));
    expect(await kept()).toBeNull();
    await right.close([manifest]);
    await changed.discard();
    expect(await kept()).toEqual(['right', 'm']);
    await late.close([manifest]);
    const again = await collect();
    await again.add(trailOf('again'));
    await again.discard();
    expect(await kept()).toEqual(['right', 'm']);
  });
});

function facts(): [string, string] {
  const said = {
    format: 1,
    id: `x_${'0'.repeat(32)}`,
    tenant: 'local',
    at: new Date(0).toISOString(),
    by: 'o',
  };
  return ['archive.json', JSON.stringify({ ...said, scope: { kind: 'tenant' } })];
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DirectoryBlobStore } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-ends-'));
});
afterEach(() => rm(folder, { recursive: true }));

const ACTS = ['write', 'write', 'many', 'delete', 'purge', 'prune', 'look'] as const;

test.each([true, false])(
  'two processes always see the same end (keeping generations: %s)',
  async (keeps) => {
    let runs = 0;
    const act = fc.record({ who: fc.constantFrom(0, 1), what: fc.constantFrom(...ACTS) });
    const run = async (acts: readonly { who: number; what: (typeof ACTS)[number] }[]) => {
      runs += 1;
      const root = join(folder, String(runs));
      const stores = [await DirectoryBlobStore.open(root, keeps), await DirectoryBlobStore.open(root, keeps)];
      let text: string | null = null;
      for (const [n, { who, what }] of acts.entries()) {
        const store = stores[who] ?? stores[0];
        if (store === undefined) throw new Error('No store.');
        const times = what === 'many' ? 20 : 1;
        for (let i = 0; (what === 'write' || what === 'many') && i < times; i += 1) {
          const ifGeneration = (await store.stat('a'))?.generation ?? '0';
          text = `${n} ${i}`;
          expect(await store.write('a', Buffer.from(text), { ifGeneration })).not.toBeNull();
          expect(await store.write('a', Buffer.from('x'), { ifGeneration })).toBeNull();
        }
        if (what === 'delete') expect(await store.delete('a')).toBe(text !== null);
        if (what === 'purge') await store.purge('a');
        if (what === 'delete' || what === 'purge') text = null;
        if (what === 'prune') await store.prune('a', { newest: 1, before: Date.now() + 1000 });
        for (const one of stores) {
          const read = await one.read('a');
          expect(read === null ? null : await new Response(read.body).text()).toBe(text);
        }
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(act, { maxLength: 8 }), run), { numRuns: 40 });
  },
  60_000,
);

// One of several processes that work on the same folder of objects at once; `directory-processes.test.ts` starts and
// kills them. Prints what was acknowledged, a line of JSON each, and only after it was.
import { randomInt } from 'node:crypto';
import { writeSync } from 'node:fs';
import { ABSENT } from '../../src/documents/index.ts';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { bytes, textOf } from './blob-store-kit.ts';

const [work = '', folder = '', who = '', rounds = '0'] = process.argv.slice(2);
const NAME = 'shared/one';
const acknowledge = (fact: object): void => void writeSync(1, `${JSON.stringify(fact)}\n`);

/** Adds a line of its own to the object, `rounds` times. */
async function append(store: DirectoryBlobStore): Promise<void> {
  for (let round = 0; round < Number(rounds); ) {
    const blob = await store.read(NAME);
    const text = blob === null ? '' : await new Response(blob.body).text();
    const line = `${who}-${round}\n`;
    const written = await store.write(NAME, bytes(text + line), { ifGeneration: blob?.generation ?? ABSENT });
    if (written === null) continue;
    acknowledge({ line });
    if (round % 3 === 0) await store.prune(NAME, { newest: 0, before: Date.now() + 1000 });
    round += 1;
  }
}

/** Writes, removes, prunes and purges at random. */
async function churn(store: DirectoryBlobStore): Promise<void> {
  for (let round = 0; round < Number(rounds); round += 1) {
    const before = (await store.stat(NAME))?.generation ?? ABSENT;
    const step = randomInt(10);
    if (step === 0) await store.purge(NAME);
    else if (step === 9) await store.prune(NAME, { newest: 1, before: Date.now() + 1000 });
    else if (step < 4 && before !== ABSENT) {
      if (await store.delete(NAME, before)) acknowledge({ before, after: null });
    } else {
      const written = await store.write(NAME, bytes(`${who} ${round}`), { ifGeneration: before });
      if (written !== null) acknowledge({ before, after: written.generation });
    }
    const text = await textOf(store, NAME);
    if (text !== null && !/^\d+ \d+$/.test(text)) throw new Error('Half an object was read.');
  }
}

/** Writes more than the process may put into a file. */
async function overflow(store: DirectoryBlobStore): Promise<void> {
  const error = await store.write(NAME, new Uint8Array(4_000_000), { ifGeneration: ABSENT }).then(
    () => null,
    (reason: unknown) => reason,
  );
  acknowledge({ failure: error instanceof Error && 'failure' in error ? error.failure : error });
  acknowledge({ small: await store.write('small', bytes('x'), { ifGeneration: ABSENT }) });
}

const keepsGenerations = work !== 'churn-current';
const store = await DirectoryBlobStore.open(folder, keepsGenerations);
if (work === 'append') await append(store);
else if (work === 'overflow') await overflow(store);
else await churn(store);

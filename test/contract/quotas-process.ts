import { join } from 'node:path';
import { type Actor, localOperator } from '../../src/access/index.ts';
import { DocumentsError, Library, newOperation } from '../../src/documents/index.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing, SqliteCatalogue } from '../../src/platform/embedded/index.ts';

// One of several processes over the same stores, each with a catalogue of its own, as in the cloud. Makes a document whenever
// it is told to, at the time that it is told, and says what came of it.

const [folder = '', name = '', most = '0'] = process.argv.slice(2);
const actor: Actor = localOperator('r', null);
const open = async (kind: string) => await DirectoryBlobStore.open(join(folder, kind), true);
const time = { now: 0 };
const catalogue = SqliteCatalogue.open(join(folder, `catalogue-${name}.sqlite`));
const library = new Library({
  residency: 'local',
  region: {
    heads: await open('heads'),
    contents: await open('contents'),
    secrets: await open('secrets'),
  },
  spool: await open('spool'),
  keys: await KeyRing.open(join(folder, 'keys')),
  ...{ catalogue, ambient: { clock: () => time.now, random: systemRandom, pause: async () => {} } },
  quotaOf: () => ({ documents: Number(most), bytes: 1_000_000 }),
  onBehind: (error) => {
    throw error;
  },
});

async function* once(): AsyncIterable<Uint8Array> {
  yield Buffer.from('text');
}

async function make(): Promise<string> {
  try {
    const change = { actor, operation: newOperation(systemRandom) };
    const described = async () => ({ name: 'n', labels: [] });
    await library.documents.create(change, described, { type: 'text/plain', body: once() });
    return 'made';
  } catch (error) {
    return error instanceof DocumentsError ? error.code : String(error);
  }
}

process.on('message', (at: number) => {
  time.now = at;
  void make().then((outcome) => process.send?.(outcome));
});
process.on('disconnect', () => catalogue.close());
process.send?.('ready');

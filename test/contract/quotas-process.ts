import { join } from 'node:path';
import { type Actor, localOperator } from '../../src/access/index.ts';
import { DocumentsError, Library, newOperation } from '../../src/documents/index.ts';
import { systemRandom } from '../../src/kit/index.ts';
import {
  DirectoryBlobStore,
  KeyRing,
  SqliteCatalogue,
  SqliteLeases,
} from '../../src/platform/embedded/index.ts';

// One of several processes over the same stores, each with a catalogue of its own, as in the cloud. Makes or erases a document
// whenever it is told to, at the time that it is told, and says what came of it.

/** What a process is told. */
export interface Told {
  readonly at: number;
  /** Bytes of the document to make. */
  readonly bytes?: number;
  /** Which one to erase instead. */
  readonly erase?: string;
}

const [folder = '', name = '', most = '0', mostBytes = '0'] = process.argv.slice(2);
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
  leases: SqliteLeases.open(':memory:', () => time.now),
  quotaOf: () => ({ documents: Number(most), bytes: Number(mostBytes) }),
  onBehind: (error) => {
    throw error;
  },
});

async function* once(bytes: number): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(bytes, 'text');
}

/** @returns its id. */
async function make(bytes: number): Promise<string> {
  const change = { actor, operation: newOperation(systemRandom) };
  const described = async () => ({ name: 'n', labels: [] });
  const { head } = await library.documents.create(change, described, {
    type: 'text/plain',
    body: once(bytes),
  });
  return head.id;
}

const erasures = library.erasures(
  { forget: async () => {} },
  {
    end: async () => null,
    holds: async () => true,
    erasure: async () => ({ sequence: 1, hash: '' }),
    sign: async () => null,
  },
);

/** @returns `done`. */
async function erase(id: string): Promise<string> {
  return (await erasures.erase(actor, id, 'asked for')).state;
}

process.on('message', ({ at, bytes = 4, erase: erased }: Told) => {
  time.now = at;
  const act = erased === undefined ? make(bytes) : erase(erased);
  void act
    .catch((error) => (error instanceof DocumentsError ? error.code : String(error)))
    .then((outcome) => process.send?.(outcome));
});
process.on('disconnect', () => catalogue.close());
process.send?.('ready');

// Writes objects one after the other, many at a time, and says which ones were acknowledged; object-database.test.ts kills it.
import { ABSENT } from '../../src/documents/index.ts';
import { ObjectDatabase, SqliteBlobStore } from '../../src/platform/embedded/index.ts';

const [, , path = ''] = process.argv;
const store = new SqliteBlobStore(await ObjectDatabase.open(path), 'heads', true);

async function write(name: string): Promise<void> {
  await store.write(name, new TextEncoder().encode(name.repeat(1000)), { ifGeneration: ABSENT });
  process.stdout.write(`${name}\n`);
}

for (let round = 0; ; round += 1) {
  await Promise.all(Array.from({ length: 20 }, (_, n) => write(`${process.pid}/${round}-${n}`)));
}

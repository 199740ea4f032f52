// What a commit costs as a document grows older: processor time of renaming it and of finding a version, in a folder.
// `npm run bench:versions`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataKeys, type Head, HeadStore, type StoredHead, type Version } from '../src/documents/index.ts';
import { textTable } from '../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../src/platform/embedded/index.ts';

const COUNTS = [1, 100, 1000, 10_000];
const COMMITS = 200;
const TIME = '2026-11-22T09:00:00.000Z';

function version(number: number): Version {
  const key = { version: '1-abcdef01', bytes: new Uint8Array(61) };
  const facts = {
    type: 'application/pdf',
    size: 1,
    sha256: 'a'.repeat(64),
    pages: 1,
    scanned: 'clamav',
  } as const;
  const content = `c_${String(number).padStart(32, '0')}`;
  return { number, content, key, facts, origin: { kind: 'upload' }, createdAt: TIME, createdBy: 'operator' };
}

async function document(heads: HeadStore, count: number): Promise<StoredHead> {
  const versions = Array.from({ length: count }, (_, at) => version(at + 1));
  const head: Head = {
    ...{ format: 4, tenant: 'local', id: `d_${count}`, name: 'n', labels: [], owner: 'operator' },
    ...{ state: 'active', createdAt: TIME, updatedAt: TIME, deletedAt: null, redline: null },
    ...{
      members: [],
      versions,
      older: [],
      sequence: 1,
      commit: { operation: 'o_0', at: TIME, records: [] },
      earlier: [],
    },
  };
  return await heads.commit(null, head);
}

/** @returns milliseconds of processor time for one, the least of five rounds. */
async function cost(work: () => Promise<unknown>, times: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const before = process.cpuUsage();
    for (let time = 0; time < times; time += 1) await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000 / times);
  }
  return least;
}

const folder = await mkdtemp(join(tmpdir(), 'redline-bench-'));
try {
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create('local');
  const ambient = {
    clock: Date.now,
    random: (size: number) => crypto.getRandomValues(new Uint8Array(size)),
    pause: async () => {},
  };
  const disk = await DirectoryBlobStore.open(join(folder, 'heads'), true);
  const heads = new HeadStore(disk, new DataKeys(ring, ambient), ambient);
  const rows: (string | number)[][] = [];
  for (const count of COUNTS) {
    let stored = await document(heads, count);
    let number = 0;
    const commit = async () => {
      const { head } = stored;
      number += 1;
      const operation = `o_${number}`;
      const next = {
        ...head,
        name: operation,
        sequence: head.sequence + 1,
        commit: { ...head.commit, operation },
      };
      stored = await heads.commit(stored, next);
    };
    const commits = await cost(commit, COMMITS / 5);
    const finds = await cost(() => heads.pages.find(stored.head, Math.ceil(count / 2)), 20);
    const size = (await disk.stat(`heads/local/d_${count}`))?.size ?? 0;
    rows.push([count, commits.toFixed(1), finds.toFixed(1), size]);
  }
  process.stdout.write(`${textTable(['versions', 'commit ms', 'find ms', 'bytes of the head'], rows)}\n`);
} finally {
  await rm(folder, { recursive: true });
}

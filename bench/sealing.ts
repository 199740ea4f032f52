// How fast contents are encrypted and decrypted, and what memory that takes: `npm run bench:sealing`.
import { openBytes, sealBytes } from '../src/documents/sealing.ts';
import { open, seal } from '../src/documents/sealing-streams.ts';
import { type Cell, textTable } from '../src/kit/index.ts';

const MB = 1_000_000;
const RUNS = 9;
const key = new Uint8Array(32).fill(7);
const context = new TextEncoder().encode('tenant|document|version|purpose');

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function drained(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of stream);
}

/** MB of plaintext a second of processor time; the best of the runs. */
async function rate(size: number, run: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  const often = Math.max(1, Math.floor((10 * MB) / size));
  for (let n = 0; n < RUNS; n += 1) {
    const before = process.cpuUsage();
    for (let again = 0; again < often; again += 1) await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / often);
  }
  return Math.round(size / best);
}

const rows: Cell[][] = [];
for (const size of [10_000, 100_000, MB, 50 * MB]) {
  const plain = new Uint8Array(size).map((_, at) => at % 251);
  const sealed = sealBytes(key, context, plain);
  rows.push([
    `${size / 1000} kB`,
    await rate(size, () => sealBytes(key, context, plain)),
    await rate(size, () => openBytes(key, context, sealed)),
    await rate(size, () => drained(seal(key, context, inChunks(plain, 65_536)))),
    await rate(size, () => drained(open(key, context, inChunks(sealed, 65_536)))),
  ]);
}
console.log('MB of plaintext a second of processor time');
console.log(textTable(['size', 'sealBytes', 'openBytes', 'seal', 'open'], rows));

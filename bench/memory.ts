import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';

const SAMPLER = `
const { workerData } = require('node:worker_threads');
const cells = new Int32Array(workerData);
while (cells[0] === 0) {
  const kib = Math.round(process.memoryUsage.rss() / 1024);
  if (kib > cells[1]) cells[1] = kib;
  Atomics.wait(cells, 0, 0, 2);
}`;

export interface PeakMemory {
  /** MB of the whole process, sampled every 2 ms by another thread while the work runs. */
  readonly rssMb: number;
  /** MB of rss that the work added to what was there before it. */
  readonly addedMb: number;
  /** MB of V8 heap right after the work, before any collection: close to its peak, never above it. */
  readonly heapMb: number;
}

/** Peak memory of one run, after a full collection. */
export async function peakMemory(work: () => unknown): Promise<PeakMemory> {
  setFlagsFromString('--expose_gc');
  const collect = runInNewContext('gc') as () => void;
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const sampler = new Worker(SAMPLER, { eval: true, workerData: cells.buffer });
  await new Promise((resolve) => sampler.once('online', resolve));
  collect();
  const before = process.memoryUsage.rss() / 1024;
  Atomics.store(cells, 1, 0);
  work();
  const heapMb = process.memoryUsage().heapUsed / 1024 / 1024;
  const peak = Math.max(Atomics.load(cells, 1), process.memoryUsage.rss() / 1024);
  Atomics.store(cells, 0, 1);
  Atomics.notify(cells, 0);
  await new Promise((resolve) => sampler.once('exit', resolve));
  return { rssMb: peak / 1024, addedMb: Math.max(0, peak - before) / 1024, heapMb };
}

// One comparison in a process of its own, which says how much memory it held: `node bench/memory.ts ORIGINAL MODIFIED`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Kit from '../src/kit/index.ts';
import type * as Engine from '../src/redline/index.ts';

// What is built, as people run it: reading TypeScript takes memory of its own.
const built = (room: string): string => join(import.meta.dirname, '../dist', room, 'index.js');
const { nodeCodec }: typeof Kit = await import(built('kit'));
const { compare, DEFAULT_AUTHOR, DEFAULT_LIMITS, RedlineError }: typeof Engine = await import(
  built('redline')
);

const [original, modified] = process.argv.slice(2).map((path) => new Uint8Array(readFileSync(path)));
if (original === undefined || modified === undefined) throw new Error('two documents, please');
const before = process.memoryUsage.rss();
try {
  compare(original, modified, { author: DEFAULT_AUTHOR, date: null, limits: DEFAULT_LIMITS }, nodeCodec);
} catch (error) {
  if (!(error instanceof RedlineError)) throw error;
}
const heap = process.memoryUsage().heapUsed;
const peak = highWater();
console.log(
  JSON.stringify({ rssMb: peak / 2 ** 20, addedMb: (peak - before) / 2 ** 20, heapMb: heap / 2 ** 20 }),
);

/** Bytes. `maxRSS` begins with what the parent held, so it is asked only where nothing better is there. */
function highWater(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const kib = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kib) * 1024;
}

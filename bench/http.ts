// `npm run bench:http`: the service under load, from outside. See README.md.
import { parseArgs } from 'node:util';
import { textTable } from '../src/kit/index.ts';
import { quantile, short } from './figures.ts';
import { type BenchPair, findBenchPairs } from './pairs.ts';
import { withServer } from './server.ts';

const MEGABYTE = 1024 * 1024;

interface Health {
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly memoryBytes: { readonly rss: number; readonly heapUsed: number; readonly buffers: number };
}

interface Round {
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly latencies: readonly number[];
  readonly health: Health;
}

/** One comparison; its status, and how long it took. */
async function compareOnce(
  url: string,
  pair: BenchPair,
  accept: string,
): Promise<{ status: number; ms: number }> {
  const form = new FormData();
  form.append('original', new Blob([Uint8Array.from(pair.original)]), 'original.docx');
  form.append('modified', new Blob([Uint8Array.from(pair.modified)]), 'modified.docx');
  const started = performance.now();
  const answer = await fetch(`${url}/v1/comparisons`, { method: 'POST', body: form, headers: { accept } });
  await answer.arrayBuffer();
  return { status: answer.status, ms: performance.now() - started };
}

/** `requests` comparisons, at most `concurrency` at once; every second one keeps its result. */
async function runRound(url: string, pair: BenchPair, requests: number, concurrency: number): Promise<Round> {
  const statuses: Record<string, number> = {};
  const latencies: number[] = [];
  let sent = 0;
  const started = performance.now();
  const client = async () => {
    while (sent < requests) {
      sent += 1;
      const { status, ms } = await compareOnce(url, pair, sent % 2 === 0 ? 'application/json' : '*/*');
      statuses[status] = (statuses[status] ?? 0) + 1;
      latencies.push(ms);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const seconds = (performance.now() - started) / 1000;
  const health = (await (await fetch(`${url}/health`)).json()) as Health;
  return { requests, statuses, seconds, latencies, health };
}

function row(name: string, { requests, statuses, seconds, latencies, health }: Round): (string | number)[] {
  const { eventLoopDelayMs: delay, memoryBytes: memory } = health;
  return [
    name,
    Object.entries(statuses)
      .map(([status, times]) => `${times} × ${status}`)
      .join(', '),
    short(requests / seconds),
    ...[0.5, 0.95, 0.99].map((share) => short(quantile(latencies, share))),
    ...[delay.p50, delay.p99, delay.max].map(short),
    ...[memory.rss, memory.heapUsed, memory.buffers].map((bytes) => short(bytes / MEGABYTE)),
  ];
}

async function measure(pair: BenchPair, concurrency: number, total: number): Promise<void> {
  const exitCode = await withServer(async (url) => {
    const rows = [row('burst', await runRound(url, pair, concurrency, concurrency))];
    const perRound = Math.ceil(total / 10);
    for (let done = 0; done < total; done += perRound) {
      rows.push(
        row(`${done + perRound}`, await runRound(url, pair, perRound, Math.min(perRound, concurrency))),
      );
    }
    const header = [
      'after',
      'answers',
      'a second',
      ...['p50 ms', 'p95', 'p99'],
      ...['loop p50 ms', 'p99', 'max'],
      ...['rss MB', 'heap', 'buffers'],
    ];
    console.log(`${pair.name}: a burst of ${concurrency}, then ${total} requests, ${concurrency} at once`);
    console.log(textTable(header, rows));
  });
  console.log(`exit code ${exitCode}`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    concurrency: { type: 'string', default: '100' },
    requests: { type: 'string', default: '1000' },
  },
});
const [pair] = findBenchPairs(
  positionals.length > 0 ? positionals : ['contract-13k-words', 'sample'],
).reverse();
if (pair === undefined) throw new Error('There is no pair of that name.');
await measure(pair, Number(values.concurrency), Number(values.requests));

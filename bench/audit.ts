// npm run bench:audit: what the audit trail costs. `--events N` for the chain that is verified.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AuditEvent, Trail, verifyChain } from '../src/audit/index.ts';
import { type Checkpoint, publishKey, signCheckpoint } from '../src/audit/proof/checkpoint.ts';
import type { CommitHistory } from '../src/documents/index.ts';
import { systemRandom } from '../src/kit/index.ts';
import { DirectoryBlobStore, FileLog, LogFolder, SqliteAuditSink } from '../src/platform/embedded/index.ts';
import { chainOf } from '../test/support/audit.ts';
import { quantile, short } from './figures.ts';

const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' } } });
const AT_ONCE = [1, 8, 32];
const READS = 400;
/** Reads a second, and for how many seconds; and what one may wait at p95. */
const PACED = { perSecond: 200, seconds: 10 };
const WANTED = { waitMs: 5, verifyS: 30 };

await measureReads();
await measureVerifying(Number(values.events));

/** Milliseconds that a read waits for its event, with so many at once. */
async function measureReads(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-bench-'));
  const store = await DirectoryBlobStore.open(folder, true);
  const sink = SqliteAuditSink.open(join(folder, 'audit.sqlite'));
  const ambient = { clock: () => Date.now(), random: systemRandom, pause: async () => {} };
  const commits = {} as CommitHistory;
  // As the embedded platform has it: files that are appended to (decision 0150).
  const log = new FileLog(await LogFolder.open(join(folder, 'outbox')), ambient);
  const trail = new Trail({ store, sink, ambient, commits, log });
  const actor = {
    tenant: 't',
    kind: 'person',
    id: 'p',
    credential: 's',
    address: null,
    requestId: 'r',
  } as const;
  const record = async (): Promise<number> => {
    const begun = performance.now();
    await trail.record({ type: 'document.read', outcome: 'done', reason: 'role', actor, object: 'd_1' });
    return performance.now() - begun;
  };
  for (const atOnce of AT_ONCE) {
    const times: number[] = [];
    const ask = async (): Promise<void> => {
      for (let n = 0; n < READS / atOnce; n += 1) times.push(await record());
    };
    const used = process.cpuUsage();
    await Promise.all(Array.from({ length: atOnce }, ask));
    tell(`${atOnce} at once`, times, process.cpuUsage(used));
    const begun = performance.now();
    await trail.advance();
    console.log(
      `  ${times.length} of them into chain and sink: ${(performance.now() - begun).toFixed(0)} ms`,
    );
  }
  await measurePaced(record, () => trail.advance());
  await log.close();
  sink.close();
  await rm(folder, { recursive: true });
}

/** At a rate that does not wait for answers, while events come into chain and sink as in the service. */
async function measurePaced(record: () => Promise<number>, advance: () => Promise<void>): Promise<void> {
  const { perSecond, seconds } = PACED;
  let advanced = Promise.resolve();
  const timer = setInterval(() => {
    advanced = advanced.then(advance);
  }, 500);
  const used = process.cpuUsage();
  const waits: Promise<number>[] = [];
  for (const begun = performance.now(); performance.now() - begun < 1000 * seconds; ) {
    const due = ((performance.now() - begun) / 1000) * perSecond;
    while (waits.length < due) waits.push(record());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const times = await Promise.all(waits);
  clearInterval(timer);
  await advanced;
  const p95 = tell(`${perSecond} a second`, times, process.cpuUsage(used));
  judge(`a read waits less than ${WANTED.waitMs} ms for its event at p95`, p95 < WANTED.waitMs);
}

/** @returns the wait at p95, in milliseconds. */
function tell(name: string, times: readonly number[], { user, system }: NodeJS.CpuUsage): number {
  const at = (share: number) => short(quantile(times, share));
  const cpu = ((user + system) / 1000 / times.length).toFixed(2);
  console.log(`reads, ${name}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, processor ${cpu} ms each`);
  return quantile(times, 0.95);
}

function judge(claim: string, holds: boolean): void {
  console.log(`  ${claim}: ${holds ? 'yes' : 'NO'}`);
  if (!holds) process.exitCode = 1;
}

/** An untouched chain, with a checkpoint for each 10,000 events. */
async function measureVerifying(count: number): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const at = new Date().toISOString();
  const key = { published: publishKey(publicKey, at, null), privateKey };
  const lines: string[] = [];
  const checkpoints: Checkpoint[] = [];
  const events = chainOf('t', count);
  for (let from = 0; from < count; from += 10_000) {
    const part = events.slice(from, from + 10_000);
    checkpoints.push(signCheckpoint(checkpoints.at(-1) ?? null, part, at, key));
    for (const event of part) lines.push(JSON.stringify(event));
  }
  const used = process.cpuUsage();
  const begun = performance.now();
  const rows = function* (): Iterable<AuditEvent> {
    for (const line of lines) yield JSON.parse(line) as AuditEvent;
  };
  const { fault, signedTo } = await verifyChain('t', rows(), { checkpoints, keys: [key.published] });
  const { user, system } = process.cpuUsage(used);
  const wall = ((performance.now() - begun) / 1000).toFixed(1);
  const cpu = ((user + system) / 1e6).toFixed(1);
  console.log(
    `verified ${signedTo} of ${count} events, ${fault?.kind ?? 'untouched'}: ${wall} s, processor ${cpu} s`,
  );
  judge(`no alarm, and less than ${WANTED.verifyS} s`, fault === null && Number(wall) < WANTED.verifyS);
}

import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { EnginePool } from '../../jobs/index.ts';
import { nodeCodec } from '../../kit/index.ts';
import { type CompareOptions, compareOptions, ENGINE_VERSION, RedlineError } from '../../redline/index.ts';
import { BATCH_FORMATS, type BatchItem, type BatchSummary, batchReport } from '../../reports/index.ts';
import { CliError } from '../errors.ts';
import { STANDARD } from '../input.ts';
import { type Io, write } from '../io.ts';
import { optionsOf } from '../options.ts';
import { openTarget } from '../output.ts';
import { oneOf } from '../produce.ts';
import { type Pair, readPairs } from './manifest.ts';
import { createMeter, type Meter } from './meter.ts';
import { type BatchFlags, type Done, doOne, type Work } from './pair.ts';
import { type Entry, openRecord, RECORD, readRecord } from './record.ts';
import { doRemotely } from './remote.ts';
import { batchTable } from './table.ts';

/** Milliseconds, and MB of V8 heap, that one pair may take. */
const DEADLINE_MS = 600_000;
const MEMORY_MB = 2048;
const MOST_THREADS = 64;

/** @throws {RedlineError} `options/invalid`, naming the pair. */
function assertOptions({ name, options }: Pair, common: CompareOptions): void {
  try {
    compareOptions({ ...common, ...options });
  } catch (error) {
    if (!(error instanceof RedlineError)) throw error;
    throw new RedlineError(error.code, `${name}: ${error.message}`, error.details, error);
  }
}

/** `redline batch`: resolves with the worst exit code of its pairs. */
export async function runBatch(source: string, flags: BatchFlags, io: Io): Promise<number> {
  if (flags.output === STANDARD) throw new CliError('usage', 'the results need a folder: --output FOLDER');
  const common = optionsOf(flags, io);
  if (flags.server !== undefined && flags.threads !== undefined)
    throw new CliError('usage', '--threads are of this machine: the service has its own');
  const threads = threadsOf(flags.threads);
  const { pairs, root } = await readPairs(source);
  // Every option is looked at before the first pair is compared.
  for (const pair of pairs) assertOptions(pair, common);
  await mkdir(flags.output, { recursive: true });
  const inputs = pairs.flatMap(({ original, modified }) => [original, modified]);
  const report = await summaryOf(flags, inputs, io);
  const before = flags.force ? new Map<string, Entry>() : await readRecord(join(flags.output, RECORD));
  const meter = createMeter(io.stderr, pairs.length);
  try {
    const work = { root, folder: flags.output, flags, before, inputs, io };
    const { server } = flags;
    const done =
      server === undefined
        ? await doHere(pairs, { ...work, common }, threads, meter)
        : await doRemotely(pairs, { ...work, server }, meter);
    meter.end();
    const summary = {
      engine: ENGINE_VERSION,
      date: common.date,
      items: done.map(({ entry }) => itemOf(entry)),
    };
    await report?.(summary);
    await write(
      io.stdout,
      flags.json ? `${JSON.stringify(summary, null, 2)}\n` : batchTable(done, flags.output, io.stdout),
    );
    return Math.max(...done.map(({ exitCode }) => exitCode));
  } finally {
    meter.end();
  }
}

async function doHere(
  pairs: readonly Pair[],
  work: Omit<Work, 'pool'>,
  threads: number,
  meter: Meter,
): Promise<Done[]> {
  const pool = new EnginePool({
    threads,
    queueLength: 0,
    deadlineMs: DEADLINE_MS,
    memoryMb: MEMORY_MB,
    ...engine(),
  });
  try {
    return await doAll(pairs, { ...work, pool }, threads, meter);
  } finally {
    await pool.close();
  }
}

/** The built command stands in few files (docs/decisions/0004-command-in-few-files.md); its threads run the service's. */
function engine(): { readonly script?: URL } {
  if (import.meta.url.endsWith('.ts')) return {};
  return { script: new URL('../jobs/engine-worker.js', import.meta.url) };
}

function threadsOf(given: string | undefined): number {
  if (given === undefined) return availableParallelism();
  const threads = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (threads < 1 || threads > MOST_THREADS)
    throw new CliError('usage', `--threads is a whole number from 1 to ${MOST_THREADS}`);
  return threads;
}

/** What writes the summary to its file; the place is checked before anything is compared. */
async function summaryOf({ summary, force = false }: BatchFlags, inputs: readonly string[], io: Io) {
  if (summary === undefined) return null;
  const format = oneOf('the ending of --summary', extname(summary).slice(1).toLowerCase(), BATCH_FORMATS);
  const target = await openTarget(summary, inputs, { force, plain: format !== 'docx' }, io);
  return async (made: BatchSummary) => {
    await target.write(await batchReport(made, format, nodeCodec));
  };
}

/** As many at once as there are threads; what one of them meets does not hold up the others. */
async function doAll(pairs: readonly Pair[], work: Work, threads: number, meter: Meter): Promise<Done[]> {
  const record = await openRecord(join(work.folder, RECORD));
  const done: Done[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < pairs.length; at = next++) {
      const pair = pairs[at];
      if (pair === undefined) return;
      meter.begin(pair.name);
      const one = await doOne(pair, work);
      if (!one.kept) await record.add(one.entry);
      done[at] = one;
      meter.done(one.entry);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(threads, pairs.length) }, worker));
  } finally {
    await record.close();
  }
  return done;
}

function itemOf({ asked: _, ...item }: Entry): BatchItem {
  return item;
}

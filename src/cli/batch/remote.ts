import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Batch,
  type BatchRequest,
  createBatch,
  download,
  getBatch,
  ProblemError,
  reportBatch,
  retryBatch,
  type Service,
} from '../../client/index.ts';
import { canonicalJson } from '../../redline/index.ts';
import type { BatchItem, BatchSummary } from '../../reports/index.ts';
import { connect } from '../documents/connection.ts';
import { CliError, EXIT, toProblem } from '../errors.ts';
import type { Io } from '../io.ts';
import { openTarget } from '../output.ts';
import { chunksOf, examine, type SentPair, type UnreadPair } from './chunks.ts';
import type { Pair } from './manifest.ts';
import type { Meter } from './meter.ts';
import { type BatchFlags, type Done, failed, givenOptions } from './pair.ts';
import { type Entry, openRecord, RECORD } from './record.ts';

/** What is done on a service. */
export interface RemoteWork {
  readonly server: string;
  readonly root: string;
  readonly folder: string;
  readonly flags: BatchFlags;
  readonly before: ReadonlyMap<string, Entry>;
  readonly inputs: readonly string[];
  readonly io: Io;
}

/** Between two looks at a batch. */
const LOOK_MS = 500;
const OVER = new Set(['succeeded', 'partial', 'failed', 'cancelled']);

/**
 * Has pairs compared by a service, a hundred at a time. A run that was cut goes on: the same pairs make the same requests, whose key
 * follows from what is in them, so that the service goes on with the batch that it has.
 */
export async function doRemotely(
  pairs: readonly Pair[],
  work: RemoteWork,
  meter: Meter,
): Promise<readonly Done[]> {
  const { service } = connect({ server: work.server });
  const record = await openRecord(join(work.folder, RECORD));
  const done = new Map<Pair, Done>();
  const sent: SentPair[] = [];
  const end = async (pair: Pair, one: Done): Promise<void> => {
    if (!one.kept) await record.add(one.entry);
    done.set(pair, one);
  };
  try {
    for (const one of await examine(pairs)) {
      if (!('error' in one)) sent.push(one);
      else await end(one.pair, unread(one, work, meter));
    }
    for (const chunk of chunksOf(sent)) {
      const ends = await doChunk(service, chunk, work, meter);
      for (const [index, { pair }] of chunk.entries()) await end(pair, endOf(ends[index]));
    }
  } finally {
    await record.close();
  }
  return pairs.map((pair) => endOf(done.get(pair)));
}

function endOf(done: Done | undefined): Done {
  if (done === undefined) throw new TypeError('A pair has no end.');
  return done;
}

/** What cannot be read here holds up no other pair. */
function unread({ pair, sha256: original, error }: UnreadPair, work: RemoteWork, meter: Meter): Done {
  const sha256 = { original, modified: null, redline: null };
  const done = failed(error, { ...shownPaths(pair, work), asked: askedOf(pair, work), sha256 });
  meter.done(done.entry);
  return done;
}

async function doChunk(
  service: Service,
  chunk: readonly SentPair[],
  work: RemoteWork,
  meter: Meter,
): Promise<readonly Done[]> {
  const kept = await Promise.all(chunk.map((pair) => keptBefore(pair, work)));
  for (const entry of kept) if (entry !== null) meter.done(entry);
  if (kept.every((entry) => entry !== null)) return kept.map(asKept);
  const batch = await ended(service, await begin(service, chunk, work), meter, kept);
  const { items } = JSON.parse(await (await reportBatch(service, batch.id, 'json')).text()) as BatchSummary;
  const done: Done[] = [];
  for (const [index, pair] of chunk.entries()) {
    const before = kept[index] ?? null;
    const reported = items[index];
    if (before !== null) done.push(asKept(before));
    else if (reported === undefined)
      throw new CliError('service/broken', 'The report of the batch is not whole.');
    else done.push(await fetched(service, pair, reported, batch.items[index]?.result?.redline ?? '', work));
  }
  return done;
}

const asKept = (entry: Entry | null): Done => {
  if (entry === null) throw new TypeError('Nothing is kept of it.');
  return { entry, exitCode: EXIT.done, kept: true };
};

/** Begins a batch, or finds the one that an earlier run began; what failed of that is begun again. */
async function begin(service: Service, chunk: readonly SentPair[], work: RemoteWork): Promise<Batch> {
  const request = requestOf(chunk, work);
  const files = new Map<string, Blob>();
  for (const { original, modified } of chunk) {
    for (const { name, path } of [original, modified]) {
      if (!files.has(name)) files.set(name, await openAsBlob(path));
    }
  }
  const hashes = chunk.map(({ original, modified }) => [original.sha256, modified.sha256]);
  const key = hashOf(canonicalJson({ hashes, request }));
  const begun = await createBatch(service, request, files, { idempotencyKey: `batch-${key}` });
  const batch = await getBatch(service, begun.id).catch((error: unknown) => {
    if (error instanceof ProblemError && error.problem.code === 'batches/not-found') return null;
    throw error;
  });
  // Its time is over: it is another one.
  if (batch === null) return await createBatch(service, request, files);
  const isFailed = batch.counts.failed + batch.counts.cancelled > 0;
  return OVER.has(batch.state) && isFailed ? await retryBatch(service, batch.id) : batch;
}

function requestOf(chunk: readonly SentPair[], { flags, io }: RemoteWork): BatchRequest {
  return {
    name: 'redline batch',
    options: givenOptions(flags, io),
    items: chunk.map(({ pair, original, modified }) => ({
      name: pair.name.slice(-200),
      original: original.name,
      modified: modified.name,
      options: pair.options,
    })),
  };
}

/** The batch when it has ended; shows how far it is meanwhile. */
async function ended(
  service: Service,
  begun: Batch,
  meter: Meter,
  kept: readonly (Entry | null)[],
): Promise<Batch> {
  const told = new Set<number>();
  for (let batch = begun; ; batch = await getBatch(service, begun.id)) {
    for (const { index, name, state, error } of batch.items) {
      if (kept[index] !== null || told.has(index)) continue;
      if (state === 'running') meter.begin(name);
      if (!OVER.has(state)) continue;
      told.add(index);
      meter.done({ name, outcome: state === 'succeeded' ? 'redlined' : 'failed', problem: error });
    }
    if (OVER.has(batch.state)) return batch;
    await pause(LOOK_MS);
  }
}

async function fetched(
  service: Service,
  { pair, original, modified }: SentPair,
  reported: BatchItem,
  redline: string,
  work: RemoteWork,
): Promise<Done> {
  const base = { ...reported, ...shownPaths(pair, work), asked: askedOf(pair, work) };
  const sha256 = { ...reported.sha256, original: original.sha256, modified: modified.sha256 };
  const entry = { ...base, sha256 };
  if (reported.problem !== null) return { entry, exitCode: exitCodeOf(reported.problem), kept: false };
  const bytes = await (await download(service, redline)).bytes();
  if (hashOf(bytes) !== sha256.redline)
    throw new CliError('service/broken', `The redline of ${pair.name} is not the one of the report.`);
  const path = join(work.folder, `${pair.name}.docx`);
  await mkdir(dirname(path), { recursive: true });
  const how = { force: work.flags.force === true, plain: false };
  await (await openTarget(path, work.inputs, how, work.io)).write(bytes);
  return { entry, exitCode: EXIT.done, kept: false };
}

function shownPaths({ name, original, modified }: Pair, { root }: RemoteWork) {
  return { name, original: relative(root, original), modified: relative(root, modified) };
}

/** What an earlier run made of the same, if it is still there. */
async function keptBefore({ pair, original, modified }: SentPair, work: RemoteWork): Promise<Entry | null> {
  const before = work.before.get(pair.name);
  if (before === undefined || before.asked !== askedOf(pair, work)) return null;
  const { sha256 } = before;
  if (sha256.original !== original.sha256 || sha256.modified !== modified.sha256) return null;
  const result = await readFile(join(work.folder, `${pair.name}.docx`)).catch(() => null);
  if (result === null || hashOf(result) !== sha256.redline) return null;
  return { ...before, ...shownPaths(pair, work) };
}

function askedOf({ options }: Pair, { server, flags, io }: RemoteWork): string {
  return hashOf(canonicalJson({ server, options: { ...givenOptions(flags, io), ...options } }));
}

/** With what a run of this pair alone would have ended. */
function exitCodeOf({ code, detail }: { readonly code: string; readonly detail: string }): number {
  const isLimit = /^(?:limits|work)\//.test(code);
  const status = code === 'internal' ? 500 : isLimit ? 413 : 422;
  return toProblem(new ProblemError({ code, detail, status })).exitCode;
}

function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

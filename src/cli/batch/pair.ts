import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type EnginePool, JobError } from '../../jobs/index.ts';
import {
  type CompareOptions,
  canonicalJson,
  compareOptions,
  DEFAULT_LIMITS,
  ENGINE_VERSION,
  type GivenOptions,
  type InputRole,
  type Report,
} from '../../redline/index.ts';
import type { BatchItem } from '../../reports/index.ts';
import { CliError, EXIT, toProblem } from '../errors.ts';
import { readInput } from '../input.ts';
import type { Io } from '../io.ts';
import { type OptionFlags, optionsOf } from '../options.ts';
import { openTarget } from '../output.ts';
import type { Pair } from './manifest.ts';
import type { Entry } from './record.ts';

export interface BatchFlags extends OptionFlags {
  /** The folder of results. */
  readonly output: string;
  readonly summary?: string;
  /** The service that compares; this machine by default. */
  readonly server?: string;
  readonly threads?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** The options that were asked for, as a service takes them: without a date it writes that of its own work. */
export function givenOptions(flags: BatchFlags, io: Io): GivenOptions {
  const { date, limits: _, ...options } = optionsOf(flags, io);
  return flags.date === undefined ? options : { ...options, date };
}

/** One pair's end, and the code that a run of it alone would have ended with. */
export interface Done {
  readonly entry: Entry;
  readonly exitCode: number;
  /** The result of an earlier run was found whole, and kept. */
  readonly kept: boolean;
}

export interface Work {
  readonly pool: EnginePool;
  /** Where paths that are shown start from: the folder of the pairs, or of the manifest. */
  readonly root: string;
  /** Of the results. */
  readonly folder: string;
  readonly flags: BatchFlags;
  readonly common: CompareOptions;
  readonly before: ReadonlyMap<string, Entry>;
  /** Files that must not be replaced. */
  readonly inputs: readonly string[];
  readonly io: Io;
}

/** Compares one pair, or finds that it was done before. What stands in its way is part of the answer. */
export async function doOne(pair: Pair, work: Work): Promise<Done> {
  const sha256: { original: string | null; modified: string | null } = { original: null, modified: null };
  const asked = askedOf(pair, work);
  const base = {
    name: pair.name,
    original: relative(work.root, pair.original),
    modified: relative(work.root, pair.modified),
  };
  try {
    const read = async (name: string, role: InputRole & keyof typeof sha256) => {
      const bytes = await readInput(name, role, DEFAULT_LIMITS.compressedBytes, work.io);
      sha256[role] = hashOf(bytes);
      return bytes;
    };
    const original = await read(pair.original, 'original');
    const modified = await read(pair.modified, 'modified');
    const path = join(work.folder, `${pair.name}.docx`);
    const before = work.before.get(pair.name);
    if (before !== undefined && (await stillHolds(before, { ...sha256, asked, path })))
      return { entry: { ...before, ...base }, exitCode: EXIT.done, kept: true };
    const { redline, report } = await compared({ original, modified }, pair, work);
    await mkdir(dirname(path), { recursive: true });
    const target = await openTarget(
      path,
      work.inputs,
      { force: work.flags.force === true, plain: false },
      work.io,
    );
    await target.write(redline);
    const entry = { ...base, ...figures(report), problem: null, sha256: { ...report.sha256 }, asked };
    return { entry, exitCode: EXIT.done, kept: false };
  } catch (error) {
    return failed(error, { ...base, asked, sha256: { ...sha256, redline: null } });
  }
}

/** The end of a pair of which there is no redline. */
export function failed(
  error: unknown,
  known: Pick<Entry, 'name' | 'original' | 'modified' | 'asked' | 'sha256'>,
): Done {
  const { code, detail, exitCode } = toProblem(error);
  const nothing = { changes: 0, inserted: 0, deleted: 0, moved: 0 };
  const entry = { ...known, outcome: 'failed', problem: { code, detail }, ...nothing } as const;
  return { entry, exitCode, kept: false };
}

async function compared(inputs: { original: Uint8Array; modified: Uint8Array }, pair: Pair, work: Work) {
  const place = work.pool.reserve();
  try {
    const options = compareOptions({ ...work.common, ...pair.options });
    return await place.run('compare', inputs, options, new AbortController().signal);
  } catch (error) {
    throw error instanceof JobError ? workError(error) : error;
  } finally {
    place.release();
  }
}

function workError(error: JobError): unknown {
  const passed = error.code === 'work/deadline-exceeded' || error.code === 'work/out-of-memory';
  return passed ? new CliError('work/too-much', error.message, error) : error;
}

/** Is what an earlier run made of the same still there? */
async function stillHolds(
  before: Entry,
  now: { original: string | null; modified: string | null; asked: string; path: string },
): Promise<boolean> {
  const { sha256, asked } = before;
  const same = sha256.original === now.original && sha256.modified === now.modified && asked === now.asked;
  if (!same || sha256.redline === null) return false;
  const result = await readFile(now.path).catch(() => null);
  return result !== null && hashOf(result) === sha256.redline;
}

/** What a result depends on beside its documents. The moment of the run is none of it, where nobody gave one. */
function askedOf(pair: Pair, { common, flags }: Work): string {
  const { date, ...options } = compareOptions({ ...common, ...pair.options });
  const given = flags.date !== undefined || pair.options.date !== undefined;
  return hashOf(canonicalJson({ engine: ENGINE_VERSION, options, ...(given ? { date } : {}) }));
}

function figures({
  identical,
  counts,
  words,
}: Report): Omit<BatchItem, 'name' | 'original' | 'modified' | 'problem' | 'sha256'> {
  const changes = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { outcome: identical ? 'identical' : 'redlined', changes, ...words };
}

function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

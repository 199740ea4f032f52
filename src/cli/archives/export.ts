import { type FileHandle, open, realpath, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  EXPORT_SCOPES,
  type Export,
  type ExportScope,
  getExport,
  ProblemError,
  readExport,
  type Service,
  startExport,
} from '../../client/index.ts';
import { factsOf } from '../../documents/index.ts';
import { type Bar, createBar } from '../documents/bar.ts';
import { connect, type ServiceFlags } from '../documents/connection.ts';
import { secondsOf } from '../documents/send.ts';
import { shown } from '../documents/words.ts';
import { CliError, EXIT } from '../errors.ts';
import { STANDARD } from '../input.ts';
import { type Io, write } from '../io.ts';
import { openTarget, writable } from '../output.ts';
import { oneOf } from '../produce.ts';
import { bytesOf, checkFile } from './local.ts';
import { Patience } from './patience.ts';

export interface ExportFlags extends ServiceFlags {
  readonly output: string;
  readonly scope: string;
  /** Seconds. */
  readonly patience: string;
}

/** Of what arrived, enough to know which export it is of. */
const START_BYTES = 128 * 1024;
/** Between two looks at an export that is being prepared. */
const LOOKS_MS = { first: 100, most: 2000 } as const;

/** `redline export`: the whole archive, checked, or what has arrived of it beside its place. Resolves with the exit code. */
export async function runExport(flags: ExportFlags, io: Io): Promise<number> {
  const scope = oneOf('--scope', flags.scope, EXPORT_SCOPES);
  const patience = new Patience(secondsOf(flags.patience) * 1000);
  if (flags.output === STANDARD) {
    throw new CliError('usage', 'an archive goes to a file, so that a cut download can go on');
  }
  const { name } = await openTarget(flags.output, [], { force: true, plain: false }, io);
  const path = await realpath(name).catch(() => name);
  const part = `${path}.part`;
  const { service } = connect(flags);
  const bar = createBar(io.stderr, shown(basename(path)));
  try {
    const found = await ready(service, await begin(service, part, scope, patience), bar, patience);
    await fetchInto(part, service, found, bar, patience);
    const { manifest, key } = await checked(part, bar);
    await rename(part, path).catch((error: unknown) => Promise.reject(writable(error, path)));
    const { id, counts, size } = found;
    const report = { id, scope, file: name, size, counts: manifest.counts, key };
    const signed = key === null ? 'not signed' : `signed with key ${key}`;
    const what = `${counts.documents} documents, ${counts.redlines} redlines, ${counts.versions} versions`;
    const line = `${shown(name)} (${size} bytes: ${what}, ${counts.events} events; ${signed})`;
    bar.end();
    await write(io.stdout, `${flags.json ? JSON.stringify(report, null, 2) : line}\n`);
    return EXIT.done;
  } catch (error) {
    bar.end();
    throw isUnreached(error) ? await away(error, part) : error;
  }
}

/** The export that a file is a piece of, while it can be had; otherwise a new one, and no file. */
async function begin(
  service: Service,
  part: string,
  scope: ExportScope,
  patience: Patience,
): Promise<Export> {
  const facts = await factsIn(part);
  if (facts !== null && (facts.scope.kind === 'tenant') === (scope === 'tenant')) {
    try {
      return await patience.with(() => getExport(service, facts.id));
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== 'exports/not-found') throw error;
    }
  }
  await rm(part, { force: true });
  const begun = await startExport(service, scope);
  patience.met();
  return begun;
}

async function factsIn(part: string): ReturnType<typeof factsOf> {
  try {
    return await factsOf(bytesOf(part, START_BYTES - 1));
  } catch (error) {
    if (error instanceof CliError && error.code === 'file/not-found') return null;
    throw error;
  }
}

async function ready(service: Service, begun: Export, bar: Bar, patience: Patience): Promise<Export> {
  let found = begun;
  for (let ms: number = LOOKS_MS.first; found.status === 'preparing'; ms = Math.min(LOOKS_MS.most, 2 * ms)) {
    bar.show(0, 'being prepared');
    await pause(ms);
    found = await patience.with(() => getExport(service, begun.id));
  }
  if (found.status === 'ready') return found;
  throw new CliError('service/broken', `the service cannot make the archive (${shown(found.reason ?? '')})`);
}

/** Adds to a file what is missing of an archive. */
async function fetchInto(
  part: string,
  service: Service,
  found: Export,
  bar: Bar,
  patience: Patience,
): Promise<void> {
  let file: FileHandle | undefined;
  try {
    // What it holds is not encrypted any more.
    file = await open(part, 'a', 0o600);
    const size = found.size ?? 0;
    let at = (await file.stat()).size;
    if (at > size) {
      await file.truncate(0);
      at = 0;
    }
    while (at < size) {
      try {
        at = await fetchOnce(file, service, found, at, (bytes) => {
          patience.met();
          bar.show(bytes / size);
        });
      } catch (error) {
        at = (await file.stat()).size;
        bar.show(at / size, 'waiting for the service');
        await patience.wait(error);
      }
    }
    await file.sync();
  } catch (error) {
    throw writable(error, part);
  } finally {
    await file?.close();
  }
}

async function fetchOnce(
  file: FileHandle,
  service: Service,
  found: Export,
  from: number,
  onProgress: (bytes: number) => void,
): Promise<number> {
  const arriving = await readExport(service, found, from);
  // Something between the two does not know of ranges.
  if (arriving.from !== from) await file.truncate(arriving.from);
  let at = arriving.from;
  for await (const piece of arriving.pieces) {
    await file.appendFile(piece);
    at += piece.length;
    onProgress(at);
  }
  return at;
}

/** With what is not whole no run could go on. */
async function checked(part: string, bar: Bar): ReturnType<typeof checkFile> {
  try {
    return await checkFile(part, bar);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'archive/damaged') throw error;
    await rm(part, { force: true });
    throw new CliError(
      'service/broken',
      'What arrived is not the archive that was made; begin again.',
      error,
    );
  }
}

function isUnreached(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problem.code === 'client/unreachable';
}

/** What to do about it. */
async function away(error: ProblemError, part: string): Promise<ProblemError> {
  if ((await factsIn(part)) === null) return error;
  const detail = `The service went away. The same command goes on with ${shown(part)} where it ends, within a day.`;
  return new ProblemError({ code: 'client/unreachable', detail });
}

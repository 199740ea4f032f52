import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type FileSource,
  ProblemError,
  removeUpload,
  type Service,
  sendFile,
  type UploadPorts,
} from '../../client/index.ts';
import { RedlineError } from '../../redline/index.ts';
import { CliError } from '../errors.ts';
import { readable } from '../input.ts';
import type { Io } from '../io.ts';
import { type Bar, createBar } from './bar.ts';
import { type Connection, isAway } from './connection.ts';
import { fingerprintOf, RememberedUploads } from './remembered.ts';
import { shown } from './words.ts';

/** What a file is sent for. */
interface Sending<Made> {
  readonly path: string;
  /** Everything beside the file that decides what comes of it. */
  readonly purpose: readonly string[];
  /** Seconds to wait for a service that went away. */
  readonly patience: string;
  /** Asked again when nobody answered: what is made of one upload is made once. */
  readonly make: (upload: string) => Promise<Made>;
  /** The service removes the upload with what it makes of it: nobody else has to. */
  readonly isTaken: boolean;
}

const never = new AbortController().signal;

/**
 * Sends a file, or what an earlier run left of it, and has something made of it.
 *
 * @throws {ProblemError | CliError | RedlineError} what stands in the way
 */
export async function sendAndMake<Made>(
  { service, server, config }: Connection,
  { path, purpose, patience, make, isTaken }: Sending<Made>,
  io: Io,
): Promise<Made> {
  const patienceMs = secondsOf(patience) * 1000;
  const remembered = new RememberedUploads(config.uploadsDirectory);
  await remembered.tidy(Date.now());
  let begun: string | undefined;
  const bar = createBar(io.stderr, shown(basename(path)));
  const file = await open(path, 'r').catch((error: unknown) => Promise.reject(unreadable(error, path)));
  try {
    const { source, sha256 } = await examine(file, path);
    const fingerprint = fingerprintOf([server, source.name, sha256, ...purpose]);
    const ports = portsOf(service, patienceMs, source.size, bar);
    const progress = {
      onStarted: (upload: string) => {
        begun = upload;
        return remembered.remember(fingerprint, upload);
      },
      onProgress: (bytes: number) => bar.show(bytes / source.size),
    };
    begun = await remembered.recall(fingerprint);
    const upload = await sendFile(source, begun, progress, ports, never);
    bar.show(1, 'sent, being looked at');
    const made = await again(() => make(upload), ports).catch(async (error: unknown) => {
      if (isRefused(error)) {
        await remembered.forget(fingerprint);
        await removeUpload(upload, ports, never);
      }
      throw error;
    });
    await remembered.forget(fingerprint);
    if (!isTaken) await removeUpload(upload, ports, never);
    return made;
  } catch (error) {
    throw isUnreached(error) ? away(path, server, begun) : unreadable(error, path);
  } finally {
    bar.end();
    await file.close();
  }
}

/** @throws {CliError} */
export function secondsOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new CliError('usage', `--patience is not a number of seconds: ${text}`);
}

function unreadable(error: unknown, path: string): unknown {
  return readable(error, path, 'document');
}

function isUnreached(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'client/unreachable';
}

/** What to do about it. @param upload what was begun */
function away(path: string, server: string, upload: string | undefined): ProblemError {
  const begun = `The service went away. The same command goes on with ${path} where it was, within a day.`;
  const detail = upload === undefined ? `Nothing answers at ${server}; is the service running there?` : begun;
  return new ProblemError({ code: 'client/unreachable', detail });
}

/** The service looked at the file and does not want it: there is nothing to go on with. */
function isRefused(error: unknown): boolean {
  return error instanceof ProblemError && [413, 415, 422].includes(error.problem.status);
}

type Handle = Awaited<ReturnType<typeof open>>;

async function examine(file: Handle, path: string): Promise<{ source: FileSource; sha256: string }> {
  const { size } = await file.stat();
  if (size === 0) throw new RedlineError('document/empty', `${path} is empty.`);
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0 })) hash.update(chunk);
  const read = async (start: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    const piece = new Uint8Array(end - start);
    const { bytesRead } = await file.read(piece, 0, piece.length, start);
    if (bytesRead === piece.length) return piece;
    throw new CliError('file/not-readable', `${path} became shorter while it was read`);
  };
  return { source: { name: basename(path), size, read }, sha256: hash.digest('hex') };
}

function portsOf(service: Service, patienceMs: number, size: number, bar: Bar): UploadPorts {
  let hasAnswered = false;
  let waited = 0;
  let arrived = 0;
  return {
    request: async ({ method, path, headers, body }, onSent, signal) => {
      const response = await service.send(path, { method, headers, signal, body: body ?? null });
      onSent(body?.length ?? 0);
      const text = await response.text();
      hasAnswered = true;
      if (response.ok) waited = 0;
      arrived = Number(response.headers.get('Upload-Offset') ?? arrived);
      return { status: response.status, body: text, header: (name) => response.headers.get(name) };
    },
    digest: async (bytes) => createHash('sha256').update(bytes).digest('base64'),
    wait: async ({ retryAfterSeconds = 0 }, failures) => {
      const ms = Math.max(retryAfterSeconds * 1000, Math.min(8000, 250 * 2 ** (failures - 1)));
      if (!hasAnswered || waited + ms > patienceMs) return false;
      bar.show(arrived / size, 'waiting for the service');
      waited += ms;
      await pause(ms);
      return true;
    },
  };
}

async function again<Made>(make: () => Promise<Made>, ports: UploadPorts): Promise<Made> {
  for (let failures = 1; ; failures++) {
    try {
      return await make();
    } catch (error) {
      if (!(error instanceof ProblemError) || !isAway(error.problem)) throw error;
      if (!(await ports.wait(error.problem, failures, never))) throw error;
    }
  }
}

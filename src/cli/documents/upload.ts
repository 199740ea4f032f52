import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type FileSource,
  getDocument,
  type KeptDocument,
  keepUpload,
  ProblemError,
  removeUpload,
  type Service,
  sendFile,
  type UploadPorts,
  type UploadTarget,
} from '../../client/index.ts';
import { RedlineError } from '../../redline/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { readable } from '../input.ts';
import { type Io, write } from '../io.ts';
import { type Bar, createBar } from './bar.ts';
import { quoted } from './change.ts';
import { connect, isAway, type ServiceFlags } from './connection.ts';
import { fingerprintOf, RememberedUploads } from './remembered.ts';
import { oneLine, shown } from './words.ts';

export interface UploadFlags extends ServiceFlags {
  /** Id of the document that gets a version. */
  readonly to?: string;
  readonly name?: string;
  readonly label?: readonly string[];
  readonly ifMatch?: string;
  /** Seconds. */
  readonly patience: string;
}

const never = new AbortController().signal;

/** `redline documents upload`: resolves with the exit code. */
export async function runUpload(files: readonly string[], flags: UploadFlags, io: Io): Promise<number> {
  checkFlags(files, flags);
  const { service, server, config } = connect(flags);
  const patienceMs = secondsOf(flags.patience) * 1000;
  const remembered = new RememberedUploads(config.uploadsDirectory);
  await remembered.tidy(Date.now());
  const target = await targetOf(service, flags);
  const documents: KeptDocument[] = [];
  for (const path of files) {
    const sending = { path, target, flags, server, remembered, patienceMs };
    const document = await uploadFile(service, sending, io);
    documents.push(document);
    if (!flags.json) await write(io.stdout, `${oneLine(document)}\n`);
  }
  if (flags.json) await write(io.stdout, `${JSON.stringify({ documents }, null, 2)}\n`);
  return EXIT.done;
}

function checkFlags(files: readonly string[], { to, name, label, ifMatch }: UploadFlags): void {
  if (files.length > 1 && (to !== undefined || name !== undefined))
    throw new CliError('usage', 'with --to or --name goes one file');
  if (to !== undefined && (name !== undefined || label !== undefined))
    throw new CliError('usage', 'a version has no name and labels of its own: --to stands without them');
  if (to === undefined && ifMatch !== undefined) throw new CliError('usage', '--if-match needs --to');
}

function secondsOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new CliError('usage', `--patience is not a number of seconds: ${text}`);
}

async function targetOf(service: Service, flags: UploadFlags): Promise<UploadTarget> {
  const { to, name, label, ifMatch } = flags;
  if (to !== undefined) {
    const { id, etag } = await getDocument(service, to);
    return { id, etag: ifMatch === undefined ? etag : quoted(ifMatch) };
  }
  return { ...(name === undefined ? {} : { name }), ...(label === undefined ? {} : { labels: label }) };
}

interface Sending {
  readonly path: string;
  readonly target: UploadTarget;
  readonly flags: UploadFlags;
  readonly server: string;
  readonly remembered: RememberedUploads;
  readonly patienceMs: number;
}

async function uploadFile(service: Service, sending: Sending, io: Io): Promise<KeptDocument> {
  const { path, target, flags, server, remembered } = sending;
  let begun: string | undefined;
  const bar = createBar(io.stderr, shown(basename(path)));
  const file = await open(path, 'r').catch((error: unknown) => Promise.reject(unreadable(error, path)));
  try {
    const { source, sha256 } = await examine(file, path);
    const said = [flags.to ?? '', flags.name ?? '', ...(flags.label ?? [])];
    const fingerprint = fingerprintOf([server, source.name, sha256, ...said]);
    const ports = portsOf(service, sending.patienceMs, source.size, bar);
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
    const document = await keep(service, upload, target, ports).catch(async (error: unknown) => {
      if (isRefused(error)) {
        await remembered.forget(fingerprint);
        await removeUpload(upload, ports, never);
      }
      throw error;
    });
    await remembered.forget(fingerprint);
    return document;
  } catch (error) {
    throw isUnreached(error) ? away(path, server, begun) : unreadable(error, path);
  } finally {
    bar.end();
    await file.close();
  }
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
      const init = { method, headers, signal, body: body ?? null };
      const response = await fetch(service.addressOf(path), init);
      onSent(body?.length ?? 0);
      const text = await response.text();
      hasAnswered = true;
      if (response.status < 500) waited = 0;
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

/** Asked again when nobody answered: the id of the upload is the key, so it is done once. */
async function keep(
  service: Service,
  upload: string,
  target: UploadTarget,
  ports: UploadPorts,
): Promise<KeptDocument> {
  for (let failures = 1; ; failures++) {
    try {
      return await keepUpload(service, upload, target);
    } catch (error) {
      if (!(error instanceof ProblemError) || !isAway(error.problem)) throw error;
      if (!(await ports.wait(error.problem, failures, never))) throw error;
    }
  }
}

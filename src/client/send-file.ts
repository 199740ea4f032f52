import { type Problem, ProblemError, problemFrom, unreachable } from './problem.ts';

// The client half of tus 1.0.0 (tus.io/protocols/resumable-upload), as far as this service speaks it: creation,
// checksum, termination. Everything that differs between a browser and a command comes in as a function.

/** A file that is read piece by piece. */
export interface FileSource {
  readonly name: string;
  readonly size: number;
  /** Bytes from `start` to before `end`. Rejects when the file is no longer what it was. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

export interface UploadRequest {
  readonly method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

export interface UploadAnswer {
  readonly status: number;
  header(name: string): string | null;
  readonly body: string;
}

export interface UploadPorts {
  /** Rejects with anything when nothing answered. @param onSent bytes of the body so far, where that is known */
  request(
    request: UploadRequest,
    onSent: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<UploadAnswer>;
  /** SHA-256 in base64. */
  digest(bytes: Uint8Array<ArrayBuffer>): Promise<string>;
  /**
   * Waits until another try makes sense.
   *
   * @param failures in a row, from 1
   * @returns whether to try again
   */
  wait(problem: Problem, failures: number, signal: AbortSignal): Promise<boolean>;
}

export interface UploadProgress {
  /** The upload has this id: whoever keeps it can go on after a crash. */
  readonly onStarted: (upload: string) => void | Promise<void>;
  /** Bytes that have arrived, or are on their way. */
  readonly onProgress: (bytes: number) => void;
}

/** Bytes of one request: what a broken connection costs at most, and what a minute has to be enough for. */
export const PIECE_BYTES = 1024 * 1024;

const UPLOADS = '/v1/uploads';
const PROTOCOL = { 'Tus-Resumable': '1.0.0' };
/** Of these another try may come out otherwise. 409: another request was at work; 460: bytes were changed on their way. */
const PASSING = new Set([0, 408, 409, 429, 460, 499, 500, 502, 503, 504]);
/** The upload is not there any more, or never was. */
const GONE = new Set([404, 410]);

/**
 * Sends a file, or what is missing of it.
 *
 * @param started id of an upload that was begun earlier
 * @returns the id of the complete upload
 * @throws {ProblemError} when the service refuses it, or `wait` gives up; `signal`'s reason when that ends it
 */
export async function sendFile(
  file: FileSource,
  started: string | undefined,
  { onStarted, onProgress }: UploadProgress,
  ports: UploadPorts,
  signal: AbortSignal,
): Promise<string> {
  let upload = started;
  /** `undefined` when only the service knows. */
  let offset: number | undefined;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      if (upload === undefined) {
        upload = await start(file, ports, signal);
        offset = 0;
        await onStarted(upload);
      }
      offset ??= await arrived(upload, file.size, ports, signal);
      onProgress(offset);
      if (offset === file.size) return upload;
      offset = await sendPiece(upload, file, offset, onProgress, ports, signal);
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProblemError)) throw error;
      const { status } = error.problem;
      const isLost = upload !== undefined && GONE.has(status);
      failures++;
      if (!isLost && !PASSING.has(status)) throw error;
      if (isLost) upload = undefined;
      offset = undefined;
      if (!(await ports.wait(error.problem, failures, signal))) throw error;
    }
  }
}

/** Ends an upload, so that it does not wait for its end. That it fails is no harm. */
export async function removeUpload(upload: string, ports: UploadPorts, signal: AbortSignal): Promise<void> {
  await ask(ports, { method: 'DELETE', path: `${UPLOADS}/${upload}`, headers: PROTOCOL }, signal).catch(
    () => {},
  );
}

/** What an upload is, for whoever knows only its id: `null` when it is no more. @throws {ProblemError} */
export async function findUpload(
  upload: string,
  ports: UploadPorts,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly offset: number; readonly size: number } | null> {
  try {
    const answer = await head(upload, ports, signal);
    return { name: nameIn(answer.header('Upload-Metadata') ?? ''), ...placeIn(answer) };
  } catch (error) {
    if (error instanceof ProblemError && GONE.has(error.problem.status)) return null;
    throw error;
  }
}

async function start({ name, size }: FileSource, ports: UploadPorts, signal: AbortSignal): Promise<string> {
  const headers = {
    ...PROTOCOL,
    'Upload-Length': String(size),
    'Upload-Metadata': `filename ${base64(new TextEncoder().encode(name))}`,
  };
  const answer = await ask(ports, { method: 'POST', path: UPLOADS, headers }, signal);
  const id = answer.header('Location')?.split('/').at(-1);
  if (id) return id;
  throw new ProblemError({ code: 'client/unexpected-answer', status: answer.status });
}

/** How many bytes of the file are there. An upload of another size is not one of this file. */
async function arrived(
  upload: string,
  fileSize: number,
  ports: UploadPorts,
  signal: AbortSignal,
): Promise<number> {
  const { offset, size } = placeIn(await head(upload, ports, signal));
  if (size === fileSize && offset <= size) return offset;
  throw new ProblemError({ code: 'uploads/not-found', status: 404 });
}

function head(upload: string, ports: UploadPorts, signal: AbortSignal): Promise<UploadAnswer> {
  return ask(ports, { method: 'HEAD', path: `${UPLOADS}/${upload}`, headers: PROTOCOL }, signal);
}

async function sendPiece(
  upload: string,
  file: FileSource,
  offset: number,
  onProgress: (bytes: number) => void,
  ports: UploadPorts,
  signal: AbortSignal,
): Promise<number> {
  const body = await file.read(offset, Math.min(file.size, offset + PIECE_BYTES));
  const headers = {
    ...PROTOCOL,
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Offset': String(offset),
    'Upload-Checksum': `sha256 ${await ports.digest(body)}`,
  };
  const request = { method: 'PATCH', path: `${UPLOADS}/${upload}`, headers, body } as const;
  const answer = await ask(ports, request, signal, (sent) => onProgress(offset + sent));
  const reached = Number(answer.header('Upload-Offset'));
  if (reached > offset && reached <= file.size) return reached;
  throw new ProblemError({ code: 'client/unexpected-answer' });
}

async function ask(
  ports: UploadPorts,
  request: UploadRequest,
  signal: AbortSignal,
  onSent: (bytes: number) => void = () => {},
): Promise<UploadAnswer> {
  const answer = await ports.request(request, onSent, signal).catch(() => {
    signal.throwIfAborted();
    throw unreachable();
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw problemFrom(answer.body, answer.status, answer.header('Retry-After'));
}

function placeIn(answer: UploadAnswer): { readonly offset: number; readonly size: number } {
  return { offset: Number(answer.header('Upload-Offset')), size: Number(answer.header('Upload-Length')) };
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function nameIn(metadata: string): string {
  const [, value = ''] = /(?:^|,)\s*filename ([A-Za-z0-9+/=]*)/.exec(metadata) ?? [];
  return new TextDecoder().decode(Uint8Array.from(atob(value), (sign) => sign.charCodeAt(0)));
}

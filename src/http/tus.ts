import type { Context, MiddlewareHandler } from 'hono';
import { CHECKSUMS, type Checksum, MOST_UPLOAD_BYTES, type Upload } from '../documents/index.ts';
import { RequestError } from './errors.ts';
import type { HttpEnv } from './services.ts';

/** Headers of the protocol tus 1.0.0 (tus.io/protocols/resumable-upload), read and written. */
const VERSION = '1.0.0';
export const STREAM_TYPE = 'application/offset+octet-stream';

export const TUS_OPTIONS = {
  'Tus-Version': VERSION,
  'Tus-Extension': 'creation,creation-with-upload,checksum,termination,expiration',
  'Tus-Max-Size': String(MOST_UPLOAD_BYTES),
  'Tus-Checksum-Algorithm': CHECKSUMS.join(','),
};

/** Every answer names the version, every request but OPTIONS and GET has to. */
export const speakTus: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const given = c.req.header('tus-resumable');
  const asks = ['OPTIONS', 'GET'].includes(c.req.method);
  if (!asks && given !== VERSION) {
    const headers = { 'Tus-Version': VERSION, 'Tus-Resumable': VERSION };
    throw new RequestError('request/tus-version', 'The header Tus-Resumable must be 1.0.0.', headers);
  }
  await next();
  c.res.headers.set('Tus-Resumable', VERSION);
};

/** What an upload looks like from outside. */
export function uploadHeaders({ offset, size, metadata, expiresAt }: Upload): Record<string, string> {
  return {
    'Upload-Offset': String(offset),
    'Upload-Length': String(size),
    'Upload-Expires': new Date(expiresAt).toUTCString(),
    ...(metadata === '' ? {} : { 'Upload-Metadata': metadata }),
    'Cache-Control': 'no-store',
  };
}

/** A header that is a whole number. @throws {RequestError} `request/malformed`. */
export function wholeHeader(c: Context<HttpEnv>, name: string): number {
  const text = c.req.header(name) ?? '';
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RequestError('request/malformed', `The header ${name} must be a whole number.`);
}

/**
 * Keys of ASCII without blanks and commas, each with a value in base64 or none. As sent.
 *
 * @throws {RequestError} `request/malformed`.
 */
export function readMetadata(c: Context<HttpEnv>): string {
  const text = c.req.header('upload-metadata') ?? '';
  const pairs = text === '' ? [] : text.split(',').map((pair) => pair.trim());
  if (pairs.every((pair) => /^[!-+\--~]+(?: [A-Za-z0-9+/]*={0,2})?$/.test(pair))) return text;
  throw new RequestError('request/malformed', 'The header Upload-Metadata cannot be read.');
}

/** `ALGORITHM BASE64`; `undefined` where it is missing. @throws {RequestError} `request/malformed`. */
export function readChecksum(c: Context<HttpEnv>): Checksum | undefined {
  const text = c.req.header('upload-checksum');
  if (text === undefined) return undefined;
  const [, name, value = ''] = /^([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const algorithm = CHECKSUMS.find((known) => known === name);
  if (algorithm !== undefined) return { algorithm, digest: Buffer.from(value, 'base64') };
  throw new RequestError(
    'request/malformed',
    `The header Upload-Checksum must be one of ${CHECKSUMS.join(', ')}, a space and the digest in base64.`,
  );
}

/** What the client calls the file: the key `filename`, or `name`; `null` where there is none that can be read. */
export function fileNameOf(metadata: string): string | null {
  const pairs = metadata.split(',').map((pair) => pair.trim().split(' '));
  const [, value = ''] = pairs.find(([key]) => key === 'filename' || key === 'name') ?? [];
  return Buffer.from(value, 'base64').toString('utf8') || null;
}

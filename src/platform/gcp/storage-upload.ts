import type { BlobAttributes, BlobBody } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { crc32c } from './crc32c.ts';
import type { StorageCalls } from './storage-calls.ts';
import { base64Of, type ObjectResource, parseObject } from './storage-objects.ts';

/**
 * Bytes sent at a time, and the most that one upload holds twice; a multiple of 256 KiB, as the protocol wants. What is
 * not longer goes in one call. Measured in docs/cloud-storage.md.
 */
const PIECE_BYTES = 2 * 1024 * 1024;
/** How often one upload may ask where it stands and go on, after a piece got no answer. */
const MAX_RESUMES = 3;

export interface Upload {
  readonly bucket: string;
  readonly name: string;
  readonly ifGeneration: string;
  readonly attributes: BlobAttributes;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** A body in pieces of just `PIECE_BYTES`, the last one shorter or as long; never none. */
export function equalPieces(body: BlobBody): AsyncGenerator<Piece> {
  return body instanceof Uint8Array ? slices(body) : gather(body);
}

async function* slices(body: Uint8Array): AsyncGenerator<Piece> {
  for (let at = 0; ; at += PIECE_BYTES) {
    const isLast = at + PIECE_BYTES >= body.length;
    yield { bytes: body.subarray(at, at + PIECE_BYTES), isLast };
    if (isLast) return;
  }
}

/** Copies, so that whoever makes the pieces may use their memory again. */
async function* gather(body: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let held = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  for await (const piece of body) {
    for (let at = 0; at < piece.length; ) {
      if (filled === PIECE_BYTES) {
        yield { bytes: held, isLast: false };
        held = Buffer.allocUnsafe(PIECE_BYTES);
        filled = 0;
      }
      const part = piece.subarray(at, at + PIECE_BYTES - filled);
      held.set(part, filled);
      filled += part.length;
      at += part.length;
    }
  }
  yield { bytes: held.subarray(0, filled), isLast: true };
}

/**
 * A body that does not fit into one call: a session of the resumable protocol, a call for each piece. The object comes into
 * being with the last one, which carries the checksum of all; so only from then on the outcome can be unclear, and then the
 * session is asked first. A session that is given up is cancelled, and nothing is left of it.
 *
 * @returns the object and the checksum of what was sent, or null when the condition does not hold.
 */
export async function uploadPieces(
  calls: StorageCalls,
  upload: Upload,
  first: Piece,
  rest: AsyncIterator<Piece>,
): Promise<{ resource: ObjectResource; crc: number } | null> {
  const url = await startSession(calls, upload);
  if (url === null) return null;
  const session = new Session(calls, url);
  try {
    for (let piece = first; ; ) {
      const resource = await session.put(piece);
      if (resource === null) return null;
      if (resource !== undefined) return { resource, crc: session.crc };
      const next = await rest.next();
      if (next.done === true) throw new Error('The body has no last piece.');
      piece = next.value;
    }
  } catch (error) {
    session.cancel();
    throw error;
  }
}

async function startSession(calls: StorageCalls, upload: Upload): Promise<string | null> {
  const { bucket, name, ifGeneration, attributes } = upload;
  const query = new URLSearchParams({ uploadType: 'resumable', name, ifGenerationMatch: ifGeneration });
  const answer = await calls.send(
    {
      method: 'POST',
      url: `${calls.client.apiEndpoint}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`,
      headers: { 'Content-Type': 'application/json; charset=UTF-8', 'X-Upload-Content-Type': MEDIA_TYPE },
      body: JSON.stringify({ contentType: MEDIA_TYPE, metadata: attributes }),
    },
    'question',
  );
  const url = answer.headers.get('location');
  if (answer.status !== 412 && (answer.status !== 200 || url === null)) {
    throw await calls.unexpected(answer, 'question');
  }
  await answer.body?.cancel();
  return answer.status === 412 ? null : url;
}

export const MEDIA_TYPE = 'application/octet-stream';

/** One session: what it has of the object, and whether the object may be there. */
class Session {
  /** Of all pieces so far. */
  crc = 0;
  readonly #calls: StorageCalls;
  readonly #url: string;
  /** Offset in the object of the piece that is being sent. */
  #offset = 0;
  #resumes = 0;
  /** The last piece was sent, and nobody knows what became of it. */
  #mayBeDone = false;

  constructor(calls: StorageCalls, url: string) {
    this.#calls = calls;
    this.#url = url;
  }

  /** @returns undefined when more is to come, else the object, or null when the condition does not hold. */
  async put({ bytes, isLast }: Piece): Promise<ObjectResource | null | undefined> {
    this.crc = crc32c(bytes, this.crc);
    const end = this.#offset + bytes.length;
    for (let from = this.#offset; ; ) {
      const outcome = await this.#putOrAsk(bytes.subarray(from - this.#offset), from, isLast ? end : null);
      if (outcome instanceof OutsideError) throw this.#mayBeDone ? this.#lost() : outcome;
      if (typeof outcome !== 'number') return outcome;
      if (outcome < this.#offset || outcome > end) throw this.#lost();
      if (outcome === end && !isLast) {
        this.#offset = end;
        return undefined;
      }
      // A part of the piece has arrived, or the whole of the last one and nothing has come of it.
      this.#resumes += 1;
      if (this.#resumes > MAX_RESUMES) throw this.#lost();
      from = outcome;
    }
  }

  /** Gives the session up, without waiting for it: one that cannot be reached ends by itself after a week. */
  cancel(): void {
    const call = { method: 'DELETE', url: this.#url, headers: { 'Content-Length': '0' } } as const;
    this.#calls.send(call, 'question').then(
      (answer) => answer.body?.cancel(),
      () => {},
    );
  }

  /**
   * Sends bytes that end the piece. Where that gets no answer, asks the session what it has.
   *
   * @param total the object's size when it ends with these bytes.
   * @returns the object, null when the condition does not hold, how many bytes the session has, or why it goes no further.
   */
  async #putOrAsk(bytes: Uint8Array, from: number, total: number | null): Promise<Outcome> {
    const size = total ?? '*';
    const range = bytes.length === 0 ? `bytes */${size}` : `bytes ${from}-${from + bytes.length - 1}/${size}`;
    const hash = total === null ? {} : { 'X-Goog-Hash': `crc32c=${base64Of(this.crc)}` };
    const headers = { 'Content-Range': range, 'Content-Type': MEDIA_TYPE, ...hash };
    try {
      return await this.#put(headers, bytes, total === null ? 'question' : 'change');
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      if (error.failure === 'unclear') this.#mayBeDone = true;
      this.#resumes += 1;
      if (this.#resumes > MAX_RESUMES) return error;
    }
    const asking = { 'Content-Range': `bytes */${size}` };
    try {
      return await this.#put(asking, new Uint8Array(), 'question');
    } catch (error) {
      if (error instanceof OutsideError) return error;
      throw error;
    }
  }

  /** @throws {OutsideError} when there is no answer, or none that says what became of the bytes. */
  async #put(
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    effect: 'question' | 'change',
  ): Promise<Outcome> {
    const answer = await this.#calls.send({ method: 'PUT', url: this.#url, headers, body }, effect);
    const { status } = answer;
    if (status === 200 || status === 201) return parseObject(await this.#calls.textOf(answer, 'change'));
    if (status === 308 || status === 412 || status === 404 || status === 410) {
      await answer.body?.cancel();
      if (status === 308) return endOf(answer.headers.get('range'));
      return status === 412 ? null : this.#lost();
    }
    const failure = await this.#calls.unexpected(answer, effect);
    if (status >= 500 || status === 408) throw failure;
    return failure;
  }

  /** The session is no more, or does not take what it is sent. */
  #lost(): OutsideError {
    const failure = this.#mayBeDone ? 'unclear' : 'unavailable';
    return new OutsideError('BlobStore', failure, 'Cloud Storage has lost an upload.');
  }
}

type Outcome = ObjectResource | null | number | OutsideError;

/** How many bytes a session has, by its header `Range`. */
function endOf(range: string | null): number {
  const last = /^bytes=0-(\d+)$/.exec(range ?? '')?.[1];
  return last === undefined ? 0 : Number(last) + 1;
}

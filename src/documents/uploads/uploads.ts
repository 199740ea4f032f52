import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor } from '../../access/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../../redline/index.ts';
import { type Ambient, newId } from '../ambient.ts';
import { DocumentsError } from '../errors.ts';
import { Arrival } from './arrival.ts';
import { newState, offsetOf, type Part } from './upload-state.ts';
import { notFound, type StoredUpload, type UploadStore } from './upload-store.ts';

/** What an upload may have; 50 MB. */
export const MOST_UPLOAD_BYTES = DEFAULT_LIMITS.compressedBytes;
/** Uploads that a tenant may have under way; they are counted whenever one starts. */
const MOST_UPLOADS = 200;
/** Parts that an upload may arrive in: clients that send less than 50 kB at a time are refused at some point. */
const MOST_PARTS = 1000;
const MOST_METADATA = 4096;
/** Bytes that arrive in one request and are kept as one part. */
const PART_BYTES = 4 * 1024 * 1024;
/** What has arrived is acknowledged at least so often: a store takes about one write a second of the same object. */
const ACKNOWLEDGE_MS = 1000;

export const CHECKSUMS = ['sha1', 'sha256'] as const;

export interface Checksum {
  readonly algorithm: (typeof CHECKSUMS)[number];
  readonly digest: Uint8Array;
}

/** An upload as its owner sees it. */
export interface Upload {
  readonly id: string;
  /** Bytes that have arrived and survive whatever happens. */
  readonly offset: number;
  readonly size: number;
  readonly metadata: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What arrived, to be read once. */
export interface OpenUpload {
  readonly size: number;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Incoming {
  /** How many bytes the client believes to have sent before. */
  readonly offset: number;
  readonly body: AsyncIterable<Uint8Array>;
  /** Of these bytes; with it they are kept all or none. */
  readonly checksum?: Checksum;
}

const ID = /^u_[0-9a-f]{32}$/;

/**
 * Contents that arrive in pieces, over hours and through any process. Nothing is held in memory but one segment of each
 * request. Throws `DocumentsError`, and `OutsideError` when stores or keys do not answer.
 */
export class Uploads {
  readonly #store: UploadStore;
  readonly #ambient: Ambient;
  readonly #most: number;

  /** @param most uploads that a tenant may have under way. */
  constructor(store: UploadStore, ambient: Ambient, most = MOST_UPLOADS) {
    this.#store = store;
    this.#ambient = ambient;
    this.#most = most;
  }

  /** @throws {DocumentsError} `documents/too-large`, `uploads/too-many`, `documents/invalid`. */
  async start(actor: Actor, size: number, metadata = ''): Promise<Upload> {
    if (size > MOST_UPLOAD_BYTES) throw tooLarge();
    if (metadata.length > MOST_METADATA) {
      const message = `The metadata of an upload may have ${MOST_METADATA} characters.`;
      throw new DocumentsError('documents/invalid', message, { field: 'metadata' });
    }
    if ((await this.#store.count(actor.tenant, this.#most)) >= this.#most) {
      const message = `There are ${this.#most} uploads under way. Finish or end some of them.`;
      throw new DocumentsError('uploads/too-many', message);
    }
    const id = newId('u', this.#ambient.random);
    const state = newState(
      { tenant: actor.tenant, id, owner: actor.id, size, metadata },
      this.#ambient.clock,
    );
    return viewOf(await this.#store.create(state));
  }

  /** @throws {DocumentsError} `uploads/not-found`, also for those of others and those that have expired. */
  async find(actor: Actor, id: string): Promise<Upload> {
    return viewOf(await this.#open(actor, id));
  }

  /**
   * Adds what arrives. When the connection breaks, what has arrived is kept and the failure is passed on; with a
   * checksum nothing is kept then. Of two requests at the same offset one wins, the other keeps nothing.
   *
   * @throws {DocumentsError} `uploads/not-found`, `uploads/offset`, `uploads/checksum`, `uploads/too-many`,
   * `documents/too-large`.
   */
  async append(actor: Actor, id: string, { offset, body, checksum }: Incoming): Promise<Upload> {
    const stored = await this.#open(actor, id);
    const { state } = stored;
    if (offset !== offsetOf(state)) throw wrongOffset(offset, offsetOf(state));
    const hash = checksum === undefined ? null : createHash(checksum.algorithm);
    const arrival = new Arrival(body, state.size - offset, (chunk) => hash?.update(chunk));
    const verify = (): void => {
      if (checksum === undefined || hash === null) return;
      if (arrival.failure !== null) throw arrival.failure.reason;
      if (!equal(hash.digest(), checksum.digest)) throw wrongChecksum();
    };
    try {
      const added = await this.#take(stored, arrival, checksum !== undefined, verify);
      if (arrival.failure !== null) throw arrival.failure.reason;
      return viewOf(added);
    } finally {
      await arrival.close();
    }
  }

  /** Everything that arrived, once all has. @throws {DocumentsError} `uploads/incomplete`, `uploads/not-found`. */
  async open(actor: Actor, id: string): Promise<OpenUpload> {
    const stored = await this.#open(actor, id);
    const { parts, size } = stored.state;
    if (offsetOf(stored.state) !== size) {
      throw new DocumentsError('uploads/incomplete', 'The upload is not complete. Send the rest of it.');
    }
    return { size, body: this.#bytes(stored, parts) };
  }

  /** Ends an upload, complete or not. @throws {DocumentsError} `uploads/not-found`. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.#open(actor, id);
    if (!(await this.#store.remove(actor.tenant, id))) throw notFound();
  }

  /** Removes what nobody goes on with. @returns how many objects went. */
  async sweep(): Promise<number> {
    return await this.#store.sweep();
  }

  async #open(actor: Actor, id: string): Promise<StoredUpload> {
    const stored = ID.test(id) ? await this.#store.read(actor.tenant, id) : null;
    const isTheirs = stored?.state.owner === actor.id && stored.expiresAt > this.#ambient.clock();
    if (stored === null || !isTheirs) throw notFound();
    return stored;
  }

  /** @param whole whether all parts are acknowledged together. @param verify throws when they are not to be. */
  async #take(
    base: StoredUpload,
    arrival: Arrival,
    whole: boolean,
    verify: () => void,
  ): Promise<StoredUpload> {
    let stored = base;
    let pending: Part[] = [];
    let acknowledged = this.#ambient.clock();
    try {
      while (await arrival.more()) {
        if (stored.state.parts.length + pending.length >= MOST_PARTS) throw tooManyParts();
        pending.push(await this.#store.writePart(stored, arrival.part(PART_BYTES)));
        const isDue = this.#ambient.clock() - acknowledged >= ACKNOWLEDGE_MS;
        if (whole || !isDue) continue;
        stored = await this.#store.add(stored, pending);
        pending = [];
        acknowledged = this.#ambient.clock();
      }
      verify();
      return pending.length === 0 ? stored : await this.#store.add(stored, pending);
    } catch (error) {
      // Where it is not known what became of the last write, the state may name them. The sweep finds the rest.
      if (!isOpen(error)) await this.#store.removeParts(stored, pending).catch(() => {});
      throw error;
    }
  }

  async *#bytes(stored: StoredUpload, parts: readonly Part[]): AsyncIterable<Uint8Array> {
    for (const part of parts) yield* await this.#store.readPart(stored, part);
  }
}

/** Whether a write may have been made, or may yet be. */
function isOpen(error: unknown): boolean {
  if (error instanceof DocumentsError) return error.code === 'documents/unclear';
  return error instanceof OutsideError;
}

function viewOf({ state, expiresAt }: StoredUpload): Upload {
  const { id, size, metadata } = state;
  return { id, offset: offsetOf(state), size, metadata, expiresAt };
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}

function wrongOffset(expected: number, current: number): DocumentsError {
  return new DocumentsError('uploads/offset', `The upload has ${current} bytes. Go on from there.`, {
    expected: String(expected),
    current: String(current),
  });
}

function wrongChecksum(): DocumentsError {
  return new DocumentsError('uploads/checksum', 'The bytes are not those of the checksum. Send them again.');
}

function tooManyParts(): DocumentsError {
  return new DocumentsError(
    'uploads/too-many',
    `An upload may arrive in ${MOST_PARTS} parts. Start anew and send more at once.`,
  );
}

function tooLarge(): DocumentsError {
  return new DocumentsError('documents/too-large', `A document may have ${MOST_UPLOAD_BYTES} bytes.`);
}

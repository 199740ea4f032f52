import { OutsideError } from '../../kit/index.ts';
import { type Ambient, newId } from '../ambient.ts';
import { ABSENT, type BlobInfo, type BlobStore } from '../blob-store.ts';
import { type DataKeys, keyContext } from '../data-keys.ts';
import { DocumentsError } from '../errors.ts';
import { unwrapHead, wrapHead } from '../head-envelope.ts';
import type { WrappedKey } from '../key-service.ts';
import { openBytes, sealBytes } from '../sealing.ts';
import { open, seal } from '../sealing-streams.ts';
import { replaceOnce, writeNew } from '../writing.ts';
import {
  decodeState,
  encodeState,
  expiryAt,
  offsetOf,
  type Part,
  UPLOAD_LIFETIME_MS,
  type UploadState,
} from './upload-state.ts';

/** A state as it was read, and what the next one needs. */
export interface StoredUpload {
  readonly state: UploadState;
  readonly generation: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly wrapped: WrappedKey;
}

/**
 * Where uploads under way are kept: `uploads/TENANT/UPLOAD` is the state, `parts/TENANT/UPLOAD/PART` what has arrived,
 * all sealed under one data key of the upload. See decision 0073.
 */
export class UploadStore {
  readonly #store: BlobStore;
  readonly #keys: DataKeys;
  readonly #ambient: Ambient;

  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient) {
    this.#store = store;
    this.#keys = keys;
    this.#ambient = ambient;
  }

  /** `null` also for one that is over: its key may be gone. */
  async read(tenant: string, id: string): Promise<StoredUpload | null> {
    return await this.#read(tenant, id, this.#ambient.clock());
  }

  /** @param over until when one may have been over: that counts as not there. */
  async #read(tenant: string, id: string, over: number): Promise<StoredUpload | null> {
    const blob = await this.#store.read(stateName(tenant, id));
    if (blob === null) return null;
    if (expiryOf(blob) <= over) {
      await blob.body.cancel();
      return null;
    }
    const { wrapped, sealed } = unwrapHead(new Uint8Array(await new Response(blob.body).arrayBuffer()));
    const context = uploadContext(tenant, id, 'state');
    const state = await this.#withKey(tenant, id, wrapped, (key) => openBytes(key, context, sealed));
    return { state: decodeState(state), generation: blob.generation, expiresAt: expiryOf(blob), wrapped };
  }

  async create(state: UploadState): Promise<StoredUpload> {
    const { tenant, id } = state;
    const { key, wrapped } = await this.#keys.create(tenant, uploadContext(tenant, id, 'key'));
    key.fill(0);
    return await this.#write({ state, generation: ABSENT, expiresAt: 0, wrapped }, state);
  }

  /** @throws {DocumentsError} `uploads/offset` when something else arrived first, `uploads/not-found` when it was ended. */
  async add(base: StoredUpload, parts: readonly Part[]): Promise<StoredUpload> {
    return await this.#write(base, { ...base.state, parts: [...base.state.parts, ...parts] });
  }

  /** Keeps some bytes, of which the upload does not know yet. What the body throws is passed on; nothing is left then. */
  async writePart({ state, wrapped }: StoredUpload, body: AsyncIterable<Uint8Array>): Promise<Part> {
    const { tenant, id } = state;
    const part = newId('p', this.#ambient.random);
    let size = 0;
    async function* measured(): AsyncIterable<Uint8Array> {
      for await (const chunk of body) {
        size += chunk.byteLength;
        yield chunk;
      }
    }
    const sealed = await this.#withKey(tenant, id, wrapped, (key) =>
      seal(key, uploadContext(tenant, id, part), measured(), this.#ambient.random),
    );
    const attributes = { written: String(this.#ambient.clock()) };
    await writeNew(this.#store, partName(tenant, id, part), sealed, attributes);
    return { id: part, size };
  }

  /** A whole part. @throws {DocumentsError} `uploads/not-found`, while it is read, when the upload was ended meanwhile. */
  async readPart({ state, wrapped }: StoredUpload, { id }: Part): Promise<AsyncIterable<Uint8Array>> {
    const context = uploadContext(state.tenant, state.id, id);
    const sealed = this.#sealedPart(state, id);
    return await this.#withKey(state.tenant, state.id, wrapped, (key) => open(key, context, sealed));
  }

  async removeParts({ state }: StoredUpload, parts: readonly Part[]): Promise<void> {
    for (const part of parts) await this.#store.delete(partName(state.tenant, state.id, part.id));
  }

  /** Ends an upload: first its state, so that nobody goes on with it. @returns false when it changed meanwhile. */
  async remove(tenant: string, id: string, ifGeneration?: string): Promise<boolean> {
    if (!(await this.#store.delete(stateName(tenant, id), ifGeneration))) return false;
    for await (const { name } of this.#store.list(`parts/${tenant}/${id}/`)) await this.#store.delete(name);
    return true;
  }

  /** How many uploads of a tenant are under way, counted up to a number. */
  async count(tenant: string, most: number): Promise<number> {
    let count = 0;
    for await (const blob of this.#store.list(`uploads/${tenant}/`)) {
      const isOver = blob.attributes.complete !== undefined || expiryOf(blob) <= this.#ambient.clock();
      if (!isOver) count += 1;
      if (count >= most) break;
    }
    return count;
  }

  /** Removes what has expired, and parts that belong to nothing. @returns how many objects went. */
  async sweep(): Promise<number> {
    const now = this.#ambient.clock();
    const alive = new Set<string>();
    let removed = 0;
    for await (const blob of this.#store.list('uploads/')) {
      const isOver = expiryOf(blob) <= now && (await this.#store.delete(blob.name, blob.generation));
      if (isOver) removed += 1;
      // Also one to which something came at the last moment: its parts may be old.
      else alive.add(blob.name.slice('uploads/'.length));
    }
    for await (const blob of this.#store.list('parts/')) {
      const [, tenant, id] = blob.name.split('/');
      const isOld = Number(blob.attributes.written) < now - UPLOAD_LIFETIME_MS;
      if (isOld && !alive.has(`${tenant}/${id}`) && (await this.#store.delete(blob.name))) removed += 1;
    }
    return removed;
  }

  /** Puts a state in the place of another one, once, whatever the network does (as heads are, decision 0070). */
  async #write(base: StoredUpload, state: UploadState): Promise<StoredUpload> {
    const { tenant, id } = state;
    const context = uploadContext(tenant, id, 'state');
    const sealed = await this.#withKey(tenant, id, base.wrapped, (key) =>
      sealBytes(key, context, encodeState(state), this.#ambient.random),
    );
    const body = wrapHead(base.wrapped, sealed);
    const expiresAt = expiryAt(state, this.#ambient.clock());
    const complete = offsetOf(state) === state.size ? { complete: 'yes' } : {};
    const attributes = { expires: String(expiresAt), ...complete };
    const replacement = {
      name: stateName(tenant, id),
      body,
      options: { ifGeneration: base.generation, attributes },
      done: ({ generation }: BlobInfo): StoredUpload => ({
        state,
        generation,
        expiresAt,
        wrapped: base.wrapped,
      }),
      look: () => this.#outcome(base, state),
    };
    return await replaceOnce(this.#store, replacement, this.#ambient);
  }

  /** What became of a write that was not confirmed. @throws {DocumentsError} when another one came first. */
  async #outcome(base: StoredUpload, state: UploadState): Promise<StoredUpload | 'open'> {
    // Also one that is over by now: the write may still come, and would make it last longer.
    const current = await this.#read(state.tenant, state.id, Number.NEGATIVE_INFINITY);
    if (current !== null && includes(current.state, state)) return current;
    if ((current?.generation ?? ABSENT) === base.generation) return 'open';
    throw current === null ? notFound() : meanwhile();
  }

  async *#sealedPart({ tenant, id }: UploadState, part: string): AsyncIterable<Uint8Array> {
    const blob = await this.#store.read(partName(tenant, id, part));
    // Whoever ends an upload removes its state first: parts are missed only while it is there.
    if (blob === null && (await this.#store.stat(stateName(tenant, id))) === null) throw notFound();
    if (blob === null) throw new OutsideError('BlobStore', 'damaged', 'A part of an upload is missing.');
    yield* blob.body;
  }

  async #withKey<T>(
    tenant: string,
    id: string,
    wrapped: WrappedKey,
    use: (key: Uint8Array) => T,
  ): Promise<T> {
    const key = await this.#keys.open(tenant, wrapped, uploadContext(tenant, id, 'key'));
    try {
      return use(key);
    } finally {
      key.fill(0);
    }
  }
}

/** Whether one state is another one, or what became of it. */
function includes(current: UploadState, earlier: UploadState): boolean {
  return earlier.parts.every((part, place) => current.parts[place]?.id === part.id);
}

function stateName(tenant: string, id: string): string {
  return `uploads/${tenant}/${id}`;
}

function partName(tenant: string, id: string, part: string): string {
  return `parts/${tenant}/${id}/${part}`;
}

/** @param what `key`, `state` or a part. */
function uploadContext(tenant: string, id: string, what: string): Uint8Array {
  return keyContext({ tenant, document: id, version: what, purpose: 'upload' });
}

function expiryOf({ attributes }: BlobInfo): number {
  const expires = Number(attributes.expires);
  return Number.isFinite(expires) ? expires : 0;
}

export function notFound(): DocumentsError {
  return new DocumentsError(
    'uploads/not-found',
    'There is no such upload, or it was ended. Start a new one.',
  );
}

function meanwhile(): DocumentsError {
  return new DocumentsError(
    'uploads/offset',
    'Something else arrived for this upload meanwhile. Ask how far it is and go on from there.',
  );
}

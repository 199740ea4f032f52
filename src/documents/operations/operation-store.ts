import { createHash } from 'node:crypto';
import type { Actor } from '../../access/index.ts';
import { OutsideError } from '../../kit/index.ts';
import type { Ambient } from '../ambient.ts';
import { ABSENT, type BlobInfo, type BlobStore, type VersionedBlobStore } from '../blob-store.ts';
import type { DataKeys } from '../data-keys.ts';
import { SealedBytes } from '../sealed-bytes.ts';
import { type SealedObject, SealedObjects, type SealedPlace } from '../sealed-objects.ts';
import { unclear } from '../writing.ts';
import { inputPlace, type OperationPlace, SentInputs, type SentWith } from './inputs.ts';
import { OperationShelf } from './operation-shelf.ts';
import { changed, isOpen, type NewOperation, type Operation, type OperationState } from './record.ts';

/** An operation, and which write it came from. */
interface Envelope {
  readonly write: string;
  readonly operation: Operation;
}

/** An operation as it was read: only who has the last one can write the next. */
export interface StoredOperation {
  readonly operation: Operation;
  readonly sealed: SealedObject<Envelope>;
}

/** What can be told of an operation without opening it. */
export interface ListedOperation {
  readonly tenant: string;
  readonly id: string;
  readonly kind: string;
  readonly state: OperationState;
  /** `callerOf` whoever asked. */
  readonly caller: string;
  readonly parent: string | null;
  /** Milliseconds since 1970; `null` until it ends. */
  readonly expiresAt: number | null;
}

/** An operation, and on whose shelf it stands. */
export type ShelvedOperation = Pick<
  ListedOperation,
  'tenant' | 'id' | 'kind' | 'state' | 'caller' | 'parent'
>;

/** From and up to; milliseconds since 1970. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

export interface OperationStoreParts {
  readonly heads: VersionedBlobStore;
  /** Where it stands which operations have not ended. */
  readonly spool: BlobStore;
  readonly keys: DataKeys;
  readonly ambient: Ambient;
  /** The store of heads removes earlier generations itself. */
  readonly prunesItself: boolean;
}

const ID = /^o_[0-9a-f]{32}$/;
const MOST_MILLISECONDS = 2 ** 48 - 1;
/** Characters of an id that say when it was begun. */
const STEM = 14;
const MOST_TRIES = 5;
const DAY_MS = 24 * 3_600_000;

/**
 * Operations as sealed objects `operations/TENANT/ID`, replaced under their generation; what was sent with them as
 * `inputs/TENANT/ID/NAME`. `pending/TENANT/ID` stands for each that has not ended, so that a sweep looks at those alone: it is
 * there before the record, and goes after the end was told. A shelf for each caller says which are whose. Decisions 0184, 0206. Throws `OutsideError` and `documents/unclear`.
 */
export class OperationStore {
  readonly #parts: OperationStoreParts;
  readonly #records: SealedObjects<Envelope>;
  readonly #inputs: SealedBytes;
  /** Whose operations are where, by caller and state. */
  readonly shelf: OperationShelf;

  constructor(parts: OperationStoreParts) {
    this.#parts = parts;
    this.shelf = new OperationShelf(parts.spool);
    this.#records = new SealedObjects(parts.heads, parts.keys, parts.ambient, 'operation');
    this.#inputs = new SealedBytes(parts.heads, parts.keys, parts.ambient, 'input');
  }

  /** Of an operation that is begun now. */
  newId(): string {
    const { clock, random } = this.#parts.ambient;
    return `o_${stemOf(clock())}${Buffer.from(random(10)).toString('hex')}`;
  }

  /** Of one part of an operation: whoever begins it again begins the same. */
  partId(whole: string, index: number): string {
    const rest = createHash('sha256').update(`${whole}\n${index}`).digest('hex').slice(0, 20);
    return `${whole.slice(0, STEM)}${rest}`;
  }

  /** The parts of one that there are. */
  async *parts({ tenant, id }: OperationPlace): AsyncIterable<ListedOperation> {
    if (!ID.test(id)) return;
    for await (const blob of this.#parts.heads.list(`operations/${tenant}/${id.slice(0, STEM)}`)) {
      const part = listed(blob);
      if (part.parent === id) yield part;
    }
  }

  /** Its state without opening it; `null` when it is gone. */
  async stateOf(place: OperationPlace): Promise<OperationState | null> {
    const blob = await this.#parts.heads.stat(recordPlace(place).name);
    return blob === null ? null : listed(blob).state;
  }

  /** What is sent with one that is not begun yet. */
  expect(tenant: string): SentInputs {
    const place = { tenant, id: this.newId() };
    return new SentInputs(place, this.#inputs, () => this.dropInputs(place));
  }

  /** Keeps a new one, with what was sent: when this resolves it is lost no more. @param id of a part: who begins it second gets what is there. */
  async create(
    asked: NewOperation,
    given: SentWith = {},
    id = given instanceof SentInputs ? given.place.id : this.newId(),
  ): Promise<StoredOperation> {
    const now = this.#parts.ambient.clock();
    const inputs = given instanceof SentInputs ? {} : given;
    const names = given instanceof SentInputs ? given.names : Object.keys(inputs);
    const begun: Operation = {
      ...{ documents: [], parent: null, ...asked },
      ...({ format: 1, id, tenant: asked.actor.tenant, inputs: names, state: 'queued' } as const),
      ...{ stage: null, percent: 0, attempt: 0, worker: null, createdAt: new Date(now).toISOString() },
      ...{ startedAt: null, endedAt: null, expectedEndAt: null, error: null, dead: false, result: null },
      ...{ expiresAt: null, events: [] },
    };
    const operation = changed(begun, {}, now);
    const place = shelved(operation);
    const sent = Object.entries(inputs).map(([name, bytes]) =>
      this.#inputs.write(inputPlace(place, name), bytes),
    );
    // The record last: without it there is none, and a sweep removes what is left.
    await Promise.all([this.mark(place), ...sent]);
    const stored = (await this.#put(null, operation)) ?? (await this.read(place));
    if (stored === null) throw unclear();
    return stored;
  }

  async read({ tenant, id }: OperationPlace): Promise<StoredOperation | null> {
    if (!ID.test(id)) return null;
    const sealed = await this.#records.read(recordPlace({ tenant, id }));
    return sealed === null ? null : { operation: sealed.value.operation, sealed };
  }

  /**
   * Writes what became of an operation, on condition that nobody else did since it was read.
   *
   * @returns `null` when somebody did, or it is gone.
   */
  async write(base: StoredOperation, next: Operation): Promise<StoredOperation | null> {
    // Before it: whoever reads that it has ended finds it among those that have.
    if (isOpen(base.operation) && !isOpen(next)) await this.shelf.put(shelved(next));
    let current: StoredOperation | null = base;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const stored: StoredOperation | null = await this.#put(current, next).catch(unlessRefused);
      if (stored !== null) return stored;
      current = await this.read(next);
      // The same write under another key of the tenant's is nobody else's.
      if (current === null || current.sealed.value.write !== base.sealed.value.write) return null;
    }
    return null;
  }

  /** Whether it is still as it was read, without opening it. */
  async isCurrent({ operation, sealed }: StoredOperation): Promise<boolean> {
    const blob = await this.#parts.heads.stat(recordPlace(operation).name);
    if (blob === null) return false;
    if (blob.generation === sealed.generation) return true;
    return (await this.read(operation))?.sealed.value.write === sealed.value.write;
  }

  /** What was sent under a name; `null` when it is there no more. */
  async input(place: OperationPlace, name: string): Promise<Uint8Array | null> {
    return await this.#inputs.read(inputPlace(place, name));
  }

  /** Removes what was sent. */
  async dropInputs({ tenant, id }: OperationPlace): Promise<void> {
    const { heads } = this.#parts;
    for await (const { name } of heads.list(`inputs/${tenant}/${id}/`)) await heads.purge(name);
  }

  /** Removes what was sent with operations that never came to be. @returns how many objects went. */
  async sweepInputs(): Promise<number> {
    const { heads } = this.#parts;
    let removed = 0;
    for await (const { name } of heads.list('inputs/')) {
      const [, tenant = '', id = ''] = name.split('/');
      if (!this.#isOld(id) || (await heads.stat(recordPlace({ tenant, id }).name)) !== null) continue;
      await heads.purge(name);
      removed += 1;
    }
    return removed;
  }

  /** @throws {OutsideError} where keeping it took so long that a sweep may have removed what was sent before its record was there. */
  assertInTime({ id }: OperationPlace): void {
    if (begunAt(id) >= this.#parts.ambient.clock() - DAY_MS / 2) return;
    throw new OutsideError(
      'BlobStore',
      'unavailable',
      'It took too long to keep what was sent. Send it again.',
    );
  }

  /** Notes that it has not ended. */
  async mark(operation: ShelvedOperation): Promise<void> {
    const mark = this.#parts.spool.write(markOf(operation), new Uint8Array(), { ifGeneration: ABSENT });
    await Promise.all([mark, this.shelf.put({ ...operation, state: 'queued' })]);
  }

  /** It has ended, and all that follows from that was done. */
  async unmark(operation: ShelvedOperation): Promise<void> {
    const { heads, ambient, prunesItself } = this.#parts;
    const { name } = recordPlace(operation);
    if (!prunesItself) await heads.prune(name, { newest: 0, before: ambient.clock() + 1 });
    await this.shelf.take({ ...operation, state: 'queued' });
    await this.dropMark(operation);
  }

  async dropMark(place: OperationPlace): Promise<void> {
    await this.#parts.spool.delete(markOf(place));
  }

  /** Drops what is left of one that never came to be, and not what stands for one that is being begun. */
  async dropLeftMark(place: OperationPlace): Promise<void> {
    if (this.#isOld(place.id) && (await this.stateOf(place)) === null) await this.dropMark(place);
  }

  /** Those that have not ended, or of which that is not known yet. @param tenant only of that one. */
  async *pending(tenant = ''): AsyncIterable<OperationPlace> {
    const prefix = tenant === '' ? 'pending/' : `pending/${tenant}/`;
    for await (const { name } of this.#parts.spool.list(prefix)) {
      const [, owner = '', id = ''] = name.split('/');
      yield { tenant: owner, id };
    }
  }

  /** The latest first within each tenant. @param after the id behind which the list of a tenant goes on. */
  async *list(tenant = '', after?: string): AsyncIterable<ListedOperation> {
    const prefix = tenant === '' ? 'operations/' : `operations/${tenant}/`;
    const behind = after === undefined ? undefined : `${prefix}${after}`;
    for await (const blob of this.#parts.heads.list(prefix, behind)) yield listed(blob);
  }

  /** Removes all that is kept of one, whatever became of it. */
  async remove(operation: ShelvedOperation): Promise<void> {
    await this.dropInputs(operation);
    await this.shelf.clear(operation);
    await this.#parts.heads.purge(recordPlace(operation).name);
    await this.dropMark(operation);
  }

  /** Puts right whose operations are where, of one tenant. @param all of its records. @returns how many were elsewhere. */
  async tidy(tenant: string, all: readonly ShelvedOperation[]): Promise<number> {
    return await this.shelf.tidy(tenant, all, (id) => this.#isOld(id));
  }

  /**
   * Removes those that are meant, with what came of them. Each is opened: that takes its time, and seldom happens.
   *
   * @param removeResult removes what came of one.
   * @param begun only those that were begun then.
   * @returns how many went.
   */
  async forget(
    tenant: string,
    isMeant: (operation: Operation) => boolean,
    removeResult: (operation: Operation) => Promise<void>,
    begun?: Span,
  ): Promise<number> {
    let removed = 0;
    for await (const { id } of this.list(tenant, begun && `o_${stemOf(begun.until)}`)) {
      if (begun !== undefined && begunAt(id) < begun.since) break;
      const stored = await this.read({ tenant, id });
      if (stored === null || !isMeant(stored.operation)) continue;
      await this.remove(shelved(stored.operation));
      await removeResult(stored.operation);
      removed += 1;
    }
    return removed;
  }

  /** Wraps keys anew that another version of the tenant's key wrapped. */
  async rewrap(tenant: string, primary: string): Promise<{ keys: number; left: number }> {
    const total = { keys: 0, left: 0 };
    const add = ({ keys, left }: typeof total): void => {
      total.keys += keys;
      total.left += left;
    };
    for await (const { id } of this.list(tenant)) {
      const stored = await this.read({ tenant, id });
      if (stored === null || stored.sealed.wrapped.version === primary) continue;
      const next = await this.#records.replace(
        recordPlace({ tenant, id }),
        stored.sealed,
        stored.sealed.value,
        {
          attributes: attributesOf(stored.operation),
          isOurs: ({ write }) => write === stored.sealed.value.write,
          anew: true,
        },
      );
      add(next?.wrapped.version === primary ? { keys: 1, left: 0 } : { keys: 0, left: 1 });
    }
    for await (const { name } of this.#parts.heads.list(`inputs/${tenant}/`)) {
      const [, , id = '', input = ''] = name.split('/');
      add(await this.#inputs.rewrap(inputPlace({ tenant, id }, input), primary));
    }
    return total;
  }

  /** Whether what has no record never will have one. */
  #isOld(id: string): boolean {
    return begunAt(id) < this.#parts.ambient.clock() - DAY_MS;
  }

  async #put(base: StoredOperation | null, operation: Operation): Promise<StoredOperation | null> {
    const write = Buffer.from(this.#parts.ambient.random(16)).toString('hex');
    const sealed = await this.#records.replace(
      recordPlace(operation),
      base?.sealed ?? null,
      { write, operation },
      { attributes: attributesOf(operation), isOurs: (found) => found.write === write },
    );
    return sealed === null ? null : { operation, sealed };
  }
}

/** The version of the tenant's key that wrapped what was read may have been destroyed since it was wrapped anew. */
function unlessRefused(error: unknown): null {
  if (error instanceof OutsideError && error.failure === 'refused') return null;
  throw error;
}

/** What begins the digits of an id: lower the later it was begun. */
function stemOf(milliseconds: number): string {
  return (MOST_MILLISECONDS - milliseconds).toString(16).padStart(12, '0');
}

/** Milliseconds since 1970, as its id says. */
function begunAt(id: string): number {
  return MOST_MILLISECONDS - Number.parseInt(id.slice(2, 14), 16);
}

/** Tells callers of a tenant apart without naming them. */
export function callerOf({ kind, id }: Pick<Actor, 'kind' | 'id'>): string {
  return createHash('sha256').update(`${kind}\n${id}`).digest('hex').slice(0, 32);
}

/** On whose shelf an operation stands. */
export function shelved({ tenant, id, kind, state, actor, parent }: Operation): ShelvedOperation {
  return { tenant, id, kind, state, caller: callerOf(actor), parent };
}

function attributesOf({ kind, state, actor, parent, expiresAt }: Operation): Record<string, string> {
  return {
    ...{ kind, state, caller: callerOf(actor) },
    ...(parent === null ? {} : { parent }),
    ...(expiresAt === null ? {} : { expires: String(expiresAt) }),
  };
}

function listed({ name, attributes }: BlobInfo): ListedOperation {
  const [, tenant = '', id = ''] = name.split('/');
  const { kind = '', state = 'queued', caller = '', parent = null, expires } = attributes;
  // Nothing but this class writes there.
  const known = state as OperationState;
  const expiresAt = expires === undefined || isOpen({ state: known }) ? null : Number(expires);
  return { tenant, id, kind, state: known, caller, parent, expiresAt };
}

function recordPlace({ tenant, id }: OperationPlace): SealedPlace {
  return { name: `operations/${tenant}/${id}`, tenant, id };
}

function markOf({ tenant, id }: OperationPlace): string {
  return `pending/${tenant}/${id}`;
}

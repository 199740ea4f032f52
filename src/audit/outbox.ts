import { type Ambient, type VersionedBlobStore, writeNew } from '../documents/index.ts';
import { OutsideError } from '../kit/index.ts';
import type { Occurrence } from './event.ts';

/** How many objects are written at once: while they are, what else happens gathers for the next one. */
const WRITES_AT_ONCE = 2;
/** Occurrences in one object at most. */
const MOST_IN_ONE = 1000;
/** Occurrences that are kept in memory while the store does not take them. */
const MOST_LATER = 10_000;

/** What one object holds. */
export interface OutboxObject {
  readonly name: string;
  readonly occurrences: readonly Occurrence[];
}

interface Waiting {
  readonly occurrences: readonly Occurrence[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Keeps what happened in one tenant until a chain has it: objects `outbox/TENANT/TIME-ID`, each with all that came together while the ones
 * before it were written. Decision 0141.
 */
export class Outbox {
  readonly #tenant: string;
  readonly #store: VersionedBlobStore;
  readonly #ambient: Ambient;
  readonly #written: (object: OutboxObject) => void;
  #waiting: Waiting[] = [];
  #later: Occurrence[] = [];
  readonly #writing = new Set<Promise<void>>();
  #lost = 0;

  /** @param written is told of every object of this process that is sure to be there. */
  constructor(
    tenant: string,
    { store, ambient }: { readonly store: VersionedBlobStore; readonly ambient: Ambient },
    written: (object: OutboxObject) => void,
  ) {
    this.#tenant = tenant;
    this.#store = store;
    this.#ambient = ambient;
    this.#written = written;
  }

  /** How many occurrences could not be kept, since the process began. */
  get lost(): number {
    return this.#lost;
  }

  /** Resolves when they are stored. @throws {OutsideError} when they are not, or nobody knows. */
  async record(occurrences: readonly Occurrence[]): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.#waiting.push({ occurrences, done, failed });
      this.#go();
    });
  }

  /** Stores them as soon as the store takes them, with what else there is; whoever asks does not wait. */
  recordLater(occurrences: readonly Occurrence[]): void {
    const room = MOST_LATER - this.#later.length;
    this.#lost += Math.max(0, occurrences.length - room);
    this.#later.push(...occurrences.slice(0, room));
    this.#go();
  }

  /** Tries again what is to be stored later, and resolves when what is there now was tried. */
  async flush(): Promise<void> {
    if (this.#later.length > 0) this.#go();
    // Once for those under way, and once for those that waited for them.
    for (let pass = 0; pass < 2; pass += 1) await Promise.all(this.#writing);
  }

  #go(): void {
    if (this.#writing.size >= WRITES_AT_ONCE) return;
    const writing = this.#write().finally(() => {
      this.#writing.delete(writing);
      if (this.#waiting.length > 0) this.#go();
    });
    this.#writing.add(writing);
  }

  async #write(): Promise<void> {
    // What is asked for in the same turn comes along.
    await Promise.resolve();
    const taken: Waiting[] = [];
    const occurrences = this.#later.splice(0, MOST_IN_ONE);
    const later = occurrences.length;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (occurrences.length > 0 && occurrences.length + next.occurrences.length > MOST_IN_ONE) break;
      this.#waiting.shift();
      taken.push(next);
      occurrences.push(...next.occurrences);
    }
    try {
      if (occurrences.length > 0) await this.#keep(occurrences);
      for (const { done } of taken) done();
    } catch (error) {
      this.#later.unshift(...occurrences.slice(0, later));
      for (const { failed } of taken) failed(error);
    }
  }

  async #keep(occurrences: readonly Occurrence[]): Promise<void> {
    const at = String(this.#ambient.clock()).padStart(15, '0');
    const name = `outbox/${this.#tenant}/${at}-${Buffer.from(this.#ambient.random(8)).toString('hex')}`;
    await writeNew(this.#store, name, new TextEncoder().encode(JSON.stringify(occurrences)));
    this.#written({ name, occurrences });
  }
}

/** Every object that is there, with the moment that it was begun. */
export async function* listOutbox(
  store: VersionedBlobStore,
): AsyncIterable<{ readonly name: string; readonly tenant: string; readonly at: number }> {
  for await (const { name } of store.list('outbox/')) {
    const [, tenant = '', id = ''] = name.split('/');
    yield { name, tenant, at: Number(id.split('-')[0]) };
  }
}

/** @returns `null` when it is there no more. @throws {OutsideError} `damaged`. */
export async function readOutbox(store: VersionedBlobStore, name: string): Promise<OutboxObject | null> {
  const blob = await store.read(name);
  if (blob === null) return null;
  try {
    // Nothing but this module writes there.
    const occurrences = JSON.parse(await new Response(blob.body).text()) as Occurrence[];
    return { name, occurrences };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OutsideError(
      'BlobStore',
      'damaged',
      `An object of the outbox is not what was written: ${name}.`,
    );
  }
}

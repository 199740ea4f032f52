import { ABSENT, type Ambient, type BlobStore, replaceOnce } from '../documents/index.ts';
import { OutsideError } from '../kit/index.ts';
import { type AuditEvent, type ChainEnd, hashOf } from './event.ts';

/** How many events one segment holds at most. */
export const SEGMENT_EVENTS = 500;

const DIGITS = 12;

/**
 * The chains themselves: of each tenant immutable objects `events/TENANT/FIRST`, named by the sequence of their first
 * event. Who writes the next one does so on condition that there is none: of several writers one succeeds, and one that
 * slept finds its place taken. See decision 0140.
 */
export class Segments {
  readonly #store: BlobStore;
  readonly #ambient: Ambient;

  constructor(store: BlobStore, ambient: Ambient) {
    this.#store = store;
    this.#ambient = ambient;
  }

  /** Appends to a chain. @returns whether these are the events that now stand there: otherwise another writer came first. */
  async write(events: readonly AuditEvent[]): Promise<boolean> {
    const [first] = events;
    if (first === undefined) return true;
    const name = nameOf(first.tenant, first.sequence);
    const text = JSON.stringify(events);
    const replacement = {
      ...{ name, body: new TextEncoder().encode(text), options: { ifGeneration: ABSENT } },
      done: (): boolean => true,
      look: async (): Promise<boolean | 'open'> => {
        const found = await this.#text(name);
        return found === null ? 'open' : found === text;
      },
    };
    return await replaceOnce(this.#store, replacement, this.#ambient);
  }

  /** The segment that follows the end of a chain; `null` when none does. @throws {OutsideError} `damaged`. */
  async after(tenant: string, end: ChainEnd): Promise<readonly AuditEvent[] | null> {
    const events = await this.at(tenant, end.sequence + 1);
    if (events !== null && events[0]?.previous !== end.hash) throw damaged(nameOf(tenant, end.sequence + 1));
    return events;
  }

  /** The segment that begins with a sequence, as it was written. @throws {OutsideError} `damaged`. */
  async at(tenant: string, first: number): Promise<readonly AuditEvent[] | null> {
    const name = nameOf(tenant, first);
    const text = await this.#text(name);
    if (text === null) return null;
    // Nothing but this class writes there.
    const events = JSON.parse(text) as AuditEvent[];
    let previous = events[0]?.previous;
    for (const event of events) {
      if (event.previous !== previous || hashOf(event) !== event.hash) throw damaged(name);
      previous = event.hash;
    }
    return events;
  }

  /** The first sequence of every segment that holds this one or comes after it. */
  async *from(tenant: string, sequence: number): AsyncIterable<number> {
    const prefix = `events/${tenant}/`;
    const earliest = sequence - SEGMENT_EVENTS;
    let held: number | null = null;
    for await (const { name } of this.#store.list(prefix, earliest < 1 ? '' : nameOf(tenant, earliest))) {
      const first = Number(name.slice(prefix.length));
      if (first > sequence && held !== null) yield held;
      if (first > sequence) {
        held = null;
        yield first;
      } else held = first;
    }
    if (held !== null) yield held;
  }

  async #text(name: string): Promise<string | null> {
    const blob = await this.#store.read(name);
    return blob === null ? null : await new Response(blob.body).text();
  }
}

function nameOf(tenant: string, first: number): string {
  return `events/${tenant}/${String(first).padStart(DIGITS, '0')}`;
}

function damaged(name: string): OutsideError {
  return new OutsideError(
    'BlobStore',
    'damaged',
    `A segment of the audit trail is not what was written: ${name}.`,
  );
}

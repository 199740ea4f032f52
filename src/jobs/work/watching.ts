import type { Actor } from '../../access/index.ts';
import { callerOf, isOpen, type Operation, type OperationStore } from '../../documents/index.ts';
import type { Timer } from '../../kit/index.ts';

export interface WatchParts {
  readonly store: OperationStore;
  readonly timer: Timer;
  /** Calls back when something may have become of an operation, or a caller has another one. @returns what ends that. */
  readonly on: (topic: string, listen: () => void) => () => void;
}

/** Operations that one watcher is told of at a time. */
const MOST_WATCHED = 100;
/** Milliseconds after which somebody who watches hears that there is nothing, and for which what is heard is gathered. */
const QUIET_MS = 1000;
const GATHER_MS = 100;
/** Quiet times after which it is looked for what nobody heard of. */
const QUIET_LOOKS = 5;

/** What became of some; it may be nothing. */
export interface News {
  /** The list of one's own may hold others than before: ask for it. True the first time. */
  readonly isAnew: boolean;
  readonly operations: readonly Operation[];
}

/**
 * One's own operations that have not ended, those that are begun meanwhile, and each again whenever something became of it, until
 * its end; no parts of others. Ends with the signal.
 */
export async function* watch(
  parts: WatchParts,
  actor: Actor,
  signal: AbortSignal,
): AsyncGenerator<News, void, undefined> {
  const caller = callerOf(actor);
  const bell = new Bell(parts.timer, signal);
  const watched = new Watched(parts, actor.tenant, (id) => bell.ring(id));
  const unlisten = parts.on(caller, () => bell.ring(caller));
  try {
    for (let round = 0; !signal.aborted; round += 1) {
      const isLook = round % QUIET_LOOKS === 0;
      const heard: ReadonlySet<string> = round === 0 ? NOTHING : await bell.wait();
      const isAnew = round === 0 || heard.has(caller);
      if (isLook || isAnew) await watched.find(caller);
      yield { isAnew, operations: await watched.news(isLook ? null : heard) };
    }
  } finally {
    unlisten();
    watched.end();
  }
}

const NOTHING: ReadonlySet<string> = new Set();

interface One {
  /** Sequence of the last event that was told. */
  told: number;
  readonly unlisten: () => void;
}

class Watched {
  readonly #parts: WatchParts;
  readonly #tenant: string;
  readonly #heard: (id: string) => void;
  readonly #all = new Map<string, One>();

  constructor(parts: WatchParts, tenant: string, heard: (id: string) => void) {
    this.#parts = parts;
    this.#tenant = tenant;
    this.#heard = heard;
  }

  /** Looks for those that have not ended. */
  async find(caller: string): Promise<void> {
    const { store, on } = this.#parts;
    for await (const { id } of store.shelf.list({ tenant: this.#tenant, caller }, ['queued', 'running'])) {
      if (this.#all.size >= MOST_WATCHED) return;
      if (!this.#all.has(id)) this.#all.set(id, { told: 0, unlisten: on(id, () => this.#heard(id)) });
    }
  }

  /** Those of which there is more than was told. @param heard only of these, and of those never told; `null`: of all. */
  async news(heard: ReadonlySet<string> | null): Promise<readonly Operation[]> {
    const news: Operation[] = [];
    for (const [id, one] of [...this.#all]) {
      if (heard !== null && one.told > 0 && !heard.has(id)) continue;
      const operation = (await this.#parts.store.read({ tenant: this.#tenant, id }))?.operation;
      const sequence = operation?.events.at(-1)?.sequence ?? 0;
      // What ended before it was ever told is told by the list.
      const isNew = sequence > one.told && (one.told > 0 || (operation !== undefined && isOpen(operation)));
      if (operation !== undefined && isNew) news.push(operation);
      one.told = sequence;
      if (operation === undefined || !isOpen(operation)) this.#forget(id, one);
    }
    return news;
  }

  end(): void {
    for (const [id, one] of this.#all) this.#forget(id, one);
  }

  #forget(id: string, one: One): void {
    one.unlisten();
    this.#all.delete(id);
  }
}

/** Gathers what was heard until somebody asks. */
class Bell {
  readonly #timer: Timer;
  readonly #signal: AbortSignal;
  #heard = new Set<string>();
  #woken: () => void = () => {};

  constructor(timer: Timer, signal: AbortSignal) {
    this.#timer = timer;
    this.#signal = signal;
  }

  ring(topic: string): void {
    this.#heard.add(topic);
    this.#woken();
  }

  /** @returns what was heard since the last time, after a while also where nothing was. */
  async wait(): Promise<ReadonlySet<string>> {
    if (this.#heard.size === 0) await this.#pause(QUIET_MS);
    if (this.#heard.size === 0) return NOTHING;
    await this.#pause(GATHER_MS, false);
    const heard = this.#heard;
    this.#heard = new Set();
    return heard;
  }

  /** Resolves after so many milliseconds, once the signal says so, or when it rings. */
  async #pause(ms: number, isWoken = true): Promise<void> {
    if (this.#signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop();
        this.#signal.removeEventListener('abort', done);
        this.#woken = () => {};
        resolve();
      };
      const stop = this.#timer(ms, done);
      this.#signal.addEventListener('abort', done, { once: true });
      if (isWoken) this.#woken = done;
    });
  }
}

import type { Actor, Channel } from '../../access/index.ts';
import type { Trail } from '../../audit/index.ts';
import {
  type Ambient,
  callerOf,
  changed,
  isOpen,
  type ListedOperation,
  type NewOperation,
  type Operation,
  type OperationPlace,
  type OperationStore,
  type SentWith,
  type StoredOperation,
  shelved,
  unclear,
} from '../../documents/index.ts';
import type { Timer } from '../../kit/index.ts';
import { JobError } from '../errors.ts';
import type { AfterDead, DeadJob, Job, JobQueue } from '../ports/job-queue.ts';
import { isBeyondRecall } from './kept-elsewhere.ts';
import { type OperationsPage, type OperationsQuery, pageOf } from './pages.ts';
import { Shelves } from './shelves.ts';
import { beginningOf, eventOf, jobOf } from './told.ts';
import { type News, watch } from './watching.ts';

export interface OperationsParts {
  readonly store: OperationStore;
  readonly queue: JobQueue;
  readonly channel: Channel;
  readonly trail: Pick<Trail, 'record'>;
  readonly ambient: Ambient;
  readonly timer: Timer;
  /** Milliseconds that an operation, and what came of it, is kept after its end. */
  readonly keepMs: number;
  /** Whether what was sent with one that has ended stays as long as its record: it can be begun again. */
  readonly retains?: (operation: Operation) => boolean;
  /** Is told what could not be done now and will be done by a sweep. */
  readonly onBehind: (error: unknown) => void;
}

const TOPIC = 'operations';
/** Ids that the queue is asked about at once. */
const ASKED_AT_ONCE = 500;
const MOST_TRIES = 5;

/**
 * What was asked for that takes longer than a request. The records are the truth; the queue only says which one to look at, and what
 * it loses is put back. Decisions 0184 and 0185. Throws `JobError`, `OutsideError` and `documents/unclear`.
 */
export class Operations {
  readonly #parts: OperationsParts;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #onEnd: ((operation: Operation) => Promise<void>)[] = [];

  constructor(parts: OperationsParts) {
    this.#parts = parts;
  }

  get keepMs(): number {
    return this.#parts.keepMs;
  }

  /** Hears what other processes do. @returns what ends that. */
  async listen(): Promise<() => void> {
    return await this.#parts.channel.subscribe(TOPIC, (id) => this.#tell(id));
  }

  /**
   * Is called with every operation that has ended before it counts as done with: at least once, maybe more often, in any process
   * that sweeps. What it throws lets it be called again later.
   */
  onEnd(listen: (operation: Operation) => Promise<void>): void {
    this.#onEnd.push(listen);
  }

  /** Takes one: when this resolves it will be done, or it will be said why not. @param inputs what was sent with it. */
  async accept(asked: NewOperation, inputs: SentWith = {}): Promise<Operation> {
    const { store, trail } = this.#parts;
    const stored = await store.create(asked, inputs);
    const { operation } = stored;
    try {
      store.assertInTime(operation);
      await trail.record(beginningOf(operation));
    } catch (error) {
      // Nothing is done that cannot be audited, or of which something may be missing.
      await this.#withdraw(stored);
      throw error;
    }
    this.publish(callerOf(operation.actor));
    await this.enqueue([operation]);
    return operation;
  }

  /** Begins a part of another one, but for telling the queue. Asked again it begins the same: so it is told first. */
  async beginPart(asked: NewOperation, id: string): Promise<Operation> {
    const { store, trail } = this.#parts;
    await trail.record(beginningOf({ id, attempt: 0, ...asked }));
    return (await store.create(asked, {}, id)).operation;
  }

  /** Takes one back that nobody was told of. @throws {DocumentsError} `documents/unclear` when somebody may have begun it. */
  async #withdraw(stored: StoredOperation): Promise<void> {
    const { store, onBehind } = this.#parts;
    try {
      // Whoever begins it writes its record: then this write is refused, and after this one nobody begins it.
      const ended = await store.write(stored, this.ended(stored.operation, { state: 'cancelled' }));
      if (ended !== null) return await store.remove(shelved(ended.operation));
    } catch (error) {
      onBehind(error);
    }
    throw unclear();
  }

  /** Tells the queue to look at operations; what it does not take a sweep brings it later. */
  async enqueue(operations: readonly Operation[]): Promise<void> {
    await this.#parts.queue.add(operations.map(jobOf)).catch(this.#parts.onBehind);
  }

  /** Has an operation looked at soon, once however often it is said until then. */
  async nudge(job: Job, delayMs: number): Promise<void> {
    await this.#parts.queue.add([job], delayMs).catch(this.#parts.onBehind);
  }

  /** Whether the one that it is a part of was ended before it was done. */
  async isCalledOff({ tenant, parent }: Operation): Promise<boolean> {
    if (parent === null) return false;
    const state = await this.#parts.store.stateOf({ tenant, id: parent });
    return state === null || state === 'cancelled';
  }

  /** Ends one because what it is a part of was ended. */
  async callOff(stored: StoredOperation): Promise<void> {
    const { store } = this.#parts;
    const written = await store.write(stored, this.ended(stored.operation, { state: 'cancelled' }));
    if (written !== null) await this.settle(written.operation);
  }

  /** Removes one that has ended, so that another can have its id. Its end is told before. */
  async drop(operation: Operation): Promise<void> {
    await this.#tellEnd(operation);
    await this.#parts.queue.remove(operation.id).catch(this.#parts.onBehind);
    await this.#parts.store.remove(shelved(operation));
  }

  /** @throws {JobError} `operations/not-found`, also for those of others. @param managing whether all of the tenant may be seen. */
  async find(actor: Actor, id: string, managing: boolean): Promise<Operation> {
    return (await this.#find(actor, id, managing)).operation;
  }

  /** @param everyones all of the tenant and not one's own alone: what is not meant is passed over one by one. */
  async list(actor: Actor, query: OperationsQuery, everyones: boolean): Promise<OperationsPage> {
    const { store, ambient } = this.#parts;
    return await pageOf(store, actor, query, { everyones, now: ambient.clock() });
  }

  /** @returns what became of one's own since, as it does; see `watch`. */
  watch(actor: Actor, signal: AbortSignal): AsyncGenerator<News, void, undefined> {
    const { store, timer } = this.#parts;
    return watch({ store, timer, on: (topic, listen) => this.on(topic, listen) }, actor, signal);
  }

  /** Ends one, wherever it is; the work on it stops. One that has ended stays as it is. @throws {JobError} `operations/not-cancellable`. */
  async cancel(actor: Actor, id: string, managing: boolean): Promise<Operation> {
    const { store, queue } = this.#parts;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const stored = await this.#find(actor, id, managing);
      if (!isOpen(stored.operation)) return stored.operation;
      if (isBeyondRecall(stored.operation))
        throw new JobError('operations/not-cancellable', 'It was begun, and goes to its end.');
      const written = await store.write(stored, this.ended(stored.operation, { state: 'cancelled' }));
      if (written === null) continue;
      this.publish(id);
      await queue.remove(id).catch(this.#parts.onBehind);
      await this.settle(written.operation);
      return written.operation;
    }
    throw new JobError('service/busy', 'The operation changes too often now.', 1);
  }

  /** Tries one again that was given up. @throws {JobError} `operations/not-dead`. */
  async replay(actor: Actor, id: string, managing: boolean): Promise<Operation> {
    const stored = await this.#find(actor, id, managing);
    const { dead } = stored.operation;
    if (!dead)
      throw new JobError('operations/not-dead', 'Only an operation that was given up is tried again.');
    const again = await this.#reopen(stored);
    if (again === null) return (await this.#find(actor, id, managing)).operation;
    await this.#parts.queue.replay(id).catch(this.#parts.onBehind);
    await this.enqueue([again]);
    return again;
  }

  /** Begins one again that has ended. @param prepare is done before a worker looks at it. */
  async reopen(operation: Operation, prepare: () => Promise<void>): Promise<Operation> {
    const stored = await this.#parts.store.read(operation);
    if (stored === null || isOpen(stored.operation)) return stored?.operation ?? operation;
    const again = await this.#reopen(stored);
    if (again === null) throw new JobError('service/busy', 'The operation changes too often now.', 1);
    await prepare();
    await this.#parts.queue.remove(again.id).catch(this.#parts.onBehind);
    await this.enqueue([again]);
    return again;
  }

  /** @returns `null` when somebody else wrote it meanwhile. */
  async #reopen(stored: StoredOperation): Promise<Operation | null> {
    const { store, ambient } = this.#parts;
    const { id } = stored.operation;
    const begun = { state: 'queued', stage: null, percent: 0, attempt: 0, worker: null } as const;
    const open = { endedAt: null, expiresAt: null, error: null, dead: false } as const;
    // Its end is told before it is none any more.
    await this.#settle(stored.operation);
    await store.mark(shelved(stored.operation));
    const next = changed(stored.operation, { ...begun, ...open }, ambient.clock(), 'replayed');
    const written = await store.write(stored, next);
    if (written === null) return null;
    await store.shelf.take(shelved(stored.operation)).catch(this.#parts.onBehind);
    this.publish(id);
    this.publish(callerOf(stored.operation.actor));
    return written.operation;
  }

  /** Resolves when it was heard that something became of one, after so many milliseconds, or once the signal says so. */
  async heard(id: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop();
        unlisten();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const unlisten = this.on(id, done);
      const stop = this.#parts.timer(ms, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  /** @param listen is told when something may have become of one. @returns what ends that. */
  on(id: string, listen: () => void): () => void {
    const all = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, all.add(listen));
    return () => {
      all.delete(listen);
      if (all.size === 0 && this.#listeners.get(id) === all) this.#listeners.delete(id);
    };
  }

  /** Tells who waits, here and in other processes, that something became of one. */
  publish(id: string): void {
    this.#tell(id);
    this.#parts.channel.publish(TOPIC, id).catch(() => {});
  }

  /** As it is when it has ended. */
  ended(operation: Operation, end: Pick<Operation, 'state'> & Partial<Operation>): Operation {
    const now = this.#parts.ambient.clock();
    const over = { endedAt: new Date(now).toISOString(), expiresAt: now + this.#parts.keepMs };
    const idle = { worker: null, stage: null, expectedEndAt: null };
    return changed(operation, { ...idle, ...over, ...end }, now);
  }

  /** All that follows from the end of one. What fails now a sweep does later. */
  async settle(operation: Operation): Promise<void> {
    try {
      await this.#settle(operation);
    } catch (error) {
      this.#parts.onBehind(error);
    }
  }

  /** Puts back what the queue lost. @returns how many. */
  async sweep(): Promise<number> {
    const lost: OperationPlace[] = [];
    let places: OperationPlace[] = [];
    for await (const place of this.#parts.store.pending()) {
      places.push(place);
      if (places.length < ASKED_AT_ONCE) continue;
      lost.push(...(await this.#missing(places)));
      places = [];
    }
    lost.push(...(await this.#missing(places)));
    // An id is lower the later it was made: what was asked for first goes first again.
    lost.sort((one, other) => (one.id < other.id ? 1 : -1));
    let found = 0;
    for (let at = 0; at < lost.length; at += ASKED_AT_ONCE) {
      found += await this.#putBack(lost.slice(at, at + ASKED_AT_ONCE));
    }
    return found;
  }

  async #missing(places: readonly OperationPlace[]): Promise<readonly OperationPlace[]> {
    if (places.length === 0) return [];
    const missing = new Set(await this.#parts.queue.missing(places.map(({ id }) => id)));
    return places.filter(({ id }) => missing.has(id));
  }

  /** Removes what is over, finishes what was interrupted, and finds what no sweep would. @returns how many there were. */
  async tend(): Promise<number> {
    const { store, ambient } = this.#parts;
    const marked = new Map<string, OperationPlace>();
    for await (const place of store.pending()) marked.set(place.id, place);
    const now = ambient.clock();
    const open = new Set<string>();
    const shelves = new Shelves(store);
    let done = 0;
    for await (const listed of store.list()) {
      if (isOpen(listed)) open.add(listed.id);
      const isMarked = marked.delete(listed.id);
      const isOver = listed.expiresAt !== null && listed.expiresAt <= now;
      const isGone = isOver && (await this.#isWhole(listed));
      if (!isGone) done += await shelves.add(listed);
      const isLeft = !isOpen(listed) && isMarked;
      // Also of what is to go: nobody was told of its end.
      if (isLeft) await this.#settleLeft(listed);
      if (isGone) await store.remove(listed);
      else if (isOpen(listed) && !isMarked) await store.mark(listed);
      else if (!isLeft) continue;
      done += 1;
    }
    done += await shelves.end();
    // Left by processes that died before there was a record.
    for (const place of marked.values()) await store.dropLeftMark(place);
    return done + (await this.#revive(open)) + (await store.sweepInputs());
  }

  /** What lies with the dead letters though it has not ended: a process died in between. */
  async #revive(open: ReadonlySet<string>): Promise<number> {
    const { queue } = this.#parts;
    let revived = 0;
    let after: AfterDead | null = null;
    for (;;) {
      const dead: readonly DeadJob[] = await queue.dead({ after, limit: ASKED_AT_ONCE });
      for (const { id } of dead) if (open.has(id) && (await queue.replay(id))) revived += 1;
      after = dead.at(-1) ?? null;
      if (dead.length < ASKED_AT_ONCE) return revived;
    }
  }

  /** What is a part of another one is kept as long as that. */
  async #isWhole({ tenant, parent }: ListedOperation): Promise<boolean> {
    return parent === null || (await this.#parts.store.stateOf({ tenant, id: parent })) === null;
  }

  async #settleLeft(place: OperationPlace): Promise<void> {
    const stored = await this.#parts.store.read(place);
    if (stored !== null && !isOpen(stored.operation)) await this.#settle(stored.operation);
  }

  async #putBack(places: readonly OperationPlace[]): Promise<number> {
    const { store, queue } = this.#parts;
    const lost: Operation[] = [];
    for (const place of places) {
      const stored = await store.read(place);
      if (stored === null) continue;
      if (isOpen(stored.operation)) lost.push(stored.operation);
      else await this.#settle(stored.operation);
    }
    // The parts of one operation share what their ids say of the time.
    lost.sort((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
    if (lost.length > 0) await queue.add(lost.map(jobOf));
    return lost.length;
  }

  async #settle(operation: Operation): Promise<void> {
    const { store, retains } = this.#parts;
    await this.#tellEnd(operation);
    for (const listen of this.#onEnd) await listen(operation);
    if (!operation.dead && retains?.(operation) !== true) await store.dropInputs(operation);
    await store.unmark(shelved(operation));
  }

  /** Once, however often it is asked for. */
  async #tellEnd(operation: Operation): Promise<void> {
    const { id, state, error, endedAt } = operation;
    await this.#parts.trail.record({
      ...eventOf(operation),
      ...{ type: 'operation.finished', id: `${id}.finished.${endedAt}` },
      outcome: state === 'failed' ? 'failed' : 'done',
      reason: error?.code ?? null,
    });
  }

  async #find(actor: Actor, id: string, managing: boolean): Promise<StoredOperation> {
    const { store, ambient } = this.#parts;
    const stored = await store.read({ tenant: actor.tenant, id });
    const isTheirs = stored !== null && (managing || callerOf(stored.operation.actor) === callerOf(actor));
    const { expiresAt = null } = stored?.operation ?? {};
    if (isTheirs && (expiresAt === null || expiresAt > ambient.clock())) return stored;
    throw new JobError('operations/not-found', 'There is no such operation, or its time is over.');
  }

  #tell(id: string): void {
    for (const listen of [...(this.#listeners.get(id) ?? [])]) listen();
  }
}

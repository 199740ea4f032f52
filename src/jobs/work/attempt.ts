import { isOpen, type Operation, type StoredOperation } from '../../documents/index.ts';
import { JobError } from '../errors.ts';
import type { TakenJob } from '../ports/job-queue.ts';
import { canPass, failureOf, isForSomebody } from './failures.ts';
import { type Handler, Parked, type Task } from './handlers.ts';
import { Holding } from './holding.ts';
import type { WorkerParts } from './worker-parts.ts';

/** Pauses before another attempt. */
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;
/** How long one waits that nobody here can do, as a newer release may; and how often. */
const FOREIGN_MS = 10_000;
const MOST_FOREIGN = 30;
/** After a write that could not be made. */
const AGAIN_MS = 5000;
const MOST_TRIES = 5;

/** Why work stops that nobody asked to end. */
class Stop extends Error {
  override readonly name = 'Stop';
  readonly why: 'lost' | 'handed-back';

  constructor(why: 'lost' | 'handed-back') {
    super('The work stops here.');
    this.why = why;
  }
}

/** One job that a worker holds, to its end here. */
export class Attempt {
  readonly job: TakenJob;
  readonly #parts: WorkerParts;
  readonly #controller = new AbortController();

  constructor(job: TakenJob, parts: WorkerParts) {
    this.job = job;
    this.#parts = parts;
  }

  /** Stops the work; somebody else goes on with it. */
  handBack(): void {
    this.#controller.abort(new Stop('handed-back'));
  }

  /** Resolves when the job is nobody's here any more. @throws {OutsideError} when not even that could be said to the queue. */
  async run(): Promise<void> {
    const { queue, onBehind } = this.#parts;
    try {
      await this.#run();
    } catch (error) {
      // The record could not be read or written: it is as it was, and so it is looked at again.
      onBehind(error);
      await queue.retry(this.job, AGAIN_MS);
    }
  }

  async #run(): Promise<void> {
    const { handlers, operations, store, queue, most } = this.#parts;
    if (this.#controller.signal.aborted) return void (await queue.release(this.job));
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const stored = await store.read(this.job);
      if (stored === null || !isOpen(stored.operation)) {
        if (stored !== null) await operations.settle(stored.operation);
        return await this.#dismiss(stored);
      }
      if (await operations.isCalledOff(stored.operation)) {
        await operations.callOff(stored);
        continue;
      }
      const handler = handlers.get(stored.operation.kind);
      const isForeign = handler === undefined && this.job.attempt <= MOST_FOREIGN;
      if (isForeign) return void (await queue.retry(this.job, FOREIGN_MS));
      const begun = await this.#begin(stored);
      if (begun === null) continue;
      if (handler === undefined) {
        return await this.#fail(begun, new JobError('work/unknown-kind', 'Nobody knows how that is done.'));
      }
      // It was begun that often and nobody came back to say why not.
      if (stored.operation.attempt >= most) return await this.#fail(begun, gaveUp(most));
      return await this.#work(begun, handler);
    }
    await queue.retry(this.job, AGAIN_MS);
  }

  /** Makes it this worker's: whoever had it before can write no more. @returns `null` when somebody wrote meanwhile. */
  async #begin(stored: StoredOperation): Promise<Holding | null> {
    const { store, operations, clock, timer, name, most } = this.#parts;
    const { attempt, startedAt, state, worker } = stored.operation;
    // What was parked goes on where it was.
    const begin = state === 'running' && worker === null ? {} : { stage: null, percent: 0 };
    const holding = new Holding(stored, {
      ...{ store, clock, timer },
      written: ({ id }) => operations.publish(id),
    });
    const isMine = await holding.change({
      ...{ state: 'running', attempt: Math.min(most, attempt + 1), worker: name, ...begin },
      ...{ startedAt: startedAt ?? new Date(clock()).toISOString(), expectedEndAt: null },
    });
    return isMine ? holding : null;
  }

  async #work(holding: Holding, handler: Handler): Promise<void> {
    const { signal } = this.#controller;
    const end = this.#watch(holding, handler);
    let result: object;
    try {
      result = await Promise.race([this.#do(holding, handler), stopped(signal)]);
    } catch (error) {
      end();
      const reason: unknown = signal.aborted ? signal.reason : error;
      if (reason instanceof Stop && reason.why === 'lost') await this.#let(holding.operation);
      else if (reason instanceof Stop || isEnding(reason)) await this.#giveBack(holding);
      else await this.#stumble(holding, reason);
      return;
    }
    // What fails from here on is no failure of the work.
    end();
    if (result instanceof Parked) await this.#park(holding, handler, result);
    else await this.#succeed(holding, result);
  }

  async #do(holding: Holding, handler: Handler): Promise<object> {
    const { operation } = holding;
    const actor = await this.#parts.admit(operation, handler.needs(operation));
    this.#controller.signal.throwIfAborted();
    return await handler.run(this.#task(holding, actor));
  }

  #task(holding: Holding, actor: Operation['actor']): Task {
    const { store, onBehind } = this.#parts;
    const operation = { ...holding.operation, actor };
    return {
      operation,
      signal: this.#controller.signal,
      progress: (stage, percent, leftMs) => {
        // Work that is left behind ends here.
        this.#controller.signal.throwIfAborted();
        holding.progress(stage, percent, leftMs ?? null, onBehind);
      },
      input: async (name) => {
        const { tenant, id, parent } = operation;
        const bytes = await store.input({ tenant, id: parent ?? id }, name);
        if (bytes !== null) return bytes;
        throw new JobError('work/input-missing', 'What was sent with the operation is there no more.');
      },
    };
  }

  /** Keeps the lock, looks whether it is still this worker's, and ends what takes too long. @returns what ends that. */
  #watch(holding: Holding, { softMs, hardMs }: Handler): () => void {
    const { queue, operations, timer, lockMs, log } = this.#parts;
    const { id, kind } = holding.operation;
    let isOver = false;
    const look = async (): Promise<void> => {
      if (!isOver && !(await holding.isCurrent())) this.#controller.abort(new Stop('lost'));
    };
    const keep = async (): Promise<void> => {
      // Where the queue lost it the record is still this worker's, and only that counts.
      await Promise.allSettled([queue.renew(this.job, lockMs), look()]);
      if (!isOver) stopKeeping = timer(lockMs / 4, () => void keep());
    };
    let stopKeeping = timer(lockMs / 4, () => void keep());
    const unlisten = operations.on(id, () => void look().catch(() => {}));
    const stopSoft = timer(softMs, () => {
      log.warn('operation slow', { operation: id, kind });
      holding.change({}, 'slow').catch(this.#parts.onBehind);
    });
    const stopHard = timer(hardMs, () =>
      this.#controller.abort(
        new JobError('work/deadline-exceeded', `The work was not done after ${hardMs} ms and was stopped.`),
      ),
    );
    return () => {
      isOver = true;
      for (const stop of [stopKeeping, stopSoft, stopHard, unlisten]) stop();
      holding.quiet();
    };
  }

  /** The attempt does not count: nothing of it failed. */
  async #park(holding: Holding, handler: Handler, { stage, percent }: Parked): Promise<void> {
    const { attempt } = holding.operation;
    const isMine = await holding.change({ worker: null, stage, percent, attempt: attempt - 1 });
    if (!isMine) return await this.#let(holding.operation);
    await this.#parts.queue.finish(this.job);
    await handler.parked?.(holding.operation);
  }

  async #succeed(holding: Holding, result: object): Promise<void> {
    const { operations, queue } = this.#parts;
    const end = { state: 'succeeded', percent: 100, result } as const;
    if (await holding.write(() => operations.ended(holding.operation, end))) {
      await operations.settle(holding.operation);
      await queue.finish(this.job);
    } else await this.#let(holding.operation);
  }

  /** Tries again where that can help. */
  async #stumble(holding: Holding, error: unknown): Promise<void> {
    const { queue, random, most, log } = this.#parts;
    const { id, kind, attempt } = holding.operation;
    const { code } = failureOf(error);
    log.warn('operation failed', { operation: id, kind, attempt, code });
    if (!canPass(error) || attempt >= most) return await this.#fail(holding, error);
    const idle = { state: 'queued', worker: null, stage: null, percent: 0, expectedEndAt: null } as const;
    if (!(await holding.change(idle, code))) return await this.#let(holding.operation);
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
    // Those that failed together do not come back together.
    await queue.retry(this.job, Math.round(longest * (0.5 + random() / 2)));
  }

  async #fail(holding: Holding, error: unknown): Promise<void> {
    const { operations } = this.#parts;
    const end = { state: 'failed', error: failureOf(error), dead: isForSomebody(error) } as const;
    if (!(await holding.write(() => operations.ended(holding.operation, end)))) {
      return await this.#let(holding.operation);
    }
    await operations.settle(holding.operation);
    await this.#dismiss(holding);
  }

  /** What has ended is done no more; what was given up lies with the dead, whoever had it last. */
  async #dismiss(ended: Pick<StoredOperation, 'operation'> | null): Promise<void> {
    const { queue, store } = this.#parts;
    const { dead = false, error = null } = ended?.operation ?? {};
    if (!dead) return void (await queue.finish(this.job));
    await queue.bury(this.job, error?.code ?? 'internal');
    // Somebody may have replayed it since it failed.
    const now = await store.read(this.job);
    if (now !== null && isOpen(now.operation)) await queue.replay(this.job.id);
  }

  /** The attempt does not count. */
  async #giveBack(holding: Holding): Promise<void> {
    const { attempt } = holding.operation;
    const idle = { state: 'queued', worker: null, stage: null, percent: 0, expectedEndAt: null } as const;
    const isMine = await holding.change({ ...idle, attempt: Math.max(0, attempt - 1) }, 'handed-back');
    await (isMine ? this.#parts.queue.release(this.job) : this.#let(holding.operation));
  }

  /** Somebody else has it: it was cancelled, or taken over. The queue knows of that, or does not know this job any more. */
  async #let({ id }: Operation): Promise<void> {
    const { log, store } = this.#parts;
    log.info('operation let go', { operation: id });
    const stored = await store.read(this.job);
    if (stored === null || !isOpen(stored.operation)) await this.#dismiss(stored);
  }
}

function gaveUp(most: number): JobError {
  return new JobError('work/attempts-exceeded', `It was begun ${most} times, and no worker came to an end.`);
}

/** The process ends, and its threads take no more work. */
function isEnding(error: unknown): boolean {
  return error instanceof JobError && error.code === 'service/stopping';
}

/** Rejects once the signal aborts. */
function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { Piscina, queueOptionsSymbol } from 'piscina';
import { Bulkhead } from '../kit/index.ts';
import { type EngineAnswer, type EngineTask, fromRefusal, transferable } from './engine-task.ts';
import { JobError } from './errors.ts';
import {
  type Documents,
  type OperationInputs,
  type OperationName,
  type OperationOptions,
  type OperationResult,
  POURED,
} from './operations.ts';
import { openTap } from './pieces.ts';
import { SameThread } from './same-thread.ts';

export interface EnginePoolOptions {
  readonly threads: number;
  /** How many requests may wait beyond those that run. */
  readonly queueLength: number;
  /** Milliseconds: how long work may take, and how long a request may wait for a thread. */
  readonly deadlineMs: number;
  /** MB of V8 heap of one thread. Buffers lie outside it; the engine's own limits bound those. */
  readonly memoryMb: number;
  /** The module that the threads run, when it is not the engine's. */
  readonly script?: URL;
}

export interface EnginePoolState {
  readonly threads: number;
  readonly running: number;
  readonly waiting: number;
  /** Requests that hold a place: those that run or wait, and those whose upload is still being read. */
  readonly places: number;
  readonly capacity: number;
}

/** One request's right to use the pool. Released exactly once. */
export interface EnginePlace {
  /**
   * The inputs are handed over to a thread: they are empty afterwards. A result that is a stream keeps the place, and its
   * thread, until it was read to its end or cancelled; it fails with the errors below, the first time before it is given.
   *
   * @throws {RedlineError} what the engine refuses.
   * @throws {JobError} when it takes too long or too much, or `signal` aborts; the thread's work stops then.
   */
  run<Name extends OperationName>(
    operation: Name,
    inputs: OperationInputs<Name>,
    options: OperationOptions<Name>,
    signal: AbortSignal,
  ): Promise<OperationResult<Name>>;
  release(): void;
}

type Transferred = (ArrayBuffer | MessagePort)[];

/** Priority of the threads below the event loop's (POSIX niceness), so that answering stays quick under load. */
const NICENESS = 10;
/** First guess of how long a comparison takes, until some have been seen; milliseconds. */
const TYPICAL_MS = 250;

/** The engine on worker threads, with a bounded queue in front. */
export class EnginePool {
  readonly #options: EnginePoolOptions;
  readonly #threads: Piscina<EngineTask, EngineAnswer>;
  /**
   * The pool library has a queue of its own, but a task that can be aborted goes past its length limit and its order
   * (docs/decisions/0011-worker-pool.md): nothing is handed to it that has no free thread.
   */
  readonly #free: Bulkhead;
  readonly #same = new SameThread();
  #places = 0;
  #typicalMs = TYPICAL_MS;
  #stopping = false;

  constructor(options: EnginePoolOptions) {
    this.#options = options;
    this.#free = new Bulkhead(options.threads, Number.POSITIVE_INFINITY);
    this.#threads = new Piscina({
      filename: fileURLToPath(options.script ?? engineScript()),
      name: 'runEngineTask',
      minThreads: options.threads,
      maxThreads: options.threads,
      resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
      niceIncrement: NICENESS,
      loadBalancer: (task, workers) => this.#same.choose(task[queueOptionsSymbol], workers),
      // A thread that waits for work by blocking would never forget what it keeps for a while.
      atomics: 'disabled',
      env: {},
      execArgv: [],
    });
    // A thread that dies while it has no work is replaced; there is nobody to tell.
    this.#threads.on('error', () => {});
  }

  get state(): EnginePoolState {
    return {
      threads: this.#threads.threads.length,
      running: this.#free.inside,
      waiting: this.#free.waiting,
      places: this.#places,
      capacity: this.#capacity,
    };
  }

  /** Work is taken: there are threads and the service is not ending. */
  get ready(): boolean {
    return !this.#stopping && this.#threads.threads.length > 0;
  }

  /**
   * Takes a place before the upload is read, so that a full service says so at once.
   *
   * @param waits for a thread, however many wait already: for work that nobody waits for at the other end of a connection, and
   *   that is bounded elsewhere.
   * @throws {JobError} `service/busy` when every place is taken, `service/stopping` at the end.
   */
  reserve({ waits = false }: { readonly waits?: boolean } = {}): EnginePlace {
    if (this.#stopping) throw new JobError('service/stopping', 'The service is ending.', 5);
    if (!waits && this.#places >= this.#capacity) throw this.#busy('Every place in the queue is taken.');
    this.#places += 1;
    let [held, users] = [true, 1];
    const leave = () => {
      users -= 1;
      if (users === 0) this.#places -= 1;
    };
    return {
      run: async (operation, inputs, options, signal) => {
        const task = { operation, inputs: inputs as Documents, options };
        if (!POURED.has(operation))
          return (await this.#operate(task, signal)) as OperationResult<typeof operation>;
        users += 1;
        return (await this.#pour(task, signal, leave)) as OperationResult<typeof operation>;
      },
      release: () => {
        if (held) leave();
        held = false;
      },
    };
  }

  /** Takes no more work. What runs goes on until `close`. */
  stop(): void {
    this.#stopping = true;
  }

  /** Ends the threads, whatever they do. */
  async close(): Promise<void> {
    this.stop();
    await this.#threads.destroy();
  }

  get #capacity(): number {
    return this.#options.threads + this.#options.queueLength;
  }

  async #operate(task: EngineTask, signal: AbortSignal): Promise<unknown> {
    const { value: inputs, buffers } = transferable(task.inputs);
    const answer = await this.#run({ ...task, inputs }, buffers, signal);
    if (answer.kind === 'refusal') throw fromRefusal(answer.refusal);
    return answer.result;
  }

  /** Resolves when the text begins. @param done is called when it has ended, whatever the end. */
  async #pour(task: EngineTask, outer: AbortSignal, done: () => void): Promise<ReadableStream<Uint8Array>> {
    const abandoned = new AbortController();
    const tap = openTap(() => abandoned.abort());
    const { value: inputs, buffers } = transferable(task.inputs);
    const signal = AbortSignal.any([outer, abandoned.signal]);
    const running = this.#run({ ...task, inputs, port: tap.port }, [...buffers, tap.port], signal).then(
      (answer) => {
        if (answer.kind === 'refusal') throw fromRefusal(answer.refusal);
      },
    );
    const failed = running.catch((error: unknown) => {
      tap.fail(error);
      throw error;
    });
    void failed.catch(() => {}).finally(done);
    await Promise.race([tap.begun, failed]);
    return tap.text;
  }

  async #run(task: EngineTask, transferList: Transferred, outer: AbortSignal): Promise<EngineAnswer> {
    const { deadlineMs } = this.#options;
    const patience = () => this.#busy('No thread came free in time.');
    const leave = await within(deadlineMs, patience, outer, (signal) => this.#free.enter(signal));
    const started = performance.now();
    try {
      return await within(
        deadlineMs,
        () => deadlineExceeded(deadlineMs),
        outer,
        (signal) => this.#threads.run(this.#same.marked(task), { transferList, signal }),
      );
    } catch (error) {
      throw isOutOfMemory(error) ? outOfMemory(this.#options.memoryMb) : error;
    } finally {
      this.#typicalMs += (performance.now() - started - this.#typicalMs) / 8;
      leave();
    }
  }

  /** Comes with a guess of when the queue will have moved on by one round. */
  #busy(message: string): JobError {
    const rounds = this.#places / this.#options.threads;
    const seconds = Math.ceil((rounds * this.#typicalMs) / 1000);
    return new JobError('service/busy', message, Math.min(60, Math.max(1, seconds)));
  }
}

/** Runs `work` until it ends, `ms` pass, or `outer` aborts; the reason then is the error. */
async function within<T>(
  ms: number,
  late: () => JobError,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abandon = () => controller.abort(new JobError('request/abandoned', 'The request was abandoned.'));
  const timer = setTimeout(() => controller.abort(late()), ms);
  outer.addEventListener('abort', abandon, { once: true });
  if (outer.aborted) abandon();
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', abandon);
  }
}

/** The worker module stands beside this one, built or not. */
function engineScript(): URL {
  return new URL(
    import.meta.url.endsWith('.ts') ? './engine-worker.ts' : './engine-worker.js',
    import.meta.url,
  );
}

function deadlineExceeded(ms: number): JobError {
  return new JobError('work/deadline-exceeded', `The work was not done after ${ms} ms and was stopped.`);
}

function outOfMemory(megabytes: number): JobError {
  return new JobError('work/out-of-memory', `The work needed more than ${megabytes} MB and was stopped.`);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

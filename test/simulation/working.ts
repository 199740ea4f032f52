import type { Trail } from '../../src/audit/index.ts';
import {
  type Ambient,
  type DataKeys,
  type Documents,
  DocumentsError,
  OperationStore,
  Results,
} from '../../src/documents/index.ts';
import type { Redlines } from '../../src/documents/redlines.ts';
import {
  BATCH,
  Batches,
  BatchHandler,
  COMPARISON,
  ComparisonHandler,
  canRetry,
  type Handler,
  type JobQueue,
  Operations,
} from '../../src/jobs/index.ts';
import { Attempt } from '../../src/jobs/work/attempt.ts';
import type { ComparisonParts } from '../../src/jobs/work/comparison.ts';
import type { WorkerParts } from '../../src/jobs/work/worker-parts.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { contentOf, nameIn, WORD } from './contents.ts';
import type { Faults } from './faults.ts';
import { type QueueTable, SimulatedChannel, SimulatedQueue, type Wire } from './queue.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { SimulatedStore } from './world.ts';

const DAY_MS = 24 * 3_600_000;
/** How long operations and what came of them are kept. */
const KEEP_MS = 2 * DAY_MS;
/** So short that processes sleep longer. */
const LOCK_MS = 2000;
export const MOST_ATTEMPTS = 3;
const DEADLINE_MS = 60_000;
/** Jobs taken in one go. */
const MOST_JOBS = 3;
/** Looks for a job in one go. */
const MOST_LOOKS = 5;
/** Between two looks where the first found nothing: what failed may be due then. */
const LOOK_MS = 5000;

/** What of one process its work needs. */
export interface WorkingParts {
  readonly process: Process;
  readonly scheduler: Scheduler;
  readonly outside: { readonly queue: QueueTable; readonly wire: Wire; readonly alarms: string[] };
  readonly faults: () => Faults;
  readonly ambient: Ambient;
  readonly heads: SimulatedStore;
  readonly spool: SimulatedStore;
  readonly keys: DataKeys;
  readonly trail: Trail;
  readonly library: { readonly documents: Documents; readonly redlines: Redlines };
}

/** Operations, batches and a worker as one process has them; what the engine makes of two documents tells which they were. */
export class Working {
  readonly operations: Operations;
  readonly batches: Batches;
  readonly store: OperationStore;
  readonly results: Results;
  readonly queue: JobQueue;
  readonly #parts: WorkingParts;
  readonly #worker: WorkerParts;

  constructor(parts: WorkingParts) {
    const { process, scheduler, outside, faults, ambient, heads, spool, keys, trail } = parts;
    this.#parts = parts;
    const store = new OperationStore({ heads, spool, keys, ambient, prunesItself: false });
    const queue = new SimulatedQueue(outside.queue, scheduler, process, faults);
    this.store = store;
    this.results = new Results(spool, keys, ambient, Number.POSITIVE_INFINITY);
    this.queue = queue;
    const timer = (ms: number, run: () => void) => scheduler.after(process, ms, run);
    const channel = new SimulatedChannel(outside.wire, scheduler, process);
    const onBehind = (error: unknown): void => this.#note(error);
    this.operations = new Operations({
      ...{ store, queue, channel, trail, ambient, timer, onBehind },
      keepMs: KEEP_MS,
      retains: canRetry,
    });
    this.batches = new Batches(this.operations, store);
    void this.operations.listen();
    const { operations } = this;
    this.#worker = {
      ...{ name: process.name, queue, store, operations, clock: ambient.clock, timer, onBehind },
      handlers: new Map<string, Handler>([
        [BATCH, new BatchHandler({ operations, store })],
        [COMPARISON, new ComparisonHandler(this.#comparing())],
      ]),
      ...{ slots: 1, lockMs: LOCK_MS, most: MOST_ATTEMPTS, random: scheduler.random },
      admit: async ({ actor }) => actor,
      log: { info: () => {}, warn: () => {}, error: () => {}, flush: () => {} },
    };
  }

  /** Takes some jobs, one after the other, and does them; now and then it is told to stop meanwhile. @returns how many there were. */
  async work(): Promise<number> {
    const { process, scheduler } = this.#parts;
    let done = 0;
    for (let looks = 0; looks < MOST_LOOKS && done < MOST_JOBS; looks += 1) {
      const asked = { worker: process.name, lockMs: LOCK_MS, waitMs: 0 };
      const job = await this.queue.take(asked, new AbortController().signal);
      if (job === null) {
        await new Promise<void>((go) => scheduler.after(process, LOOK_MS, go));
        continue;
      }
      const attempt = new Attempt(job, this.#worker);
      const isStopped = scheduler.chance(0.1);
      const stop = scheduler.after(process, 2000 * scheduler.random(), () => {
        if (isStopped) attempt.handBack();
      });
      await attempt.run();
      stop();
      done += 1;
    }
    return done;
  }

  /** Removes what is over, and finishes what was interrupted. */
  async tend(): Promise<void> {
    await this.operations.tend();
    await this.results.sweep();
  }

  #comparing(): ComparisonParts {
    const { process, scheduler, library, ambient } = this.#parts;
    const { results } = this;
    const pool = {
      reserve: () => ({
        run: async (_: string, inputs: { original: Uint8Array; modified: Uint8Array }) => {
          for (let n = scheduler.random() * 4; n > 0; n -= 1) await scheduler.wait(process);
          return compared(inputs.original, inputs.modified);
        },
        release: () => {},
      }),
    };
    const examiner = {
      made: (_: unknown, signal: AbortSignal) => {
        if (signal.aborted)
          this.#parts.outside.alarms.push('a redline is made to be kept that nobody wants any more');
        return async () => ({ type: WORD, pages: null });
      },
    };
    const parts = { library, results, examiner, pool, keepMs: KEEP_MS, deadlineMs: DEADLINE_MS };
    return { ...(parts as unknown as ComparisonParts), clock: ambient.clock };
  }

  #note(error: unknown): void {
    const isUnclear = error instanceof DocumentsError && error.code === 'documents/unclear';
    const isOrdinary =
      isUnclear || (error instanceof OutsideError && !['damaged', 'refused'].includes(error.failure));
    if (!isOrdinary) this.#parts.outside.alarms.push(`behind: ${String(error)}`);
  }
}

/** A redline that names both documents. */
function compared(original: Uint8Array, modified: Uint8Array) {
  const of = `${nameIn(original)}+${nameIn(modified)}`;
  const report = {
    ...{ of, identical: false, verification: { exact: true }, counts: { inserted: 1 }, options: {} },
    ...{ words: { inserted: 1, deleted: 0, moved: 0 }, sha256: {}, engine: 'simulated' },
  };
  return { redline: contentOf(of), report };
}

import { hostname } from 'node:os';
import type { Trail } from '../audit/index.ts';
import { type AllErasures, Examiner, type Exports, type Library, type Results } from '../documents/index.ts';
import {
  type Arrivals,
  BATCH,
  BatchHandler,
  COMBINATION,
  COMPARISON,
  CombinationHandler,
  ComparisonHandler,
  canRetry,
  EnginePool,
  type Handler,
  type Handlers,
  keptElsewhere,
  LOCK_MS,
  MOST_ATTEMPTS,
  Operations,
  PRINTING,
  PrintingHandler,
  type PrintShop,
  Worker,
} from '../jobs/index.ts';
import { describeError, type Integrity, idleTimer, systemRandom, systemTimer } from '../kit/index.ts';
import { admitting } from './admission.ts';
import type { RoleContext } from './role.ts';

/** How often it is looked for operations that the queue lost. */
const PUT_BACK_EVERY_MS = 10_000;
/** How long work that is under way may go on at the end before it is handed back. */
export const GRACE_MS = 15_000;

export function openPool({ config, engineScript }: RoleContext): EnginePool {
  return new EnginePool({
    threads: config.workers,
    queueLength: config.queueLength,
    deadlineMs: config.deadlineMs,
    memoryMb: config.workerMemoryMb,
    ...(engineScript === undefined ? {} : { script: engineScript }),
  });
}

/** What was asked for that takes longer than a request. */
export function openOperations(
  { platform, config, clock, log }: RoleContext,
  library: Library,
  trail: Trail,
  integrity: Integrity,
): Operations {
  const { queue, channel } = platform.shared;
  return new Operations({
    ...{ store: library.operations, queue, channel, trail },
    ambient: { clock, random: systemRandom, pause: (ms) => new Promise((go) => void systemTimer(ms, go)) },
    ...{ timer: idleTimer, keepMs: config.keepResultsMs, retains: canRetry },
    onBehind: (error) => {
      integrity.note(error);
      log.warn('operations behind', describeError(error));
    },
  });
}

/** What a worker works with. */
export interface Workshop extends AllErasures {
  readonly library: Library;
  readonly results: Results;
  readonly operations: Operations;
  readonly pool: EnginePool;
  readonly prints: PrintShop;
  readonly arrivals: Arrivals;
  readonly exports: Exports;
  readonly integrity: Integrity;
}

/** What does operations, by kind. */
function handlersOf({ platform, config, clock }: RoleContext, shop: Workshop): Handlers {
  const { library, results, pool, prints } = shop;
  const { keepResultsMs: keepMs, deadlineMs, jobs: slots } = config;
  const examiner = new Examiner(platform.scanner);
  const making = { library, results, examiner, pool, clock, keepMs, deadlineMs };
  return new Map<string, Handler>([
    [BATCH, new BatchHandler({ operations: shop.operations, store: library.operations })],
    [COMPARISON, new ComparisonHandler(making)],
    [COMBINATION, new CombinationHandler(making)],
    ...keptElsewhere({ ...shop, timer: idleTimer }),
    [PRINTING, new PrintingHandler({ library, results, pool, prints, slots, keepMs, deadlineMs })],
  ]);
}

/** Takes jobs from now on. */
export function beginWork(context: RoleContext, shop: Workshop): Worker {
  const { platform, config, clock, log } = context;
  const name = `${hostname()}-${process.pid}-${Buffer.from(systemRandom(4)).toString('hex')}`;
  const worker = new Worker({
    ...{ name, queue: platform.shared.queue, store: shop.library.operations, operations: shop.operations },
    ...{ handlers: handlersOf(context, shop), slots: config.jobs, lockMs: LOCK_MS, most: MOST_ATTEMPTS },
    ...{
      admit: admitting({ channel: platform.shared.channel, clock }, shop.library),
      settled: (signal) => shop.arrivals.settled(signal),
      clock,
      timer: systemTimer,
      random: Math.random,
      log,
    },
    onBehind: (error) => {
      shop.integrity.note(error);
      log.warn('operations behind', describeError(error));
    },
  });
  worker.start();
  return worker;
}

/** Has the queue look at what it lost, every few seconds. @returns what ends that. */
export function putBackRegularly(
  operations: Operations,
  { log }: Pick<RoleContext, 'log'>,
  integrity: Integrity,
): () => void {
  let isEnded = false;
  let stop = (): void => {};
  const look = async (): Promise<void> => {
    try {
      const count = await operations.sweep();
      if (count > 0) log.info('swept', { chore: 'operations put back', count });
    } catch (error) {
      integrity.note(error, { chore: 'operations put back' });
      log.warn('operations behind', describeError(error));
    }
    if (!isEnded) stop = idleTimer(PUT_BACK_EVERY_MS, () => void look());
  };
  void look();
  return () => {
    isEnded = true;
    stop();
  };
}

import type { Operation, OperationStore } from '../../documents/index.ts';
import type { Clock, Log, Timer } from '../../kit/index.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Handlers, Need } from './handlers.ts';
import type { Operations } from './operations.ts';

/** What a worker works with. */
export interface WorkerParts {
  /** Names this worker among others. */
  readonly name: string;
  readonly queue: JobQueue;
  readonly store: OperationStore;
  readonly operations: Operations;
  readonly handlers: Handlers;
  /** Operations at a time. */
  readonly slots: number;
  /** Milliseconds after which a job goes to another worker when this one says nothing. */
  readonly lockMs: number;
  /** How often an operation is begun at most. */
  readonly most: number;
  /**
   * Who asked for an operation, as they stand now. Each attempt is made in their name.
   *
   * @throws {JobError} `work/not-allowed`.
   */
  readonly admit: (
    operation: Pick<Operation, 'actor'>,
    needs: readonly Need[],
  ) => Promise<Operation['actor']>;
  /** Resolves when the next job may be begun, or once the signal says so; at once by default. */
  readonly settled?: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly timer: Timer;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly log: Log;
  /** Is told what could not be done now and will be done later. */
  readonly onBehind: (error: unknown) => void;
}

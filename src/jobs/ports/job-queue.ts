/** How soon work is wanted: while somebody waits, in due course, over night. */
export const PRIORITIES = ['express', 'normal', 'batch'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Which operation to look at; nothing of what it is about. */
export interface Job {
  /** Up to 100 of the letters, digits, `_` and `-`; the same work has the same id. */
  readonly id: string;
  readonly tenant: string;
  readonly priority: Priority;
}

/** A job that a worker holds for as long as its lock lasts. */
export interface TakenJob extends Job {
  /** Of this one holding: whoever lost the job cannot end it. */
  readonly token: string;
  /** 1 for the first one; lost locks count, work that was handed back does not. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
}

/** A job that nobody tries any more until it is replayed. */
export interface DeadJob extends Job {
  /** How often it was tried. */
  readonly attempts: number;
  readonly addedAt: number;
  readonly diedAt: number;
  /** A code such as `work/deadline-exceeded`; never text of a document. */
  readonly reason: string;
}

/** Where a list of dead jobs goes on: behind that one. */
export type AfterDead = Pick<DeadJob, 'id' | 'diedAt'>;

/** What waits and could be begun now. */
export interface Waiting {
  readonly count: number;
  /** For how long the one that waits longest could have been begun, in milliseconds; `null` where none waits. */
  readonly oldestMs: number | null;
}

/** How much there is to do. */
export interface QueueState {
  readonly waiting: Readonly<Record<Priority, Waiting>>;
  /** Not due yet. */
  readonly delayed: number;
  readonly active: number;
  readonly dead: number;
  /** Workers that said that they are there, and the jobs that these can hold at a time. */
  readonly workers: number;
  readonly slots: number;
}

/** A worker says that it is there. */
export interface Presence {
  /** One name for each process. */
  readonly worker: string;
  /** Jobs that it can hold at a time. */
  readonly slots: number;
}

export interface Asked {
  /** Who asks; for people who look into the queue. */
  readonly worker: string;
  /** Milliseconds that the job is this worker's, unless it renews. */
  readonly lockMs: number;
  /** Milliseconds to wait for a job where there is none. */
  readonly waitMs: number;
}

/**
 * What to look at next. It may lose what it knows at any moment: the records of operations are the truth, and a sweep puts back
 * what is `missing`. So a job may be given out twice, and whoever works must look into its record first.
 *
 * `express` goes before `normal`, that before `batch`; of ten jobs that pass over waiting ones of a lower priority, the tenth is
 * such a one. Within a priority tenants take turns, however much each has waiting (docs/decisions/0180-fair-shares.md).
 *
 * Every method throws `OutsideError` where the queue cannot be asked.
 */
export interface JobQueue {
  /**
   * Idempotent by id: what waits, is delayed, active or dead stays as it is.
   *
   * @param delayMs milliseconds until it may be begun.
   */
  add(jobs: readonly Job[], delayMs?: number): Promise<void>;
  /** The next one by priority and fair share. When its lock ends, another worker gets it. @returns `null` after `waitMs`, or once the signal says so. */
  take(asked: Asked, signal: AbortSignal): Promise<TakenJob | null>;
  /** The lock lasts so long from now on. @returns `false` where somebody else holds the job, or nobody. */
  renew(job: TakenJob, lockMs: number): Promise<boolean>;
  /** It is done and forgotten. @returns as `renew`. */
  finish(job: TakenJob): Promise<boolean>;
  /** It is tried again after so many milliseconds, as the next attempt. @returns as `renew`. */
  retry(job: TakenJob, delayMs: number): Promise<boolean>;
  /** Handed back: another worker gets it at once, as the same attempt. @returns as `renew`. */
  release(job: TakenJob): Promise<boolean>;
  /** To the dead ones. @param reason see `DeadJob`. @returns as `renew`. */
  bury(job: TakenJob, reason: string): Promise<boolean>;
  /** It is nowhere any more; whoever holds it learns so when it renews. */
  remove(id: string): Promise<void>;
  /** Those of them that the queue does not know. */
  missing(ids: readonly string[]): Promise<readonly string[]>;
  /** Those that died first, first. */
  dead(page: { readonly after: AfterDead | null; readonly limit: number }): Promise<readonly DeadJob[]>;
  /** A dead job waits again, as if it had just been added. @returns whether it was dead. */
  replay(id: string): Promise<boolean>;
  /** Counts among the workers of `state` for so many milliseconds from now; 0: no more. */
  announce(presence: Presence, holdsMs: number): Promise<void>;
  state(): Promise<QueueState>;
  probe(): Promise<void>;
}

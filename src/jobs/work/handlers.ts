import type { Action } from '../../access/index.ts';
import type { Operation } from '../../documents/index.ts';

/** One attempt at an operation, as what does it sees it. */
export interface Task {
  readonly operation: Operation;
  /** Aborts when the work is to stop: it was cancelled, took too long, or is somebody else's now. */
  readonly signal: AbortSignal;
  /**
   * Says how far it is; cheap, as often as wanted.
   *
   * @param percent from 0 to 100.
   * @param leftMs milliseconds that it will probably take from now on.
   * @throws what the signal aborted with, once it did.
   */
  progress(stage: string, percent: number, leftMs?: number): void;
  /** What was sent with it, or with what it is a part of. @throws {JobError} `work/input-missing`. */
  input(name: string): Promise<Uint8Array>;
}

/** The end of an attempt at what goes on elsewhere: it is not over, and nobody is at it until it is looked at again. */
export class Parked {
  readonly stage: string;
  /** From 0 to 100. */
  readonly percent: number;

  constructor(stage: string, percent: number) {
    this.stage = stage;
    this.percent = percent;
  }
}

/** What whoever asked must be allowed when it is done. */
export interface Need {
  readonly action: Action;
  /** Id of the kept document that it is about; `null` for none. */
  readonly document: string | null;
}

/** What does operations of one kind. */
export interface Handler {
  /** What all of is needed: the least that the routes need by which it is asked for. */
  needs(operation: Operation): readonly Need[];
  /** Milliseconds after which it is noted that an attempt is slow. */
  readonly softMs: number;
  /** Milliseconds after which an attempt is stopped. */
  readonly hardMs: number;
  /**
   * It may be called again for the same operation, also while an earlier call goes on somewhere that was given up: what it
   * does elsewhere is named by the operation, so that it is done once.
   *
   * @returns what came of it: what JSON can hold; or that it goes on elsewhere.
   */
  run(task: Task): Promise<object>;
  /** Called when nobody is at it any more: what happened just before may have gone unheard. */
  parked?(operation: Operation): Promise<void>;
}

/** What does which kind. */
export type Handlers = ReadonlyMap<string, Handler>;

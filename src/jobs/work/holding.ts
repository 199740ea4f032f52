import {
  changed,
  type Operation,
  type OperationChange,
  type OperationStore,
  type StoredOperation,
} from '../../documents/index.ts';
import type { Clock, Timer } from '../../kit/index.ts';

/** How far an attempt is. */
interface Progress {
  readonly stage: string;
  readonly percent: number;
  readonly expectedEndAt: string | null;
}

export interface HoldingParts {
  readonly store: Pick<OperationStore, 'write' | 'isCurrent'>;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Is told of every write. */
  readonly written: (operation: Operation) => void;
}

/** One object takes about one write a second. */
const WRITE_EVERY_MS = 1000;

/**
 * An operation while one worker is at it. Whoever writes the record last has it: a write that does not follow the one before is
 * somebody else's, and from then on nothing is written here any more.
 */
export class Holding {
  readonly #parts: HoldingParts;
  #stored: StoredOperation;
  /** Writes follow each other. */
  #writes: Promise<unknown> = Promise.resolve();
  #isLost = false;
  #progress: Progress | null = null;
  #writtenAt: number;
  #stop: (() => void) | null = null;

  constructor(stored: StoredOperation, parts: HoldingParts) {
    this.#stored = stored;
    this.#parts = parts;
    this.#writtenAt = parts.clock();
  }

  get operation(): Operation {
    return this.#stored.operation;
  }

  /** How far it is; written at most once a second. @param failed is told when that does not go. */
  progress(stage: string, percent: number, leftMs: number | null, failed: (error: unknown) => void): void {
    const { clock, timer } = this.#parts;
    const now = clock();
    const expectedEndAt = leftMs === null ? null : new Date(now + leftMs).toISOString();
    this.#progress = { stage, percent: Math.max(0, Math.min(100, Math.round(percent))), expectedEndAt };
    if (this.#stop !== null) return;
    this.#stop = timer(Math.max(0, this.#writtenAt + WRITE_EVERY_MS - now), () => {
      this.#stop = null;
      const { operation } = this.#stored;
      const next = this.#progress;
      if (next === null) return;
      this.write(() => changed(this.#stored.operation, next, clock()), operation.state).catch(failed);
    });
  }

  /** @returns false when somebody else has it now. */
  async change(change: OperationChange, note: string | null = null): Promise<boolean> {
    return await this.write(() => changed(this.#stored.operation, change, this.#parts.clock(), note));
  }

  /** Writes what follows from what is there. @param only while it is in that state. @returns false when somebody else has it now. */
  async write(nextOf: () => Operation, only?: Operation['state']): Promise<boolean> {
    const turn = this.#writes.then(async () => {
      if (this.#isLost || (only !== undefined && this.#stored.operation.state !== only)) return !this.#isLost;
      const written = await this.#parts.store.write(this.#stored, nextOf());
      if (written === null) this.#isLost = true;
      else this.#stored = written;
      this.#writtenAt = this.#parts.clock();
      if (written !== null) this.#parts.written(written.operation);
      return !this.#isLost;
    });
    this.#writes = turn.catch(() => {});
    return await turn;
  }

  /** Whether nobody else wrote meanwhile. */
  async isCurrent(): Promise<boolean> {
    const turn = this.#writes.then(async () => {
      if (!this.#isLost && !(await this.#parts.store.isCurrent(this.#stored))) this.#isLost = true;
      return !this.#isLost;
    });
    this.#writes = turn.catch(() => {});
    return await turn;
  }

  /** No more progress is written. */
  quiet(): void {
    this.#stop?.();
    this.#stop = null;
    this.#progress = null;
  }
}

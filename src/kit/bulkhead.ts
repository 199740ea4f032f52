/** All places are taken and the queue is full. */
export class BulkheadFullError extends Error {
  override readonly name = 'BulkheadFullError';
}

/** Lets so many in at once, has so many wait in order, and turns away the rest. */
export class Bulkhead {
  readonly #places: number;
  #free: number;
  readonly #queueLength: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number, queueLength: number) {
    this.#places = places;
    this.#free = places;
    this.#queueLength = queueLength;
  }

  get inside(): number {
    return this.#places - this.#free;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Resolves with what gives the place back; to be called once.
   *
   * @param signal ends the waiting.
   * @throws {BulkheadFullError} or what the signal says.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const place = this.enterNow();
    if (place !== null) return place;
    await this.#wait(signal);
    return () => this.#leave();
  }

  /** The same without waiting; `null` when no place is free. */
  enterNow(): (() => void) | null {
    if (this.#free === 0) return null;
    this.#free -= 1;
    return () => this.#leave();
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#queueLength) throw new BulkheadFullError('All places are taken.');
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.push(enter);
    });
  }

  /** The place goes to the one that waits longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}

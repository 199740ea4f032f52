interface Waiting {
  readonly since: number;
  readonly go: () => void;
}

/**
 * Who came first goes first, piece by piece: so many pieces are worked on at once, and of those that wait the one that
 * belongs to the oldest request is next. Of many large requests at once the first ones are soon done, instead of all of
 * them late; and a sender who is slow keeps nobody waiting, as only what has arrived waits for a place.
 */
export class Precedence {
  #free: number;
  #count = 0;
  /** The oldest request first. */
  readonly #waiting: Waiting[] = [];

  /** @param places pieces that are worked on at once. */
  constructor(places: number) {
    this.#free = places;
  }

  /**
   * The same pieces, each once it is its turn. A piece is worked on until the next one is asked for.
   *
   * @param isLate whether most of the work is done already: then it comes before all that are not.
   */
  async *inTurn(body: AsyncIterable<Uint8Array>, isLate = false): AsyncIterable<Uint8Array> {
    this.#count += 1;
    const since = isLate ? 0 : this.#count;
    for await (const piece of body) {
      await this.#enter(since);
      try {
        yield piece;
      } finally {
        this.#leave();
      }
    }
  }

  #enter(since: number): Promise<void> {
    if (this.#free > 0 && this.#waiting.length === 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((go) => {
      const at = this.#waiting.findIndex((other) => other.since > since);
      this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, { since, go });
    });
  }

  /** A place is given on in the next turn: by then the next piece of the one who had it may wait too, and be the oldest. */
  #leave(): void {
    this.#free += 1;
    if (this.#waiting.length > 0) setImmediate(() => this.#giveOn());
  }

  #giveOn(): void {
    while (this.#free > 0) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#free -= 1;
      next.go();
    }
  }
}

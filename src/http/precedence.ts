/** Milliseconds after which the next piece of a body counts as one that its sender is slow with. */
const SOON_MS = 5;

interface Waiting {
  readonly since: number;
  readonly go: () => void;
}

/**
 * Who came first is served first: so many bodies are read at once, and of those that wait the oldest is next. Of many large
 * requests at once the first ones are soon done, instead of all of them late. Nobody waits for a slow sender: while a
 * piece does not come at once, others have the place.
 */
export class Precedence {
  #free: number;
  #count = 0;
  /** The oldest request first. */
  readonly #waiting: Waiting[] = [];

  /** @param places bodies that are read at once. */
  constructor(places: number) {
    this.#free = places;
  }

  /**
   * The same pieces, from when it is the body's turn on. A piece is worked on until the next one is asked for.
   *
   * @param isLate whether most of the work is done already: then it comes before all that are not.
   */
  async *inTurn(body: AsyncIterable<Uint8Array>, isLate = false): AsyncIterable<Uint8Array> {
    this.#count += 1;
    const since = isLate ? 0 : this.#count;
    await this.#enter(since);
    let holds = true;
    const pieces = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const coming = pieces.next();
        if (!(await isSoon(coming))) {
          holds = false;
          this.#leave();
          await coming;
          await this.#enter(since);
          holds = true;
        }
        const { done, value } = await coming;
        if (done === true) return;
        yield value;
      }
    } finally {
      if (holds) this.#leave();
      await pieces.return?.();
    }
  }

  #enter(since: number): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((go) => {
      const at = this.#waiting.findIndex((other) => other.since > since);
      this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, { since, go });
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.go();
  }
}

/** Whether a promise is settled soon, however. */
async function isSoon(coming: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), SOON_MS);
  });
  const settled = () => true;
  try {
    return await Promise.race([coming.then(settled, settled), late]);
  } finally {
    clearTimeout(timer);
  }
}

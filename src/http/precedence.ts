/** So much of all bodies together is taken in one turn of the event loop: about a millisecond's work. */
const TURN_BYTES = 256 * 1024;
/** Milliseconds after which the next piece of a body counts as one that its sender is slow with. */
const SOON_MS = 5;

/** Milliseconds for which a small request that came makes it likely that others will. */
const RECENT_MS = 250;

interface Waiting {
  readonly since: number;
  readonly go: () => void;
}

/**
 * Who came first is served first: so many large requests are worked on at once, and of those that wait the oldest is next. Of
 * many at once the first ones are soon done, instead of all of them late. While small requests come, fewer are worked on.
 */
export class Precedence {
  readonly #places: { readonly alone: number; readonly beside: number };
  readonly #clock: () => number;
  #held = 0;
  #count = 0;
  #smallAt = Number.NEGATIVE_INFINITY;
  /** The oldest request first. */
  readonly #waiting: Waiting[] = [];
  readonly #pace = new Pace();

  /**
   * @param alone requests that are worked on at once.
   * @param beside so many while small requests come.
   * @param clock milliseconds, never set back.
   */
  constructor(alone: number, beside = alone, clock: () => number = () => performance.now()) {
    this.#places = { alone, beside };
    this.#clock = clock;
  }

  /** For a request that comes now. @param isLate whether most of its work is done already: then it comes before all that are not. */
  turn(isLate = false): Turn {
    this.#count += 1;
    const since = isLate ? 0 : this.#count;
    return new Turn(
      () => this.#enter(since),
      () => this.#leave(),
      this.#pace,
    );
  }

  /** A small request has come: whoever sent it waits for little else than for its turn. */
  noteSmall(): void {
    this.#smallAt = this.#clock();
  }

  #enter(since: number): Promise<void> {
    return new Promise((go) => {
      const at = this.#waiting.findIndex((other) => other.since > since);
      this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, { since, go });
      this.#admit();
    });
  }

  #leave(): void {
    this.#held -= 1;
    this.#admit();
  }

  #admit(): void {
    const { alone, beside } = this.#places;
    const places = this.#clock() - this.#smallAt < RECENT_MS ? beside : alone;
    while (this.#held < places) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#held += 1;
      next.go();
    }
  }
}

/**
 * Lets one large request go on in each turn of the event loop. Whatever else has arrived by then, most of all small requests, is
 * looked at between two pieces, and not behind all that all senders have sent.
 */
class Pace {
  readonly #waiting: (() => void)[] = [];

  step(): Promise<void> {
    return new Promise((go) => {
      if (this.#waiting.push(go) === 1) setImmediate(() => this.#next());
    });
  }

  #next(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#next());
  }
}

/** The place of one request, from its first piece until it ends. */
export class Turn {
  readonly #enterPlace: () => Promise<void>;
  readonly #leavePlace: () => void;
  readonly #pace: Pace;
  #holds = false;
  #ended = false;

  constructor(enter: () => Promise<void>, leave: () => void, pace: Pace) {
    this.#enterPlace = enter;
    this.#leavePlace = leave;
    this.#pace = pace;
  }

  /**
   * The same pieces, from when it is the request's turn on. Nobody waits for a slow sender: while a piece does not come at
   * once, others have the place. With the last piece it is kept, for what is to be done with all of them.
   */
  async *pieces(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    await this.#enter();
    const pieces = body[Symbol.asyncIterator]();
    let isWhole = false;
    let taken = 0;
    try {
      for (;;) {
        const coming = pieces.next();
        if (!(await isSoon(coming))) {
          this.#leave();
          await coming;
          await this.#enter();
        }
        const { done, value } = await coming;
        isWhole = done === true;
        if (isWhole) return;
        taken += value.byteLength;
        if (taken >= TURN_BYTES) {
          taken = 0;
          await this.#pace.step();
        }
        yield value;
      }
    } finally {
      if (!isWhole) this.#leave();
      await pieces.return?.();
    }
  }

  /** Gives the place to the next one. To be called in any case. */
  end(): void {
    this.#ended = true;
    this.#leave();
  }

  async #enter(): Promise<void> {
    await this.#enterPlace();
    this.#holds = true;
    // Whoever gave up while it waited has nothing left to do.
    if (this.#ended) this.#leave();
  }

  #leave(): void {
    if (!this.#holds) return;
    this.#holds = false;
    this.#leavePlace();
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

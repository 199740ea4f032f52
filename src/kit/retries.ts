export interface RetryLimits {
  /** How often one call is tried again. */
  readonly most: number;
  /** Milliseconds of the longest first pause; each following one may be twice as long, up to `longestMs`. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** From 0 to 1: how many further tries there may be for each call, in the long run. */
  readonly share: number;
  /** How many further tries there may be at once, before the share is felt. */
  readonly reserve: number;
}

/** Keeps further tries a small part of all calls, so that they do not finish off a part that is ill. */
export class RetryBudget {
  readonly #limits: RetryLimits;
  #left: number;

  constructor(limits: RetryLimits) {
    this.#limits = limits;
    this.#left = limits.reserve;
  }

  /** A call that was asked for. */
  earn(): void {
    this.#left = Math.min(this.#limits.reserve, this.#left + this.#limits.share);
  }

  /** @returns whether there may be one more try. */
  spend(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/**
 * Milliseconds before the next try: anything from none to what doubles with every try ("full jitter"), so that those who
 * failed together do not come back together.
 *
 * @param tries how often it was tried again already.
 * @param random from 0 up to, but not including, 1.
 */
export function pauseMs({ firstMs, longestMs }: RetryLimits, tries: number, random: () => number): number {
  return random() * Math.min(longestMs, firstMs * 2 ** tries);
}

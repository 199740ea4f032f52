/** So many a period, in the long run; so many at once. */
export interface RateRule {
  readonly limit: number;
  readonly periodMs: number;
  /** At least 1. */
  readonly burst: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** What could be taken at once from now on. */
  readonly remaining: number;
  /** Milliseconds until the whole burst is there again. */
  readonly resetMs: number;
  /** Milliseconds until the same would be allowed; 0 when it was. */
  readonly retryAfterMs: number;
}

/** A request that is under way. */
export interface Place {
  /** Who and what, at most 200 characters. */
  readonly key: string;
  /** `[0-9a-f]`, 32 digits: no other request has it. */
  readonly id: string;
}

/** How often somebody does something, and how much of it at once, over all processes. Throws `OutsideError`. */
export interface RateLimits {
  /**
   * Takes so much where it is there, and nothing where it is not.
   *
   * @param key who and what, at most 200 characters.
   * @param cost at least 1, at most the rule's burst.
   */
  take(key: string, rule: RateRule, cost: number): Promise<RateVerdict>;
  /**
   * Takes a place where less than `most` are taken. One that is not given back, because its process died, is free again
   * after its time.
   *
   * @returns whether it was there.
   */
  enter(place: Place, most: number, lifetimeMs: number): Promise<boolean>;
  /** Gives it back; without effect where it was not taken. */
  leave(place: Place): Promise<void>;
  probe(): Promise<void>;
}

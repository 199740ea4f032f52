/**
 * Where checkpoints are put so that nobody who can write the events can change them: what is there stays as it is. Names are
 * segments of `a-z 0-9 _ -` joined by `/`. Throws `OutsideError`.
 */
export interface LockedPlace {
  /** @returns false when there is something of that name already: that stays. */
  add(name: string, text: string): Promise<boolean>;
  read(name: string): Promise<string | null>;
  /** Names below a prefix that ends with `/`, in order; all of them where no stretch is asked for. */
  list(prefix: string, stretch?: NameStretch): Promise<readonly string[]>;
}

/** Some names out of many. */
export interface NameStretch {
  /** The whole name of the first one, or of what comes before it. */
  readonly from?: string;
  /** The whole name of the one that they end before. */
  readonly before?: string;
  readonly most?: number;
}

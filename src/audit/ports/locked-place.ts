/**
 * Where checkpoints are put so that nobody who can write the events can change them: what is there stays as it is. Names are
 * segments of `a-z 0-9 _ -` joined by `/`. Throws `OutsideError`.
 */
export interface LockedPlace {
  /** @returns false when there is something of that name already: that stays. */
  add(name: string, text: string): Promise<boolean>;
  read(name: string): Promise<string | null>;
  /** Names below a prefix that ends with `/`, in order. */
  list(prefix: string): Promise<readonly string[]>;
}

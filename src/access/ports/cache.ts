/** Small texts for a short while. Anything may be gone at any moment. Throws `OutsideError`. */
export interface Cache {
  get(key: string): Promise<string | null>;
  /** @param lifetimeMs whole milliseconds, at least 1. */
  set(key: string, value: string, lifetimeMs: number): Promise<void>;
  /** What is there, which is gone then: of several who take the same, one gets it. */
  take(key: string): Promise<string | null>;
  delete(key: string): Promise<void>;
  probe(): Promise<void>;
}

/**
 * Tells every process that listens. Messages may be lost or overtake each other, so whoever listens must come right without
 * them, in time. Throws
 * `OutsideError`.
 */
export interface Channel {
  publish(topic: string, message: string): Promise<void>;
  /** @returns what ends it. */
  subscribe(topic: string, listen: (message: string) => void): Promise<() => void>;
  probe(): Promise<void>;
}

/**
 * Looks for what does harm. Throws `OutsideError`: `unavailable` when it cannot be asked now, `refused` when it does not
 * take the content (larger than it is set up for), `damaged` when it says that it cannot judge it.
 */
export interface Scanner {
  /**
   * Judges a content. The body may be left before its end; what it throws is passed on.
   *
   * @param signal ends the scan; it then throws the signal's reason.
   */
  scan(body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ScanVerdict>;
  /** Resolves when it can be asked. */
  probe(): Promise<void>;
}

export interface ScanVerdict {
  readonly verdict: 'clean' | 'infected';
  /** What was found, as the engine names it; `null` when nothing was. */
  readonly name: string | null;
  /** What judged: `structure` has looked for no malware, and says no more than that the content is what it claims. */
  readonly engine: 'clamav' | 'structure';
}

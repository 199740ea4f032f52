/** How long work takes by how much it is given, as seen lately. */
export class Pace {
  /** Milliseconds for each kilobyte. */
  #ms: number;

  /** @param first guess, in milliseconds for each kilobyte. */
  constructor(first: number) {
    this.#ms = first;
  }

  /** Begins a piece of work. @returns how long it will probably take, and what is called when it is done. */
  begin(bytes: number): { readonly expectedMs: number; end(): void } {
    const kilobytes = bytes / 1024;
    const started = performance.now();
    const end = (): void => {
      if (kilobytes > 0) this.#ms += ((performance.now() - started) / kilobytes - this.#ms) / 8;
    };
    return { expectedMs: kilobytes * this.#ms, end };
  }
}

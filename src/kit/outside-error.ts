/**
 * Why a call to a part outside of this process did not do what it should.
 *
 * - `unavailable`: nothing was done; the same call may go through later.
 * - `unclear`: a write may or may not have been done; whoever called must look before calling it either.
 * - `full`: there is no room; nothing was done.
 * - `damaged`: what is stored is not what was written. Worth an alert.
 * - `refused`: it will not be done, however often it is asked (a key that was destroyed, a right that is missing).
 */
export type OutsideFailure = 'unavailable' | 'unclear' | 'full' | 'damaged' | 'refused';

/** What the adapters of ports throw. The message names no content of documents and no secret. */
export class OutsideError extends Error {
  override readonly name = 'OutsideError';
  readonly failure: OutsideFailure;
  /** The part that failed, by the name of its port: `BlobStore`, `KeyService`. */
  readonly port: string;
  /** Milliseconds after which another try makes sense, where the part said so. */
  readonly retryAfterMs: number | null;

  constructor(
    port: string,
    failure: OutsideFailure,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.port = port;
    this.failure = failure;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

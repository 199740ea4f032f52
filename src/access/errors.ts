/** Why somebody may not. */
export type AccessErrorCode =
  /** Nobody is signed in, or the credential is no longer good; which of these is not said. */
  | 'access/sign-in-required'
  /** Signed in, and not allowed. */
  | 'access/refused'
  /** There is no such session, person or key, or it is not the asker's to see. */
  | 'access/not-found'
  /** The way back from the provider does not fit the way there, or the provider refused. */
  | 'access/sign-in-failed'
  /** The account is none of those that may sign in. */
  | 'access/account-not-allowed'
  | 'access/provider-unavailable'
  /** What came instead of a logout token of the provider. */
  | 'access/logout-refused'
  | 'access/rate-limited'
  /** So many requests of theirs are under way. */
  | 'access/too-many-at-once'
  /** The record was changed by someone else meanwhile. */
  | 'access/conflict'
  /** What was asked for cannot be had: a field that is not as it should be. */
  | 'access/invalid';

/** Its message holds no secret, and nothing that tells whether an account exists. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly code: AccessErrorCode;
  /** Milliseconds after which another try makes sense. */
  readonly retryAfterMs: number | null;

  constructor(
    code: AccessErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

export function signInRequired(): AccessError {
  return new AccessError(
    'access/sign-in-required',
    'Sign in first: the request names nobody who is signed in.',
  );
}

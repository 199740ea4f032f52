import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { type Clock, OutsideError } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { IssuerKeys, KeySet } from '../ports/issuer-keys.ts';

/** How far the clocks of the issuer and ours may be apart. */
const SKEW_SECONDS = 30;
/** A token that is older was not made for this request. Those of Google live an hour. */
const LONGEST_LIFE_SECONDS = 3600;
/** After so long the issuer is asked for its keys again; without an answer the old ones are good for a while. */
const FRESH_MS = 10 * 60_000;
const STALE_MS = 6 * 3_600_000;
/** A key that is not known has the issuer asked, so often at most. */
const LEAST_PAUSE_MS = 30_000;
const GOOGLE = 'https://accounts.google.com';

/** Identity tokens (OpenID Connect Core § 2) that an issuer made for this service, such as those of Google's service accounts. */
export class IdentityTokens {
  readonly #source: IssuerKeys;
  readonly #clock: Clock;
  readonly #origin: () => string;
  #keys: { readonly set: KeySet; readonly at: number } | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param origin of the service: the audience of the tokens. */
  constructor(source: IssuerKeys, clock: Clock, origin: () => string) {
    this.#source = source;
    this.#clock = clock;
    this.#origin = origin;
  }

  /** Whether a text says that it is one of these tokens; whether it is true is another matter. */
  claims(text: string): boolean {
    try {
      return this.#issuers().includes(decodeJwt(text).iss ?? '');
    } catch {
      return false;
    }
  }

  /**
   * The address that a good token names; `null` for any other.
   *
   * @throws {AccessError} `access/provider-unavailable` when the issuer's keys cannot be had.
   */
  async verify(token: string): Promise<string | null> {
    const keys = await this.#read(false);
    const found = await this.#check(token, keys);
    if (found !== 'unknown key') return found;
    const again = await this.#read(true);
    const second = again === keys ? null : await this.#check(token, again);
    return second === 'unknown key' ? null : second;
  }

  async #check(token: string, keys: KeySet): Promise<string | 'unknown key' | null> {
    const origin = this.#origin();
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), {
        algorithms: ['RS256', 'ES256'],
        issuer: this.#issuers(),
        audience: [origin, `${origin}/`],
        clockTolerance: SKEW_SECONDS,
        maxTokenAge: LONGEST_LIFE_SECONDS,
        requiredClaims: ['sub', 'exp', 'iat', 'aud', 'email'],
        currentDate: new Date(this.#clock()),
      });
      return addressIn(payload);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key';
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  async #read(again: boolean): Promise<KeySet> {
    const now = this.#clock();
    const held = this.#keys;
    const age = held === null ? Number.POSITIVE_INFINITY : now - held.at;
    const isDue = age > FRESH_MS || again;
    if (held !== null && (!isDue || now < this.#askedAt + LEAST_PAUSE_MS)) return held.set;
    this.#askedAt = now;
    try {
      const set = await this.#source.fetch();
      this.#keys = { set, at: now };
      return set;
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      if (held !== null && age < STALE_MS) return held.set;
      throw new AccessError('access/provider-unavailable', 'Identity tokens cannot be checked now.', {
        cause: error,
        retryAfterMs: error.retryAfterMs ?? 5000,
      });
    }
  }

  /** Google names itself in two ways. */
  #issuers(): string[] {
    const { issuer } = this.#source;
    return issuer === GOOGLE ? [GOOGLE, 'accounts.google.com'] : [issuer];
  }
}

/** A token for several audiences may be one that somebody else was given, and passes on. */
function addressIn({ aud, email, email_verified: verified }: JWTPayload): string | null {
  if (Array.isArray(aud) && aud.length !== 1) return null;
  return typeof email === 'string' && email !== '' && verified === true ? email : null;
}

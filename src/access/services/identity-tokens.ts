import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../../kit/index.ts';
import type { IssuerKeys, KeySet } from '../ports/issuer-keys.ts';
import { IssuerKeysHeld } from '../tokens/issuer-keys-held.ts';

/** How far the clocks of the issuer and ours may be apart. */
const SKEW_SECONDS = 30;
/** A token that is older was not made for this request. Those of Google live an hour. */
const LONGEST_LIFE_SECONDS = 3600;
const GOOGLE = 'https://accounts.google.com';

/** Identity tokens (OpenID Connect Core § 2) that an issuer made for this service, such as those of Google's service accounts. */
export class IdentityTokens {
  readonly #source: IssuerKeys;
  readonly #clock: Clock;
  readonly #origin: () => string;
  readonly #keys: IssuerKeysHeld;

  /** @param origin of the service: the audience of the tokens. */
  constructor(source: IssuerKeys, clock: Clock, origin: () => string) {
    this.#source = source;
    this.#keys = new IssuerKeysHeld(source, clock);
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
    return await this.#keys.look((keys) => this.#check(token, keys));
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

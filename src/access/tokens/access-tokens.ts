import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../kit/index.ts';
import { ALGORITHM, type SigningKeys } from './signing-keys.ts';

/** How long an access token is good. */
export const ACCESS_MS = 15 * 60_000;
/** How far the clocks of two processes may be apart. */
const SKEW_SECONDS = 5;
/** RFC 9068. */
const TYPE = 'at+jwt';

/** Whom a token names. Its rights are looked up, never read from it. */
export interface TokenSubject {
  readonly tenant: string;
  readonly person: string;
  readonly session: string;
}

/** Access tokens (RFC 9068): they say who and by which session, for 15 minutes. */
export class AccessTokens {
  readonly #keys: SigningKeys;
  readonly #clock: Clock;
  readonly #origin: () => string;

  /** @param origin of the service: issuer and audience. */
  constructor(keys: SigningKeys, clock: Clock, origin: () => string) {
    this.#keys = keys;
    this.#clock = clock;
    this.#origin = origin;
  }

  async issue({ tenant, person, session }: TokenSubject): Promise<string> {
    const key = await this.#keys.current();
    const now = Math.floor(this.#clock() / 1000);
    const origin = this.#origin();
    return await new SignJWT({ tenant, sid: session })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: key.id })
      .setIssuer(origin)
      .setAudience(origin)
      .setSubject(person)
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_MS / 1000)
      .sign(key.secret);
  }

  /** `null` for whatever is not a token of ours that is good now. @throws what reading the keys throws. */
  async verify(token: string): Promise<TokenSubject | null> {
    const origin = this.#origin();
    const options = {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: origin,
      audience: origin,
      clockTolerance: SKEW_SECONDS,
      maxTokenAge: ACCESS_MS / 1000,
      requiredClaims: ['sub', 'exp', 'iat'],
      currentDate: new Date(this.#clock()),
    };
    try {
      const { payload } = await jwtVerify(
        token,
        async ({ kid }: JWTHeaderParameters) => {
          const key = kid === undefined ? null : await this.#keys.find(kid);
          if (key === null) throw new errors.JWKSNoMatchingKey();
          return key.open;
        },
        options,
      );
      const { sub, tenant, sid, aud } = payload;
      if (typeof sub !== 'string' || typeof tenant !== 'string' || typeof sid !== 'string') return null;
      return Array.isArray(aud) ? null : { tenant, person: sub, session: sid };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Clock } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { AccessEvents } from '../events.ts';
import type { People, Person } from '../people/people.ts';
import type { SignedIn } from '../people/signed-in.ts';
import type { Cache } from '../ports/cache.ts';
import type { IssuerKeys, KeySet } from '../ports/issuer-keys.ts';
import { IssuerKeysHeld } from '../tokens/issuer-keys-held.ts';
import { hashSecret } from '../tokens/secrets.ts';

const SKEW_SECONDS = 30;
/** A logout token is sent at once; § 2.6 says that it should live two minutes at most. */
const LONGEST_LIFE_SECONDS = 120;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** `logout+jwt` (§ 2.4); older providers say `JWT` or nothing. The event in it tells it from an ID token. */
const TYPES = ['logout+jwt', 'jwt', ''];

/** What the provider says, and to whom. */
export interface ProviderLogoutParts {
  readonly providerKeys: IssuerKeys;
  /** What the provider calls this service: the audience. */
  readonly clientId: string;
  readonly tenants: Iterable<string>;
  readonly people: People;
  readonly signedIn: SignedIn;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly events: AccessEvents;
}

/**
 * OpenID Connect Back-Channel Logout 1.0: the provider tells that somebody signed out there. Ends all their sessions here, whichever one
 * of the provider's is meant: so a token must name its subject.
 */
export class ProviderLogout {
  readonly #parts: ProviderLogoutParts;
  readonly #keys: IssuerKeysHeld;

  constructor(parts: ProviderLogoutParts) {
    this.#parts = parts;
    this.#keys = new IssuerKeysHeld(parts.providerKeys, parts.clock);
  }

  /**
   * @returns who signed out, one for each tenant that knows them; nobody where they were never here, or the token was used.
   * @throws {AccessError} `access/logout-refused`, `access/provider-unavailable`.
   */
  async receive(token: string): Promise<readonly Person[]> {
    const { people, signedIn, providerKeys, tenants } = this.#parts;
    const found = await this.#keys.look((keys) => this.#check(token, keys));
    if (found === null) {
      this.#parts.events({ kind: 'logout-refused' });
      throw new AccessError(
        'access/logout-refused',
        'This is no logout token of the provider for this service.',
      );
    }
    if (await this.#isUsed(found.jti)) return [];
    const ended: Person[] = [];
    for (const tenant of tenants) {
      const person = await people.bySubject(tenant, providerKeys.issuer, found.subject);
      if (person === null) continue;
      await signedIn.signOut(tenant, person.id);
      ended.push(person);
    }
    await this.#remember(found.jti);
    return ended;
  }

  async #check(
    token: string,
    keys: KeySet,
  ): Promise<{ subject: string; jti: string } | 'unknown key' | null> {
    if (keys.announcesLogout !== true) return null;
    const { providerKeys, clientId, clock } = this.#parts;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys as JSONWebKeySet), {
        algorithms: ['RS256', 'ES256'],
        issuer: providerKeys.issuer,
        audience: clientId,
        clockTolerance: SKEW_SECONDS,
        maxTokenAge: LONGEST_LIFE_SECONDS,
        requiredClaims: ['sub', 'iat', 'jti', 'events'],
        currentDate: new Date(clock()),
      });
      return TYPES.includes((protectedHeader.typ ?? '').toLowerCase()) ? logoutIn(payload) : null;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key';
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  /** What the cache lost is received again: that signs out once more, and nobody in. */
  async #isUsed(jti: string): Promise<boolean> {
    return (await this.#parts.cache.get(keyOf(jti)).catch(() => null)) !== null;
  }

  async #remember(jti: string): Promise<void> {
    const lifetimeMs = (LONGEST_LIFE_SECONDS + 2 * SKEW_SECONDS) * 1000;
    await this.#parts.cache.set(keyOf(jti), 'used', lifetimeMs).catch(() => {});
  }
}

/** § 2.6: the event, and no nonce, so that no ID token is taken for one. */
function logoutIn({ sub, jti, events: told, nonce }: JWTPayload): { subject: string; jti: string } | null {
  if (typeof told !== 'object' || told === null || nonce !== undefined) return null;
  const event: unknown = Object.getOwnPropertyDescriptor(told, EVENT)?.value;
  if (typeof event !== 'object' || event === null) return null;
  return typeof sub === 'string' && typeof jti === 'string' && jti !== '' ? { subject: sub, jti } : null;
}

function keyOf(jti: string): string {
  return `logout:${hashSecret(jti)}`;
}

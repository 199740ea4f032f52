import type { Clock } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { AccessEvents } from '../events.ts';
import type { Identity, People, Person } from '../people/people.ts';
import type { Device, SignedIn, Tokens } from '../people/signed-in.ts';
import type { RateLimits, RateRule } from '../ports/rate-limits.ts';
import { hashSecret } from '../tokens/secrets.ts';
import { LOCAL_ISSUER, type LocalAccounts } from './local-accounts.ts';

/** Tries to sign in to one account, from wherever. */
const ACCOUNT_RATE: RateRule = { limit: 20, periodMs: 15 * 60_000, burst: 10 };

export interface LocalSignInParts {
  readonly accounts: LocalAccounts;
  readonly people: People;
  readonly signedIn: SignedIn;
  readonly rateLimits: RateLimits;
  readonly clock: Clock;
  readonly events: AccessEvents;
}

/** Signing in with a password that is kept here. */
export class LocalSignIn {
  readonly #parts: LocalSignInParts;

  constructor(parts: LocalSignInParts) {
    this.#parts = parts;
  }

  /**
   * A missing account, another password and somebody who was disabled have the same answer.
   *
   * @throws {AccessError} `access/sign-in-failed`, `access/rate-limited`.
   */
  async signIn(email: string, password: string, device: Device): Promise<Tokens> {
    await this.#countTry(email);
    const identity = await this.#parts.accounts.check(email, password);
    if (identity === null) throw this.#refused('password');
    return await this.#open(identity, device, 'The address or the password is not right.');
  }

  /** Whatever was signed in by the old password is signed out. @throws {AccessError} `access/sign-in-failed`, `access/invalid`. */
  async setPassword(link: string, password: string, device: Device): Promise<Tokens> {
    return await this.#anew(await this.#parts.accounts.setPassword(link, password), device);
  }

  /**
   * Somebody who is signed in takes another password; guessing at the one of now is as slow as signing in. All their sessions
   * end, also the one that asks: it goes on in a new one.
   *
   * @throws {AccessError} `access/invalid`, `access/rate-limited`; `access/refused` for who has no password here.
   */
  async changePassword(
    { issuer, email }: Person,
    given: { readonly current: string; readonly next: string },
    device: Device,
  ): Promise<Tokens> {
    if (issuer !== LOCAL_ISSUER || email === null)
      throw new AccessError('access/refused', 'The password of this account is not kept here.');
    await this.#countTry(email);
    const { accounts } = this.#parts;
    return await this.#anew(await accounts.changePassword(email, given.current, given.next), device);
  }

  async #anew(identity: Identity, device: Device): Promise<Tokens> {
    const { people, signedIn } = this.#parts;
    const { tenant, id } = await people.signIn(identity);
    await signedIn.signOut(tenant, id);
    return await this.#open(identity, device, 'This account may not sign in.');
  }

  async #countTry(email: string): Promise<void> {
    const counted = `local:${hashSecret(email.toLowerCase())}`;
    const { allowed, retryAfterMs } = await this.#parts.rateLimits.take(counted, ACCOUNT_RATE, 1);
    if (!allowed)
      throw new AccessError('access/rate-limited', 'Too many tries to sign in.', { retryAfterMs });
  }

  async #open(identity: Identity, device: Device, refusal: string): Promise<Tokens> {
    const person = await this.#parts.people.signIn(identity);
    if (person.disabledAt !== null) throw this.#refused('disabled', refusal);
    return await this.#parts.signedIn.open(person, 'local', device);
  }

  #refused(reason: string, message = 'The address or the password is not right.'): AccessError {
    this.#parts.events({ kind: 'sign-in-refused', reason });
    return new AccessError('access/sign-in-failed', message);
  }
}

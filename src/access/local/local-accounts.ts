import { createHash } from 'node:crypto';
import type { Clock, RandomBytes } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { Identity } from '../people/people.ts';
import type { RecordStore, StoredRecord } from '../ports/record-store.ts';
import { hashSecret, newSecret, sameSecret } from '../tokens/secrets.ts';
import { isGuessable } from './guessable.ts';
import { NO_PASSWORD, PASSWORD_LENGTH, type PasswordHash, Passwords } from './passwords.ts';

/** How long a link to set a password is good. */
const PASSWORD_LINK_MS = 24 * 3_600_000;
/** Of people whose passwords are kept here. */
export const LOCAL_ISSUER = 'local';

/** Somebody whose password this service keeps, as a hash. */
export interface LocalAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly administrator: boolean;
  readonly password: PasswordHash | null;
  /** With which a password can be set, once. */
  readonly link: { readonly hash: string; readonly until: number } | null;
}

export interface LocalAccountsParts {
  readonly records: RecordStore;
  /** Whose people they are. */
  readonly tenant: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** Accounts that the operator makes on the machine of the service. */
export class LocalAccounts {
  readonly #parts: LocalAccountsParts;
  readonly #passwords = new Passwords();

  constructor(parts: LocalAccountsParts) {
    this.#parts = parts;
  }

  /** Makes an account, or takes over what is said of one. @returns the secret of a link to set its password, for once. */
  async invite(given: Pick<LocalAccount, 'email' | 'name' | 'administrator'>): Promise<string> {
    const { clock, random } = this.#parts;
    const email = given.email.toLowerCase();
    if (!/^[^@\s]{1,64}@[^@\s]{1,255}$/.test(email)) {
      throw new AccessError('access/invalid', 'That is no address.');
    }
    const id = idOf(email);
    const secret = newSecret(random);
    const link = { hash: hashSecret(secret), until: clock() + PASSWORD_LINK_MS };
    const stored = await this.#read(id);
    const account = { ...given, id, email, password: stored?.value.password ?? null, link };
    await this.#write(stored, account);
    return `${id}.${secret}`;
  }

  /** @throws {AccessError} `access/sign-in-failed` for a link that is not good; `access/invalid` for such a password. */
  async setPassword(link: string, password: string): Promise<Identity> {
    const { clock } = this.#parts;
    const [id = '', secret = ''] = link.split('.');
    const stored = await this.#read(id);
    const held = stored?.value.link ?? null;
    if (
      stored === null ||
      held === null ||
      !sameSecret(hashSecret(secret), held.hash) ||
      held.until < clock()
    )
      throw new AccessError(
        'access/sign-in-failed',
        'The link is not good, or was used. Ask for another one.',
      );
    await this.#keep(stored, password);
    return this.#identity(stored.value);
  }

  /**
   * Puts another password in the place of the one that is given.
   *
   * @throws {AccessError} `access/invalid` where that is not the one of now, or the next one is no good; `access/rate-limited`.
   */
  async changePassword(email: string, current: string, next: string): Promise<Identity> {
    if ((await this.check(email, current)) === null)
      throw new AccessError('access/invalid', 'The current password is not right.');
    const stored = await this.#read(idOf(email.toLowerCase()));
    if (stored === null) throw new Error('An account is gone that was there.');
    await this.#keep(stored, next);
    return this.#identity(stored.value);
  }

  /** A link that was made before is good for nothing then. */
  async #keep(stored: StoredRecord<LocalAccount>, password: string): Promise<void> {
    await assertGood(password, stored.value);
    const hash = await this.#passwords.hash(password);
    await this.#write(stored, { ...stored.value, password: hash, link: null });
  }

  /**
   * Who that is; `null` where the account is missing, has no password or another one. The work is the same.
   *
   * @throws {AccessError} `access/rate-limited` while too many others are looked at.
   */
  async check(email: string, password: string): Promise<Identity | null> {
    if (this.#passwords.full) {
      throw new AccessError('access/rate-limited', 'Too many tries to sign in.', { retryAfterMs: 1000 });
    }
    const account = (await this.#read(idOf(email.toLowerCase())))?.value ?? null;
    const isRight = await this.#passwords.isRight(password, account?.password ?? NO_PASSWORD);
    return account === null || !isRight ? null : this.#identity(account);
  }

  #identity({ id, email, name, administrator }: LocalAccount): Identity {
    return { tenant: this.#parts.tenant, issuer: LOCAL_ISSUER, subject: id, email, name, administrator };
  }

  async #read(id: string): Promise<StoredRecord<LocalAccount> | null> {
    if (!/^[0-9a-f]{64}$/.test(id)) return null;
    return await this.#parts.records.read<LocalAccount>(this.#parts.tenant, 'local-accounts', id);
  }

  async #write(base: StoredRecord<LocalAccount> | null, account: LocalAccount): Promise<void> {
    const place = { tenant: this.#parts.tenant, kind: 'local-accounts', id: account.id } as const;
    if ((await this.#parts.records.write(place, base, account)) !== null) return;
    throw new AccessError('access/conflict', 'The account was changed meanwhile. Try again.');
  }
}

async function assertGood(password: string, { email, name }: LocalAccount): Promise<void> {
  const { least, most } = PASSWORD_LENGTH;
  if (password.length < least || password.length > most || password.toLowerCase().includes(email)) {
    const wish = `A password has ${least} to ${most} letters, and the address is not in it.`;
    throw new AccessError('access/invalid', wish);
  }
  if (!(await isGuessable(password, [email, name ?? '']))) return;
  const wish =
    'This password is guessed early: many use it, or it is made of what is known. Take a few words that do not belong together.';
  throw new AccessError('access/invalid', wish);
}

/** By address: the same letters in any case are the same account. */
function idOf(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}

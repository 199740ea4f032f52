import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP: scrypt with 2^15, 8, 3; 32 MB and some 0.2 s of a thread for each. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
const KEY_BYTES = 32;
/** So many are worked on at once, and so many may wait; more are turned away. */
const AT_ONCE = 2;
const MOST_WAITING = 16;

/** UTF-16 units. No letters are asked for: length is what counts (NIST SP 800-63B § 3.1.1). */
export const PASSWORD_LENGTH = { least: 12, most: 200 };

/** As it is kept: `scrypt$SALT$HASH`, base64url. */
export type PasswordHash = string;

/** Good for no password; costs as much to look at as any other. */
export const NO_PASSWORD: PasswordHash = `scrypt$${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(KEY_BYTES).toString('base64url')}`;

/** Hashes of passwords, a few at a time. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  async hash(password: string): Promise<PasswordHash> {
    const salt = randomBytes(16);
    return `scrypt$${salt.toString('base64url')}$${(await this.#derive(password, salt)).toString('base64url')}`;
  }

  async isRight(password: string, kept: PasswordHash): Promise<boolean> {
    const [, salt = '', hash = ''] = kept.split('$');
    const found = await this.#derive(password, Buffer.from(salt, 'base64url'));
    const right = Buffer.from(hash, 'base64url');
    return right.length === found.length && timingSafeEqual(right, found) && kept !== NO_PASSWORD;
  }

  /** Whether another one would be turned away. */
  get full(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  async #derive(password: string, salt: Buffer): Promise<Buffer> {
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    this.#running += 1;
    try {
      // The same letters, however a keyboard composes them.
      return await derived(password.normalize('NFC'), salt);
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

function derived(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

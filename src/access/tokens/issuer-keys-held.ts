import { type Clock, OutsideError } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { IssuerKeys, KeySet } from '../ports/issuer-keys.ts';

/** After so long the issuer is asked for its keys again; without an answer the old ones are good for a while. */
const FRESH_MS = 10 * 60_000;
const STALE_MS = 6 * 3_600_000;
/** A key that is not known has the issuer asked, so often at most. */
const LEAST_PAUSE_MS = 30_000;

/** The keys of an issuer, asked for no more often than tokens of strangers may make it. */
export class IssuerKeysHeld {
  readonly #source: IssuerKeys;
  readonly #clock: Clock;
  #keys: { readonly set: KeySet; readonly at: number } | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(source: IssuerKeys, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /**
   * Looks with the keys that are known, and once more with newer ones where `check` did not know the key.
   *
   * @returns `null` where no key of the issuer fits.
   * @throws {AccessError} `access/provider-unavailable` when the issuer's keys cannot be had.
   */
  async look<Found>(check: (keys: KeySet) => Promise<Found | 'unknown key'>): Promise<Found | null> {
    const keys = await this.#read(false);
    const found = await check(keys);
    if (found !== 'unknown key') return found;
    const again = await this.#read(true);
    const second = again === keys ? null : await check(again);
    return second === 'unknown key' ? null : second;
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
}

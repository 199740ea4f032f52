import type { Clock, RandomBytes } from '../../kit/index.ts';
import { hashSecret, newSecret, sameSecret } from '../tokens/secrets.ts';

/** How long the link is good. */
export const LINK_MS = 15 * 60_000;

/** One secret that signs in once, soon. Only its hash is held. */
export class OneTimeLink {
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  #held: { readonly hash: string; readonly until: number } | null = null;

  constructor(clock: Clock, random: RandomBytes) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A new secret; one that was given before is good for nothing from now on. */
  issue(): string {
    const secret = newSecret(this.#random);
    this.#held = { hash: hashSecret(secret), until: this.#clock() + LINK_MS };
    return secret;
  }

  /** Whether it is the secret, for the first time and soon enough. */
  redeem(secret: string): boolean {
    const held = this.#held;
    if (held === null || !sameSecret(hashSecret(secret), held.hash)) return false;
    this.#held = null;
    return held.until > this.#clock();
  }
}

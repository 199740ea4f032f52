import { createHash, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '../../kit/index.ts';

/** 256 bits that nobody can guess, as 43 letters, digits, `-` and `_`. */
export function newSecret(random: RandomBytes): string {
  return Buffer.from(random(32)).toString('base64url');
}

/** What is kept in the place of a secret: SHA-256, hexadecimal. Fit for secrets of 128 bits and more, not for passwords. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** In the same time, wherever they differ. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(one)), Buffer.from(hashSecret(other)));
}

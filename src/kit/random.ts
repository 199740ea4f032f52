import { randomBytes } from 'node:crypto';

/** As many random bytes as asked. Passed in wherever chance decides something, so that tests can repeat it. */
export type RandomBytes = (size: number) => Uint8Array;

/** Fit for keys. */
export const systemRandom: RandomBytes = randomBytes;

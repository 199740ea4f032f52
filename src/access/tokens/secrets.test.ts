import { expect, test } from 'vitest';
import { systemRandom } from '../../kit/index.ts';
import { hashSecret, newSecret, sameSecret } from './secrets.ts';

test('secrets have 256 bits, none of them the same in all', () => {
  const all = Array.from({ length: 500 }, () => Buffer.from(newSecret(systemRandom), 'base64url'));
  expect(new Set(all.map((one) => one.toString('hex'))).size).toBe(500);
  for (const one of all) expect(one.byteLength * 8).toBe(256);
  for (let bit = 0; bit < 256; bit += 1) {
    const ones = all.filter((one) => ((one[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
    // Six standard deviations of 500 tosses of a coin.
    expect(Math.abs(ones - 250)).toBeLessThan(6 * Math.sqrt(125));
  }
});

test('secrets are compared as wholes', () => {
  const secret = newSecret(systemRandom);
  expect([sameSecret(secret, secret), sameSecret(secret, `${secret}x`), sameSecret('', secret)]).toEqual([
    ...[true, false, false],
  ]);
  expect(hashSecret(secret)).toMatch(/^[0-9a-f]{64}$/);
});

import { describe, expect, test } from 'vitest';
import { crc32c } from './crc32c.ts';

const bytes = (size: number, value: (at: number) => number) =>
  Uint8Array.from({ length: size }, (_, at) => value(at));

describe('CRC-32C', () => {
  // The examples of RFC 3720, appendix B.4, and the usual check value.
  test.each<[string, Uint8Array, number]>([
    ['nothing', new Uint8Array(0), 0],
    ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
    ['32 zeros', bytes(32, () => 0), 0x8a9136aa],
    ['32 ones', bytes(32, () => 0xff), 0x62a8ab43],
    ['32 going up', bytes(32, (at) => at), 0x46dd794e],
    ['32 going down', bytes(32, (at) => 31 - at), 0x113fdb5c],
  ])('of %s', (_, content, expected) => {
    expect(crc32c(content)).toBe(expected);
    for (let cut = 0; cut <= content.length; cut += 1) {
      expect(crc32c(content.subarray(cut), crc32c(content.subarray(0, cut)))).toBe(expected);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { clientAddress, isAddressRange, isWithin } from './addresses.ts';

describe('addresses', () => {
  test.each<[string, boolean]>([
    ['192.0.2.7', true],
    ['192.0.2.0/24', true],
    ['0.0.0.0/0', true],
    ['2001:db8::/32', true],
    ['::1', true],
    ['192.0.2.0/33', false],
    ['2001:db8::/129', false],
    ['192.0.2/24', false],
    ['192.0.2.0/', false],
    ['192.0.2.0/24/1', false],
    ['example.com', false],
    ['', false],
  ])('%j is a range: %s', (text, expected) => {
    expect(isAddressRange(text)).toBe(expected);
  });

  test.each<[string | null, string[], boolean]>([
    ['192.0.2.7', ['192.0.2.0/24'], true],
    ['192.0.3.7', ['192.0.2.0/24'], false],
    ['192.0.3.7', ['192.0.2.0/24', '192.0.3.7'], true],
    ['::ffff:192.0.2.7', ['192.0.2.0/24'], true],
    ['2001:db8:1::5', ['2001:db8::/32'], true],
    ['2001:db9::5', ['2001:db8::/32'], false],
    ['192.0.2.7', ['::/0'], false],
    ['192.0.2.7', [], false],
    [null, ['0.0.0.0/0'], false],
    ['nonsense', ['0.0.0.0/0'], false],
  ])('%j within %j: %s', (address, ranges, expected) => {
    expect(isWithin(address, ranges)).toBe(expected);
  });

  test.each<[string, string | undefined, number, string | null]>([
    ['192.0.2.1', undefined, 0, '192.0.2.1'],
    ['192.0.2.1', '198.51.100.1', 0, '192.0.2.1'],
    ['10.0.0.1', '198.51.100.1', 1, '198.51.100.1'],
    ['10.0.0.1', '203.0.113.9, 198.51.100.1', 1, '198.51.100.1'],
    ['10.0.0.1', '203.0.113.9, 198.51.100.1, 10.0.0.2', 2, '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1, 10.0.0.2', 2, '198.51.100.1'],
    ['10.0.0.1', 'nonsense', 1, null],
    ['::ffff:10.0.0.1', undefined, 0, '10.0.0.1'],
  ])('from %s with %j behind %i proxies: %j', (socket, forwarded, proxies, expected) => {
    expect(clientAddress(socket, forwarded, proxies)).toBe(expected);
  });
});

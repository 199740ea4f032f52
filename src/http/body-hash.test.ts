import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyHash } from './body-hash.ts';

const form = (boundary: string, ...parts: string[]): Buffer =>
  Buffer.from(
    [...parts.map((part) => `--${boundary}\r\n${part}\r\n`), `--${boundary}--\r\n`].join(''),
    'latin1',
  );

function hashOf(body: Uint8Array, contentType: string, cuts: readonly number[] = []) {
  const hash = new BodyHash(contentType);
  let at = 0;
  for (const end of [...cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b), body.length]) {
    hash.update(body.subarray(at, end));
    at = end;
  }
  return hash.digest();
}

const typed = (boundary: string): string => `multipart/form-data; boundary=${boundary}`;

describe('the hash of a body', () => {
  test('is the same for a form that is sent under another boundary', () => {
    const one = hashOf(form('abc', 'a: b\r\n\r\nx', 'y'), typed('abc'));
    expect(
      hashOf(form('----WebKit9"', 'a: b\r\n\r\nx', 'y'), 'Multipart/Form-Data; Boundary="----WebKit9""'),
    ).not.toEqual(one);
    expect(
      hashOf(form('----WebKit9', 'a: b\r\n\r\nx', 'y'), 'Multipart/Form-Data; Boundary="----WebKit9"'),
    ).toEqual(one);
  });

  test.each([
    ['another byte in a part', form('b', 'x', 'z')],
    ['a part more', form('b', 'x', 'y', '')],
    ['parts in another order', form('b', 'y', 'x')],
    ['parts cut elsewhere', form('b', 'xy', '')],
    ['half of the form', form('b', 'x', 'y').subarray(0, 12)],
  ])('tells %s', (_, body) => {
    expect(hashOf(body, typed('b')).sha256).not.toBe(hashOf(form('b', 'x', 'y'), typed('b')).sha256);
  });

  test('does not depend on how the body comes in', () => {
    const part = fc.string({
      unit: fc.constantFrom('-', '\r', '\n', 'b', 'x', '--b', '\r\n--'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 4 }),
        fc.array(fc.nat(200), { maxLength: 20 }),
        (parts, cuts) => {
          const body = form('bound', ...parts);
          expect(hashOf(body, typed('bound'), cuts)).toEqual(hashOf(body, typed('bound')));
          expect(hashOf(body, 'application/json', cuts)).toEqual(hashOf(body, 'application/json'));
        },
      ),
    );
  });
});

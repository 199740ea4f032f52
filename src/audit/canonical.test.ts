import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, type Json } from './canonical.ts';

describe('canonical JSON', () => {
  // The example of RFC 8785 § 3.2.2 and § 3.2.3, written anew.
  test.each<[string, Json, string]>([
    [
      'members in order, numbers as ECMAScript writes them',
      { b: [333333333.3333333, 1e30, 4.5, 2e-3], a: -0 },
      '{"a":0,"b":[333333333.3333333,1e+30,4.5,0.002]}',
    ],
    ['only what must be escaped is', { s: '€$\u000f\nA\'B"\\/' }, '{"s":"€$\\u000f\\nA\'B\\"\\\\/"}'],
    [
      'the order is that of UTF-16 code units',
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}',
    ],
    ['nothing and nested', { x: { z: null, y: true }, w: [] }, '{"w":[],"x":{"y":true,"z":null}}'],
  ])('%s', (_, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  test.each<[string, Json]>([
    ['no number', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['half a pair', '\ud800'],
    ['half a pair in a name', { '\udc00': 1 }],
  ])('%s has none', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test('says the same as JSON, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.boolean(), (value, reversed) => {
        const given = JSON.parse(JSON.stringify(value)) as Json;
        const written = canonicalJson(reversed ? turned(given) : given);
        expect(written).toBe(canonicalJson(given));
        expect(JSON.parse(written)).toEqual(given);
      }),
    );
  });
});

/** The same with members in another order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, one]) => [key, turned(one)]),
  );
}

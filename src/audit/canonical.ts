/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one way to write a value as JSON (RFC 8785): no blanks, members in the order of the UTF-16 code units of their names,
 * numbers and strings as ECMAScript writes them.
 *
 * @throws {TypeError} for what has no such form: numbers that are not finite, halves of surrogate pairs.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return stringOf(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('JSON has no such number.');
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${stringOf(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

const HALF_PAIR = /\p{Surrogate}/u;

function stringOf(text: string): string {
  if (HALF_PAIR.test(text)) throw new TypeError('A text with half a surrogate pair has no canonical form.');
  return JSON.stringify(text);
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

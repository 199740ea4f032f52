import { expect, test } from 'vitest';
import { negotiate } from './negotiate.ts';

test.each([
  ['nothing', undefined, 'a/one'],
  ['an empty header', '', 'a/one'],
  ['anything', '*/*', 'a/one'],
  ['one of them', 'b/two', 'b/two'],
  ['one of them in capitals', 'B/TWO', 'b/two'],
  ['a family', 'b/*', 'b/two'],
  ['the better of both', 'a/one;q=0.1, b/two;q=0.2', 'b/two'],
  ['equals', 'b/two, a/one', 'a/one'],
  ['a type before anything', '*/*;q=0.5, b/two', 'b/two'],
  ['anything but one', '*/*, a/one;q=0', 'b/two'],
  ['parameters', 'b/two; charset=utf-8; q=0.9, a/one;q=0.8', 'b/two'],
  ['neither', 'c/three', null],
  ['neither, by its quality', 'a/one;q=0, b/two;q=0.0', null],
  ['a quality that is none', 'a/one;q=x', null],
  ['nonsense', ';;,/,a', null],
])('%s', (_, accept, expected) => {
  expect(negotiate(accept, ['a/one', 'b/two'])).toBe(expected);
});

import { expect, test } from 'vitest';
import { formatNumber } from './number-format.ts';

test.each([
  [4, 'decimal', '4'],
  [4, 'decimalZero', '04'],
  [1, 'lowerLetter', 'a'],
  [26, 'lowerLetter', 'z'],
  [28, 'upperLetter', 'BB'],
  [0, 'upperLetter', '0'],
  [14, 'lowerRoman', 'xiv'],
  [1999, 'upperRoman', 'MCMXCIX'],
  [40_000, 'upperRoman', '40000'],
  [2, 'ordinal', '2nd'],
  [13, 'ordinal', '13th'],
  [21, 'cardinalText', 'Twenty-one'],
  [12, 'ordinalText', 'Twelfth'],
  [30, 'ordinalText', 'Thirtieth'],
  [140, 'ordinalText', '140th'],
  [3, 'none', ''],
  [3, 'chineseCounting', '3'],
])('%i as %s is %s', (n, format, expected) => {
  expect(formatNumber(n, format)).toBe(expected);
});

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const IRREGULAR_ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};
/** Word stops writing letters and Roman numbers beyond these and so do we. */
const MAX_LETTERS = 780;
const MAX_ROMAN = 32_767;

function roman(n: number): string {
  if (n < 1 || n > MAX_ROMAN) return String(n);
  let left = n;
  let text = '';
  for (const [value, digits] of ROMAN) {
    for (; left >= value; left -= value) text += digits;
  }
  return text;
}

/** a … z, aa … zz, aaa …: the letter repeats. */
function letters(n: number): string {
  if (n < 1 || n > MAX_LETTERS) return String(n);
  return String.fromCharCode(97 + ((n - 1) % 26)).repeat(Math.floor((n - 1) / 26) + 1);
}

function ordinal(n: number): string {
  const teen = n % 100 >= 11 && n % 100 <= 13;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

function cardinalWords(n: number): string {
  if (n < 0 || n > 99) return String(n);
  if (n < 20) return UNITS[n] ?? String(n);
  return n % 10 === 0 ? (TENS[n / 10] ?? '') : `${TENS[Math.floor(n / 10)]}-${UNITS[n % 10]}`;
}

function ordinalWords(n: number): string {
  const words = cardinalWords(n);
  const last = /[a-z]+$/.exec(words)?.[0];
  if (last === undefined) return ordinal(n);
  const changed = IRREGULAR_ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`);
  return words.slice(0, -last.length) + changed;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A number as `ST_NumberFormat` (ECMA-376 Part 1 §17.18.59) writes it; formats of other scripts come out decimal. */
export function formatNumber(n: number, format: string): string {
  switch (format) {
    case 'none':
      return '';
    case 'decimalZero':
      return String(n).padStart(2, '0');
    case 'lowerLetter':
      return letters(n);
    case 'upperLetter':
      return letters(n).toUpperCase();
    case 'lowerRoman':
      return roman(n);
    case 'upperRoman':
      return roman(n).toUpperCase();
    case 'ordinal':
      return ordinal(n);
    case 'cardinalText':
      return capitalised(cardinalWords(n));
    case 'ordinalText':
      return capitalised(ordinalWords(n));
    case 'numberInDash':
      return `- ${n} -`;
    default:
      return String(n);
  }
}

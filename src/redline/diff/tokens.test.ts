import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HASH_SEED, hashed, Interner } from './interner.ts';
import { isBlank, tokenIds, tokenize, WordReader, wordIds } from './tokens.ts';

/** Half of a surrogate pair. */
const TORN = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

describe('tokens', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['word', ['word']],
    ['Two words.', ['Two', ' ', 'words', '.']],
    ['1,000.50 EUR', ['1,000.50', ' ', 'EUR']],
    ['30 (thirty)', ['30', ' ', '(', 'thirty', ')']],
    ["party's and/or party’s", ["party's", ' ', 'and', '/', 'or', ' ', 'party’s']],
    ['e.g. this', ['e.g', '.', ' ', 'this']],
    ['a_b 4.2(b)', ['a_b', ' ', '4.2', '(', 'b', ')']],
    ['tab\tand\nline', ['tab', '\t', 'and', '\n', 'line']],
    ['甲方a付款', ['甲', '方', 'a', '付', '款']],
    ['cafe\u0301 naïve', ['cafe\u0301', ' ', 'naïve']],
    ['😀👍 x', ['😀', '👍', ' ', 'x']],
    ['שלום עולם', ['שלום', ' ', 'עולם']],
    ['a\u00a0b', ['a', '\u00a0', 'b']],
  ])('%j', (text, tokens) => {
    expect(tokenize(text)).toEqual(tokens);
  });

  test('joined they are the text again, none is empty, no surrogate pair is torn', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom('a', 'B', '1', '.', ',', "'", ' ', '甲', '\u0301', '😀', '\n'),
        maxLength: 60,
      }),
    );
    fc.assert(
      fc.property(text, (s) => {
        const tokens = tokenize(s);
        expect(tokens.join('')).toBe(s);
        expect(tokens).not.toContain('');
        if (!TORN.test(s)) expect(tokens.filter((t) => TORN.test(t))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});

test('blanks are blanks of any kind', () => {
  expect([' ', '\t', '\u00a0', '\n'].every(isBlank)).toBe(true);
  expect(['a', '.', '甲'].some(isBlank)).toBe(false);
});

test('an interner gives equal numbers to equal strings alone', () => {
  const symbols = new Interner();
  const list = ['a', 'b', 'a', '', '__proto__', 'b'];
  expect(list.map((s) => symbols.id(s))).toEqual([0, 1, 0, 2, 3, 1]);
});

test('an interner gives the numbers of a plain table, whatever the texts and however they are handed in', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }),
    fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 30, maxLength: 36 }),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 400 }), (texts) => {
      const symbols = new Interner();
      const known = new Map<string, number>();
      for (const t of texts) {
        const wanted = known.get(t) ?? known.size;
        known.set(t, wanted);
        const units = Uint16Array.from(`<${t}>`, (c) => c.charCodeAt(0));
        const hash = Array.from(t, (c) => c.charCodeAt(0)).reduce(hashed, HASH_SEED);
        expect(symbols.idOfUnits(units, 1, 1 + t.length, hash)).toBe(wanted);
        expect(symbols.id(t)).toBe(wanted);
        expect(symbols.textOf(wanted)).toBe(t);
      }
    }),
    { numRuns: 300 },
  );
});

test('an interner tells long texts apart, also by a single character anywhere', () => {
  const symbols = new Interner();
  const base = 'x'.repeat(300);
  const texts = [base, ...Array.from(base, (_, i) => `${base.slice(0, i)}y${base.slice(i + 1)}`)];
  expect(texts.map((t) => symbols.id(t))).toEqual(texts.map((_, i) => i));
  expect(texts.map((t) => symbols.id(t))).toEqual(texts.map((_, i) => i));
});

test('an interner holds many texts, also those that fall on the same places', () => {
  const symbols = new Interner();
  const texts = Array.from({ length: 20_000 }, (_, i) => `w${i}`);
  expect(texts.map((t) => symbols.id(t))).toEqual(texts.map((_, i) => i));
  expect(texts.map((t) => symbols.id(t))).toEqual(texts.map((_, i) => i));
});

test('the words of a text are its letters and digits, by whatever table they are found', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'Z', '9', ' ', '_', '.', '’', '–', 'é', '甲', '\u0301', '😀', '\u00a0'),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, (s) => {
      const symbols = new Interner();
      const wanted = (s.toUpperCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((w) => symbols.id(w));
      expect([...wordIds(s, symbols)]).toEqual(wanted);
      const reader = new WordReader(symbols, s.length, false);
      const at = Math.min(s.length, 5);
      if (reader.text(s, 0, at) && reader.text(s, at, s.length)) expect([...reader.words()]).toEqual(wanted);
    }),
    { numRuns: 2000 },
  );
});

test('tokens as numbers are the tokens', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('a', 'B', '7', '_', '.', ',', '’', "'", ' ', '\n', '–', '甲', 'é'),
      maxLength: 40,
    }),
  );
  fc.assert(
    fc.property(text, (s) => {
      const symbols = new Interner();
      const found = tokenIds(s, symbols);
      const [ids, ends] = [found.ids, found.ends].map((list) => [...list.subarray(0, found.count)]);
      expect(ids?.map((id) => symbols.textOf(id))).toEqual(tokenize(s));
      expect(ends?.map((end, k) => s.slice(ends[k - 1] ?? 0, end))).toEqual(tokenize(s));
    }),
    { numRuns: 3000 },
  );
});

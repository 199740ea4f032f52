import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Interner } from '../diff/index.ts';
import { trimEnds } from './ends.ts';
import type { Item } from './items.ts';
import { NO_PROPS, virtual } from './props.ts';
import { matchUnits, toUnits, type Unit } from './units.ts';

const run = { open: '<w:r>', props: NO_PROPS };
const tab = virtual('<w:tab/>');
const mark = virtual('<w:bookmarkStart w:id="1" w:name="x"/>');

/** A text as items: `>` a tab, `^` a bookmark, `|` the border of a run. */
function items(text: string): Item[] {
  return text
    .split(/([>^|])/)
    .filter((piece) => piece !== '' && piece !== '|')
    .map((piece): Item => {
      if (piece === '>') return { kind: 'atom', key: 'tab', element: tab, run };
      return piece === '^' ? { kind: 'mark', element: mark, run } : { kind: 'text', text: piece, run };
    });
}

function lengthOf(unit: Item | Unit): number {
  return unit.kind === 'text' || unit.kind === 'word' ? unit.text.length : unit.kind === 'mark' ? 0 : 1;
}

/** Which characters of the one are matched with which of the other. */
function matches(a: readonly Item[], b: readonly Item[], symbols: Interner, from = [0, 0]): string[] {
  const [left, right] = [toUnits(a, symbols), toUnits(b, symbols)];
  const places = (units: readonly Unit[], start: number): number[] => {
    let at = start;
    return units.map((unit) => {
      at += lengthOf(unit);
      return at - lengthOf(unit);
    });
  };
  const [atA, atB] = [places(left, from[0] ?? 0), places(right, from[1] ?? 0)];
  return Array.from(matchUnits(left, right)).flatMap((j, i) =>
    j < 0
      ? []
      : Array.from(
          { length: lengthOf(left[i] as Unit) },
          (_, k) => `${(atA[i] ?? 0) + k}-${(atB[j] ?? 0) + k}`,
        ),
  );
}

const size = (list: readonly Item[]): number => list.reduce((sum, item) => sum + lengthOf(item), 0);

function trimmedMatches(a: readonly Item[], b: readonly Item[], symbols: Interner): string[] {
  const trimmed = trimEnds(a, b);
  let [x, y] = [0, 0];
  const both = (pairs: typeof trimmed.head): string[] =>
    pairs.flatMap(([p, q]) => {
      expect(lengthOf(p)).toBe(lengthOf(q));
      return Array.from({ length: lengthOf(p) }, () => `${x++}-${y++}`);
    });
  const head = both(trimmed.head);
  const middle = matches(trimmed.a, trimmed.b, symbols, [x, y]);
  [x, y] = [x + size(trimmed.a), y + size(trimmed.b)];
  const tail = both(trimmed.tail);
  expect([x, y]).toEqual([size(a), size(b)]);
  return [...head, ...middle, ...tail];
}

test.each([
  ['foo bar baz', 'foo qux baz'],
  ['foo bar bar', 'foo, bar bar'],
  ['foo bar bar', 'foo  bar bar bar'],
  ['country outside Switzerland that is', 'country that is'],
  ['> foo bar', '> foo new bar'],
  ['foo |bar baz', 'fo|o bar qux'],
])('%j and %j', (a, b) => {
  const symbols = new Interner();
  expect(trimmedMatches(items(a), items(b), symbols)).toEqual(matches(items(a), items(b), symbols));
});

test('what is set aside would have been matched all the same', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    'the',
    'party',
    ' ',
    ' ',
    ' ',
    ' ',
    '\u00a0',
    ',',
    '.',
    '|',
    '>',
    '^',
  );
  const text = fc.array(piece, { maxLength: 14 });
  const edited = fc.tuple(text, text, text, text).map(([head, left, right, tail]) => ({
    a: [...head, ...left, ...tail].join(''),
    b: [...head, ...right, ...tail].join(''),
  }));
  fc.assert(
    fc.property(edited, ({ a, b }) => {
      const symbols = new Interner();
      expect(trimmedMatches(items(a), items(b), symbols)).toEqual(matches(items(a), items(b), symbols));
    }),
    { numRuns: 3000 },
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { original } from '../../scripts/sample/content/original.ts';
import { pack } from '../../scripts/sample/pack.ts';
import { render } from '../../scripts/sample/render.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { holds, isQuiet, mustBeValid } from './laws.ts';
import { emptyTally, noiseLaws, pairOf, type Recipe, redlineLaws } from './run.ts';

/** The same pairs each time; `long.ts` looks for new ones. */
const SEED = 20260101;
const MOST_BYTES = 60_000;
const sample: Base = { name: 'sample', data: await pack(render(original), '2026-02-02T09:00:00Z') };
const corpus = corpusBases(MOST_BYTES);

describe('neighbours of a document', () => {
  test.each<[string, readonly Base[], number]>([
    ['small documents of our own', SMALL, 240],
    ['the sample', [sample], 25],
    ['documents of the corpus', corpus, 60],
  ])('the laws hold for %s', (_, bases, numRuns) => {
    if (bases.length === 0) return;
    const tally = emptyTally();
    fc.assert(redlineLaws(bases, tally), { seed: SEED, numRuns });
    expect(tally.pairs).toBeGreaterThanOrEqual(numRuns);
    expect(tally.lower, 'below the first rung').toEqual([]);
    expect(tally.lopsided / tally.pairs, 'share of pairs that mark other words the other way').toBeLessThan(
      0.1,
    );
  });

  test.each<[string, readonly Base[], number]>([
    ['small documents of our own', SMALL, 60],
    ['the sample', [sample], 5],
    ['documents of the corpus', corpus, 20],
  ])('what editors write anew is no change in %s', (_, bases, numRuns) => {
    if (bases.length > 0) fc.assert(noiseLaws(bases), { seed: SEED, numRuns });
  });

  test.each([...SMALL, sample])('$name and itself are the same', ({ data }) => {
    mustBeValid(data);
    isQuiet(data, data);
  });
});

/** What long runs found, by the law that was broken. */
const FOUND: readonly (readonly [what: string, recipe: Recipe])[] = [
  [
    'the tag of a control around blocks changes: ranges hold one tag each',
    { base: 'inline', original: [], modified: [['change the tag of a control', 62193]] },
  ],
  [
    'a control comes around blocks that hold a control',
    {
      base: 'inline',
      original: [['wrap blocks in a control', 15]],
      modified: [
        ['delete blocks', 23351],
        ['insert a character', 13579],
      ],
    },
  ],
  [
    'a redline is an input: paragraphs join in a control that is alone in its header',
    {
      base: 'stories',
      original: [
        ['duplicate a paragraph', 39005],
        ['wrap blocks in a control', 59618],
      ],
      modified: [['replace a word', 0]],
    },
  ],
  [
    'a paragraph that ends a section does not join the next one',
    { base: 'stories', original: [['track a move', 2437]], modified: [] },
  ],
  [
    'a row in a control goes by an earlier change: so does the control',
    {
      base: 'controls',
      original: [],
      modified: [
        ['track a deleted row', 0],
        ['control a row', 0],
      ],
    },
  ],
  [
    'a list is added to a numbering part that holds none',
    {
      base: 'stories',
      original: [['change how a list counts', 0]],
      modified: [
        ['put into a new list', 0],
        ['replace a word', 0],
      ],
    },
  ],
  [
    'one picture is stored twice',
    {
      base: 'contract',
      original: [['replace a word', 0]],
      modified: [
        ['insert an embedded object', 30495],
        ['insert a picture', 1],
        ['replace a word', 0],
      ],
    },
  ],
  [
    'a row in a control changes beside others',
    { base: 'controls', original: [['replace a word', 0]], modified: [['add a footnote', 0]] },
  ],
  [
    'two lists start again alike: neither is taken for the other',
    {
      base: 'contract',
      original: [],
      modified: [
        ['restart a list', 41831],
        ['restart a list', 55973],
        ['replace a word', 0],
      ],
    },
  ],
  [
    'rows in nested controls go by an earlier change: the outer control stays',
    {
      base: 'tables',
      original: [
        ['track a deleted row', 59422],
        ['repeat a row', 17880],
        ['replace a word', 0],
      ],
      modified: [['replace a word', 0]],
    },
  ],
];

describe('found by long runs', () => {
  test.each(FOUND)('%s', (_, recipe) => {
    expect(holds(...pairOf(recipe, SMALL)).first).toBe(true);
  });
});

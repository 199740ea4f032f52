import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import {
  type Comparison,
  compare,
  DEFAULT_LIMITS,
  type GivenOptions,
  GRANULARITIES,
  IGNORABLE,
  type Report,
  verify,
} from '../../src/redline/index.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { type Marks, marksOf } from './marks.ts';
import { pairOf, recipes } from './run.ts';

const SEED = 20260103;
const MOST_BYTES = 60_000;

type Kind = keyof Report['counts'] | keyof Report['words'];
const kinds = ({ counts, words }: Report): [Kind, number][] =>
  Object.entries({ ...counts, ...words }) as [Kind, number][];

/** What is marked more without the aspects than with them. */
function grown(full: Marks, less: Marks): string[] {
  const names = Object.keys(full) as (keyof Marks)[];
  return names
    .filter((name) => less[name] > full[name])
    .map((name) => `${name} ${full[name]} to ${less[name]}`);
}

/** What is true of a comparison whatever it leaves out. */
function mustHold(a: Uint8Array, b: Uint8Array, options: GivenOptions, full: Report): Comparison {
  const result = compare(a, b, options, nodeCodec);
  const { redline, report } = result;
  expect(Buffer.compare(redline, compare(a, b, options, nodeCodec).redline), 'the same bytes twice').toBe(0);
  const strict = verify(a, b, redline, nodeCodec, DEFAULT_LIMITS);
  expect(strict.differences.filter((d) => d.direction === 'reject')).toEqual([]);
  expect(strict.faults).toEqual([]);
  const low = (r: Report): number => r.stories.filter((s) => s.rung !== 'words').length;
  expect(low(report), 'below the first rung').toBeLessThanOrEqual(low(full));
  if (options.ignore?.formatting) expect(report.counts).toMatchObject({ runFormatting: 0, sections: 0 });
  if (options.ignore?.formatting && options.ignore.numbering)
    expect(report.counts.paragraphFormatting).toBe(0);
  return result;
}

test.each<[string, readonly Base[], number]>([
  ['small documents of our own', SMALL, 160],
  ['documents of the corpus', corpusBases(MOST_BYTES), 30],
])('ignoring only takes changes away: %s', (_, bases, numRuns) => {
  if (bases.length === 0) return;
  const law = fc.property(
    recipes(bases),
    fc.subarray([...IGNORABLE], { minLength: 1 }),
    fc.constantFrom(...GRANULARITIES),
    (recipe, names, granularity) => {
      const [a, b] = pairOf(recipe, bases);
      const ignore = Object.fromEntries(names.map((name) => [name, true]));
      const full = compare(a, b, { granularity }, nodeCodec);
      const { redline } = mustHold(a, b, { granularity, ignore }, full.report);
      const left = compare(redline, b, { granularity, ignore }, nodeCodec).report;
      expect(
        kinds(left).filter(([, n]) => n > 0),
        'accepted, nothing is left to change',
      ).toEqual([]);
      expect(grown(marksOf(full.redline), marksOf(redline)), 'marked more').toEqual([]);
    },
  );
  fc.assert(law, { seed: SEED, numRuns });
});

test.each(SMALL)('$name and itself are the same, whatever is ignored', ({ data }) => {
  fc.assert(
    fc.property(fc.subarray([...IGNORABLE]), (names) => {
      const ignore = Object.fromEntries(names.map((name) => [name, true]));
      const { redline, report } = compare(data, data, { ignore }, nodeCodec);
      expect([report.identical, Buffer.compare(redline, data)]).toEqual([true, 0]);
    }),
    { seed: SEED, numRuns: 8 },
  );
});

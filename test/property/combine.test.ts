import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { combine, DEFAULT_LIMITS, RedlineError } from '../../src/redline/index.ts';
import { type Base, SMALL } from './bases.ts';
import { Dice } from './dice.ts';
import { mutate } from './mutate.ts';

const SEED = 20260103;
const WORDS = ['replace a word', 'insert a phrase', 'delete a phrase', 'format a run', 'insert a character'];
const BLOCKS = [
  ...['replace a word', 'split a paragraph', 'join paragraphs', 'delete blocks', 'insert a paragraph'],
  ...['move a paragraph', 'change paragraph properties', 'duplicate a paragraph'],
];

describe('several reviewers', () => {
  // That accepting one reviewer's changes gives their copy, and rejecting all the base, `combine` proves or refuses.
  test.each([
    ['words', WORDS, 0],
    ['blocks', BLOCKS, 0.03],
  ])('are combined exactly: %s', (_, edits, mostRefused) => {
    let [runs, refused, free] = [0, 0, 0];
    const law = fc.property(fc.nat(SMALL.length - 1), fc.nat(), (at, seed) => {
      const dice = new Dice(seed);
      const base = SMALL[at] as Base;
      const copy = (): Uint8Array =>
        mutate(
          base.data,
          Array.from({ length: 1 + dice.int(3) }, () => [dice.pick(edits) ?? '', dice.int(1e5)] as const),
        );
      const copies = ['Ann', 'Bo', 'Cy']
        .slice(0, 2 + dice.int(2))
        .map((reviewer) => ({ document: copy(), reviewer }));
      runs++;
      try {
        const options = { policy: 'keep', date: null, limits: DEFAULT_LIMITS } as const;
        const { report } = combine(base.data, copies, options, nodeCodec);
        if (report.conflicts.length === 0) free++;
        if (report.conflicts.length === 0) expect(report.reviewers.every((x) => x.exact)).toBe(true);
      } catch (error) {
        if (!(error instanceof RedlineError) || error.code !== 'combine/not-exact') throw error;
        refused++;
      }
    });
    fc.assert(law, { seed: SEED, numRuns: 80 });
    expect(refused / runs, 'refused because not exact').toBeLessThanOrEqual(mostRefused);
    expect(free / runs, 'without conflicts').toBeGreaterThan(0.4);
  });
});

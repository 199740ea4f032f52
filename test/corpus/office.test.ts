import { expect, test } from 'vitest';
import { unknownOf } from './known.ts';
import { opinions } from './opinion.ts';
import { corpusDirectory, DEFAULT_SETS, findPairs } from './pairs.ts';

const corpus = corpusDirectory();
/** Every third pair; `node test/corpus/office.ts` asks about all. */
const EVERY = 3;
const LEAST = 60;

// The corpus stands beside the checkout and is not part of it; where it should be (CI), its absence fails.
test.skipIf(corpus === null && process.env.CI !== 'true')(
  'LibreOffice opens the redlines of a sample, and comes to the words of the inputs when it settles them',
  async () => {
    if (corpus === null) return expect.fail('There is no corpus: set REDLINE_CORPUS to its directory.');
    const pairs = findPairs(corpus, DEFAULT_SETS).filter((_, index) => index % EVERY === 0);
    const found = await opinions(pairs, { timeoutMs: 30_000, jobs: 2, isSampled: () => true });
    expect(found.filter(({ remarks }) => remarks !== null).length).toBeGreaterThanOrEqual(LEAST);
    expect(found.flatMap(unknownOf)).toEqual([]);
  },
);

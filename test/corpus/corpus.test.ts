import { expect, test } from 'vitest';
import { failuresText, figuresBySet, figuresTable } from './figures.ts';
import { belowFloor } from './floor.ts';
import { measure } from './measure.ts';
import { corpusDirectory, DEFAULT_SETS, findPairs, toolsDirectory } from './pairs.ts';

const corpus = corpusDirectory();

// The corpus stands beside the checkout and is not part of it; where it should be (CI), its absence fails.
test.skipIf(corpus === null && process.env.CI !== 'true')(
  'over the corpus the engine returns no wrong redline, and is not worse than before',
  async () => {
    if (corpus === null) return expect.fail('There is no corpus: set REDLINE_CORPUS to its directory.');
    const pairs = findPairs(corpus, DEFAULT_SETS);
    const tools = toolsDirectory(corpus);
    const lines = await measure(pairs, { tools, jobs: 2, timeoutMs: 60_000, keep: null });
    const rows = figuresBySet(lines);
    console.log(`${failuresText(lines)}\n\n${figuresTable(rows)}`);
    expect(pairs.length).toBeGreaterThan(0);
    expect(lines).toHaveLength(pairs.length);
    expect(belowFloor(rows)).toEqual([]);
  },
);

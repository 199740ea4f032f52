import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare } from '../../src/redline/index.ts';
import { changesIn, decide, decisionsOf, oneByOne, storiesOf, survivors } from '../property/decisions.ts';
import { isLookedUp } from '../support/lookup.ts';
import { python } from './judge.ts';
import { corpusDirectory, DEFAULT_SETS, findPairs, toolsDirectory } from './pairs.ts';

const corpus = corpusDirectory();
const folder = mkdtempSync(join(tmpdir(), 'redline-decisions-'));
const MODES = ['accept', 'reject'] as const;

/** Every document of the corpus that holds tracked changes, and the redline of every pair. */
function* documents(directory: string): Generator<readonly [name: string, data: Uint8Array]> {
  for (const pair of findPairs(directory, DEFAULT_SETS)) {
    const [a, b] = [readFileSync(pair.original), readFileSync(pair.modified)];
    const inputs = [
      ['original', a],
      ['modified', b],
    ] as const;
    for (const [side, data] of inputs) {
      if (changesIn(data).length > 0) yield [`${pair.set}/${pair.name} ${side}`, data];
    }
    yield [
      `${pair.set}/${pair.name} redline`,
      compare(a, b, { date: '2024-05-01T00:00:00Z' }, nodeCodec).redline,
    ];
  }
}

interface Job {
  readonly id: string;
  readonly source: string;
  readonly mode: string;
  readonly decided: string;
}

/** Both ways at once, and some changes in two orders. Returns what the checker shall look at. */
function jobsOf(name: string, data: Uint8Array, number: number, ids: { kept: number; lost: number }): Job[] {
  const source = join(folder, `${number}.docx`);
  writeFileSync(source, data);
  const changes = changesIn(data);
  const some = decisionsOf(
    changes,
    [0.02, 0.21, 0.4, 0.59, 0.78, 0.97].map((at, i) => [at, i % 2 === number % 2] as const),
  );
  const atOnce = decide(data, some);
  const stepwise = oneByOne(data, some.toReversed());
  if (stepwise.missed === 0)
    expect(storiesOf(stepwise.document), `${name} one by one`).toEqual(storiesOf(atOnce.document));
  isLookedUp(data);
  const { kept, lost } = survivors(changes, atOnce);
  ids.kept += kept;
  ids.lost += lost;
  return MODES.map((mode) => {
    const { document, report } = decide(data, [{ verdict: mode, changes: {} }]);
    expect(report.left, `${name}: every revision is part of a change`).toBe(0);
    const decided = join(folder, `${number}.${mode}.docx`);
    writeFileSync(decided, document);
    return { id: `${name} ${mode}`, source, mode, decided };
  });
}

// The corpus stands beside the checkout and is not part of it; where it should be (CI), its absence fails.
test.skipIf(corpus === null && process.env.CI !== 'true')(
  'deciding all changes gives what the independent checker gives, and any order gives the same',
  () => {
    if (corpus === null) return expect.fail('There is no corpus: set REDLINE_CORPUS to its directory.');
    const ids = { kept: 0, lost: 0 };
    const jobs = Array.from(documents(corpus)).flatMap(([name, data], i) => jobsOf(name, data, i, ids));
    const input = jobs.map((job) => JSON.stringify(job)).join('\n');
    const script = join(import.meta.dirname, 'projections.py');
    const output = execFileSync(python(), [script, toolsDirectory(corpus)], { input, maxBuffer: 2 ** 28 });
    rmSync(folder, { recursive: true, force: true });
    const verdicts = output
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { differences: string[] });
    console.log(`${jobs.length} decided documents; ids of ${ids.kept} changes kept, of ${ids.lost} lost`);
    expect(jobs.length).toBeGreaterThan(0);
    expect(verdicts).toHaveLength(jobs.length);
    expect(verdicts.filter((v) => v.differences.length > 0)).toEqual([]);
    // Two changes that touch, once what stood between them is decided, are one.
    expect(ids.lost / (ids.kept + ids.lost)).toBeLessThan(0.002);
  },
);

import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare, DEFAULT_AUTHOR, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { revision } from './content/modified.ts';
import { original } from './content/original.ts';
import { type Edit, revise } from './edits.ts';
import { numbersOf } from './numbers.ts';
import { pack } from './pack.ts';
import { render } from './render.ts';

const modified = revise(original, revision);
const DATE = '2026-02-02T09:00:00Z';
const file = (agreement: typeof original) => pack(render(agreement), DATE);

describe('the sample', () => {
  test('is the same byte for byte each time', async () => {
    expect(nodeCodec.sha256(await file(original))).toBe(nodeCodec.sha256(await file(original)));
  });

  test('is compared exactly, with every kind of change', async () => {
    const options = { author: DEFAULT_AUTHOR, date: DATE, limits: DEFAULT_LIMITS };
    const { report } = compare(await file(original), await file(modified), options, nodeCodec);
    expect(report.verification).toMatchObject({ exact: true, differences: [], faults: [] });
    expect(new Set(report.stories.map((story) => story.rung))).toEqual(new Set(['words']));
    const { insertions, deletions, moves, runFormatting, paragraphFormatting, tableRows } = report.counts;
    const missing = Object.entries({
      insertions,
      deletions,
      moves,
      runFormatting,
      paragraphFormatting,
      tableRows,
    });
    expect(missing.filter(([, count]) => count === 0)).toEqual([]);
  });

  test('numbers its clauses as Word does', () => {
    const numbers = numbersOf(modified.body);
    expect(
      ['definitions', 'services-meet', 'term-material', 'general-entire'].map((id) => numbers.get(id)),
    ).toEqual(['1', '2.3', '14.2(a)', '18.7']);
  });
});

describe('an edit that does not find what it is about', () => {
  const cases: [string, Edit, string][] = [
    ['a block', { do: 'delete', at: ['nowhere'] }, 'There is no block nowhere.'],
    [
      'a text',
      { do: 'reword', at: 'charges-pay', from: 'not there', to: '' },
      'charges-pay does not say "not there" exactly once.',
    ],
    ['a table', { do: 'cell', of: 'charges-pay', row: 0, column: 0, to: '' }, 'charges-pay is not a table.'],
    [
      'a place to split',
      { do: 'split', at: 'charges-pay', before: 'not there', into: 'x' },
      'charges-pay does not say "not there".',
    ],
  ];
  test.each(cases)('is refused: %s', (_, edit, message) => {
    expect(() => revise(original, { header: '', notes: {}, edits: [edit] })).toThrow(message);
  });
});

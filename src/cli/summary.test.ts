import { describe, expect, test } from 'vitest';
import { compareOptions, type Report } from '../redline/index.ts';
import { comparisonSummary, verificationSummary } from './summary.ts';

const report: Omit<Report, 'certificate'> = {
  engine: '0.0.0',
  identical: false,
  counts: {
    insertions: 12,
    deletions: 3,
    moves: 1,
    runFormatting: 0,
    paragraphFormatting: 2,
    tableRows: 0,
    tableProperties: 0,
    sections: 0,
  },
  words: { inserted: 120, deleted: 7, moved: 30 },
  clauses: [],
  stories: [
    { story: 'body', part: 'word/document.xml', rung: 'words', changes: 17 },
    { story: 'header 1 default', part: 'word/header1.xml', rung: 'paragraphs', changes: 1 },
  ],
  notCompared: [{ part: 'word/theme/theme1.xml', reason: 'themes cannot be tracked' }],
  budgets: [],
  ignored: [],
  verification: { exact: true, stories: 2, outcome: [], differences: [], faults: [] },
  options: compareOptions(),
  sha256: { original: '', modified: '', redline: '' },
  stages: [
    { name: 'read', ms: 1.4 },
    { name: 'verify', ms: 3.2 },
  ],
};

describe('the summary of a comparison', () => {
  test('is short and whole', () => {
    expect(comparisonSummary(report)).toBe(
      [
        '  changes               count',
        '  insertions               12',
        '  deletions                 3',
        '  moves                     1',
        '  paragraph formatting      2',
        '  words inserted          120',
        '  words deleted             7',
        '  words moved              30',
        '',
        '  verified  rejecting gives the original, accepting the modified document (2 stories)',
        '  coarser   header 1 default: marked by paragraphs',
        '  time      5 ms (read 1, verify 3)',
        '',
        '  Not compared:',
        '    word/theme/theme1.xml: themes cannot be tracked',
      ].join('\n'),
    );
  });

  test('says so when nothing changed, and cuts long lists', () => {
    const notCompared = Array.from({ length: 13 }, (_, at) => ({ part: `p${at}`, reason: 'r' }));
    const budgets = [{ story: 'body', budget: 'pairing-cells', allowed: 250_000, times: 2 }] as const;
    const text = comparisonSummary({ ...report, identical: true, notCompared });
    expect(text).toMatch(/say the same/);
    expect(text).not.toMatch(/insertions/);
    expect(comparisonSummary({ ...report, budgets })).toMatch(/budget {4}body: 250000 pairing-cells reached/);
    expect(text).toMatch(/ p9: r\n {2}… and 3 more \(--json lists all\)$/);
  });
});

test('the summary of a failed verification says where to look', () => {
  const text = verificationSummary({
    exact: false,
    stories: 2,
    outcome: [],
    differences: [{ direction: 'reject', story: 'body', level: 'text', aspect: 'lines', at: 4 }],
    faults: [{ code: 'ids', part: 'word/document.xml', message: 'two revisions share an id' }],
  });
  expect(text).toBe(
    [
      'not exact:',
      '  rejecting does not give the original: body, text, lines 5',
      '  word/document.xml: two revisions share an id (ids)',
    ].join('\n'),
  );
});

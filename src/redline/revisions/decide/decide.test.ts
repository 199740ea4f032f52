import { describe, expect, test } from 'vitest';
import {
  body,
  del,
  docx,
  gone,
  ins,
  markOf,
  moved,
  noteRef,
  p,
  r,
  withNotes,
} from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { RedlineError } from '../../errors.ts';
import { openPackage } from '../../ooxml/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import { listChanges } from '../changes/list.ts';
import { decideChanges, openReview } from './decide.ts';
import type { Decision, DecisionReport } from './decision.ts';

const OPTIONS = { limits: DEFAULT_LIMITS };
const theirs = (text: string): string =>
  `<w:del w:id="7" w:author="B" w:date="2024-05-01T00:00:00Z">${gone(text)}</w:del>`;
const CONTENT =
  p(r('One ') + ins(r('first')) + r(' and ') + del('second')) +
  p(ins(r('Nested ') + theirs('inner')), markOf('ins')) +
  p(r('untouched'), '<w:keepNext  />') +
  moved('moveFrom', 'a') +
  p(moved('moveTo', 'a', 'm1', 901));

const document = docx(CONTENT);
const bodyOf = (data: Uint8Array): string =>
  /<w:body>([\s\S]*)<w:sectPr\/>/.exec(
    openPackage(data, nodeCodec, DEFAULT_LIMITS).text('word/document.xml'),
  )?.[1] ?? '';
const ids = listChanges(document, OPTIONS, nodeCodec).changes.map((c) => c.id);
const [first = '', second = '', outer = '', inner = '', move = ''] = ids;
const decided = (...decisions: Decision[]): { xml: string; report: DecisionReport } => {
  const result = decideChanges(document, decisions, OPTIONS, nodeCodec);
  return { xml: bodyOf(result.document), report: result.report };
};
const refusal = (...decisions: Decision[]): [string, readonly string[] | undefined] => {
  try {
    decided(...decisions);
  } catch (error) {
    if (error instanceof RedlineError) return [error.code, error.details.ids];
    throw error;
  }
  throw new Error('it was not refused');
};

describe('decisions', () => {
  test('by id leave everything else as it is', () => {
    const { xml, report } = decided({ verdict: 'accept', changes: { ids: [first] } });
    expect(xml).toBe(bodyOf(document).replace(/<w:ins [^>]*>(<w:r><w:t [^>]*>first.*?)<\/w:ins>/, '$1'));
    expect(report).toEqual({ accepted: [first], rejected: [], gone: [], left: 4 });
  });

  test('take along what stood in a change that goes', () => {
    const { xml, report } = decided({ verdict: 'reject', changes: { ids: [outer] } });
    expect(xml).not.toContain('inner');
    expect(report).toEqual({ accepted: [], rejected: [outer], gone: [inner], left: 3 });
  });

  test('decide both ends of a move', () => {
    const { xml } = decided({ verdict: 'accept', changes: { ids: [move] } });
    expect(xml).not.toContain('<w:move');
    expect(xml.match(/>a</g)).toHaveLength(1);
  });

  test('by filter, and by id before it', () => {
    const { report } = decided(
      { verdict: 'accept', changes: {} },
      { verdict: 'reject', changes: { ids: [second] } },
    );
    expect(report).toEqual({ accepted: [first, outer, inner, move], rejected: [second], gone: [], left: 0 });
  });

  test('that decide nothing give the same bytes', () => {
    expect(
      decideChanges(document, [{ verdict: 'accept', changes: { authors: ['Nobody'] } }], OPTIONS, nodeCodec),
    ).toEqual({
      document,
      report: { accepted: [], rejected: [], gone: [], left: 5 },
    });
  });

  test('keep the bytes of other parts', () => {
    const parts = { ...body(CONTENT), 'word/media/a.bin': 'x'.repeat(100) };
    const source = openPackage(docx(parts), nodeCodec, DEFAULT_LIMITS);
    const result = decideChanges(docx(parts), [{ verdict: 'reject', changes: {} }], OPTIONS, nodeCodec);
    const after = openPackage(result.document, nodeCodec, DEFAULT_LIMITS);
    for (const entry of source.entries.filter((e) => e.name !== 'word/document.xml'))
      expect(after.entries.find((e) => e.name === entry.name)?.stored).toEqual(entry.stored);
  });
});

describe('refusals', () => {
  const accept = (...wanted: string[]): Decision => ({ verdict: 'accept', changes: { ids: wanted } });
  const reject = (...wanted: string[]): Decision => ({ verdict: 'reject', changes: { ids: wanted } });
  const ROWS: readonly (readonly [what: string, decisions: Decision[], code: string, ids: string[]])[] = [
    ['ids that no change has', [accept(first, 'c0', 'c1')], 'changes/unknown-id', ['c0', 'c1']],
    [
      'both verdicts on an id',
      [accept(first, second), reject(second)],
      'changes/conflicting-decisions',
      [second],
    ],
    [
      'both verdicts by filters',
      [
        { verdict: 'accept', changes: { authors: ['B'] } },
        { verdict: 'reject', changes: { kinds: ['deletion'] } },
      ],
      'changes/conflicting-decisions',
      [inner],
    ],
  ];
  test.each(ROWS)('%s', (_, decisions, code, expected) => {
    expect(refusal(...decisions)).toEqual([code, expected]);
  });

  test('leave a review as it was', () => {
    const review = openReview(document, OPTIONS, nodeCodec);
    review.decide([accept(first)]);
    expect(() => review.decide([accept(second), reject(first)])).toThrow(RedlineError);
    review.decide([accept(first)]);
    expect(review.result().report).toEqual({ accepted: [first], rejected: [], gone: [], left: 4 });
  });
});

describe('a note whose reference goes', () => {
  const noted = docx(
    withNotes(p(r('One') + ins(noteRef(1)) + r(', two') + noteRef(2)), {
      1: p(ins(r('new'))),
      2: p(r('old')),
    }),
  );
  const notesAfter = (...decisions: Decision[]): { xml: string; report: DecisionReport } => {
    const result = decideChanges(noted, decisions, OPTIONS, nodeCodec);
    return {
      xml: openPackage(result.document, nodeCodec, DEFAULT_LIMITS).text('word/footnotes.xml'),
      report: result.report,
    };
  };

  test.each([
    ['stays where the reference stays', 'accept', true],
    ['goes with it', 'reject', false],
  ] as const)('%s', (_, verdict, stays) => {
    const { xml } = notesAfter({ verdict, changes: {} });
    expect([xml.includes('w:id="1"'), xml.includes('old')]).toEqual([stays, true]);
  });

  test('takes along what was not decided in it', () => {
    const [inText = '', inNote = ''] = listChanges(noted, OPTIONS, nodeCodec).changes.map((c) => c.id);
    const { xml, report } = notesAfter({ verdict: 'reject', changes: { ids: [inText] } });
    expect(xml).not.toContain('new');
    expect(report).toEqual({ accepted: [], rejected: [inText], gone: [inNote], left: 0 });
  });
});

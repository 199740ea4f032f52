import { describe, expect, test } from 'vitest';
import { change, del, docx, ins, p, r } from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import type { Change } from '../../revisions/index.ts';
import { reportCsv } from './csv.ts';
import { reportHtml } from './html.ts';
import { changeReport, placeOfClause, reportOf } from './model.ts';

const OPTIONS = {
  original: 'draft-1.docx',
  modified: 'draft-2.docx',
  date: '2026-03-31T12:00:00Z',
  limits: DEFAULT_LIMITS,
};
const place = { part: 'word/document.xml', paragraph: 0, paragraphId: null, offset: 0 };
const one = (more: Partial<Change>): Change => ({
  id: 'c1',
  kind: 'replacement',
  author: 'Ann',
  date: null,
  story: 'body',
  clause: '4.2',
  heading: 'Payment',
  before: 'ten',
  after: 'twelve',
  format: null,
  position: place,
  movedTo: null,
  revisions: ['w:del', 'w:ins'],
  within: null,
  ...more,
});
const KNOWN = {
  authors: ['Ann'],
  words: { original: 5, modified: 5, inserted: 1, deleted: 1, moved: 0 },
  clauses: { unchanged: 1, changed: 1, formatting: 0, inserted: 0, deleted: 0, moved: 0 },
};
const of = (...changes: Partial<Change>[]) => reportOf(changes.map(one), KNOWN, OPTIONS);

describe('a change report', () => {
  test('of a document: substance apart from formatting', () => {
    const document = docx(
      p(`${r('The fee is ')}${del('ten')}${ins(r('twelve'))}${r('.', `<w:b/>${change('rPr', '')}`)}`),
    );
    const report = changeReport(document, OPTIONS, nodeCodec);
    expect(report.counts).toMatchObject({ changes: 2, substance: 1, formatting: 1 });
    expect(report.substance[0]?.changes[0]).toMatchObject({
      before: 'ten',
      after: 'twelve',
      what: 'Replaced',
    });
    expect(report.formatting[0]?.changes[0]).toMatchObject({ kind: 'run-formatting' });
    expect(report.words).toMatchObject({ inserted: 1, deleted: 1 });
    expect(changeReport(document, OPTIONS, nodeCodec)).toEqual(report);
  });

  test('groups what stands in one clause', () => {
    const { substance } = of({}, { id: 'c2' }, { id: 'c3', clause: '4.3' }, { id: 'c4' });
    expect(substance.map(({ clause, changes }) => [clause, changes.length])).toEqual([
      ['4.2', 2],
      ['4.3', 1],
      ['4.2', 1],
    ]);
  });

  test.each([
    ['body', '4.2', 'Payment', '4.2 Payment'],
    ['body', '', '', 'Beginning'],
    ['footnote 3', '', '', 'Footnote 3'],
    ['footnote 3', '4.2', '', 'Footnote 3, 4.2'],
  ])('says where a change in %s %s stands', (story, clause, heading, expected) => {
    expect(placeOfClause({ story, clause, heading, changes: [] })).toBe(expected);
  });

  test('takes names that nobody can print for none', () => {
    expect(
      reportOf([], KNOWN, { original: '\u0000\u0007', modified: ' a\u0001b ', date: null }),
    ).toMatchObject({
      original: null,
      modified: 'ab',
    });
  });
});

describe('as CSV', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    [' =1', `"' =1"`],
    ['\t=1', `"'\t=1"`],
    ['\uff1d1', `"'\uff1d1"`],
    ['\uff0b1', `"'\uff0b1"`],
    ['\uff0d1', `"'\uff0d1"`],
    ['\uff20SUM(A1)', `"'\uff20SUM(A1)"`],
    ['\ufe661', `"'\ufe661"`],
    ['\u22121', `"'\u22121"`],
    ['\u00a0\u3000=1', `"'\u00a0\u3000=1"`],
    ['\u200b=1', `"'\u200b=1"`],
    ['\ufeff\u202e=1', `"'\ufeff\u202e=1"`],
    ['\rnext', `"'\rnext"`],
    ['\nnext', `"'\nnext"`],
    ['|calc', `"'|calc"`],
    ['"=1"', `"'""=1"""`],
    ['a "quoted", word', '"a ""quoted"", word"'],
    ['two\nlines', '"two\nlines"'],
    ['plain = text', '"plain = text"'],
  ])('%j is no formula', (before, expected) => {
    expect(reportCsv(of({ before }))).toContain(`,${expected},"twelve",`);
  });

  test('is a row a change, with names of the columns', () => {
    const csv = reportCsv(
      of({}, { id: 'c2', kind: 'numbering', format: { before: 'level 1', after: 'level 2' } }),
    );
    const rows = csv.split('\r\n');
    expect(rows).toHaveLength(4);
    expect(rows[0]).toBe(
      '"section","story","clause","heading","change","kind","author","date","before","after","format before","format after"',
    );
    expect(rows[2]).toMatch(/^"formatting",.*,"level 1","level 2"$/);
  });
});

describe('as a page', () => {
  const EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  test('nothing becomes active', () => {
    const html = reportHtml(
      reportOf(
        [one({ id: EVIL, author: EVIL, date: EVIL, clause: EVIL, heading: EVIL, before: EVIL, after: EVIL })],
        { ...KNOWN, authors: [EVIL] },
        { original: EVIL, modified: EVIL, date: EVIL },
      ),
    );
    expect(html).not.toMatch(/<(script|img|a|link|iframe)\b/);
    expect(html).not.toMatch(/ on\w+=(?![^<]*&)/);
    expect(html).toContain("default-src 'none'");
  });

  test('marks words, and only says formatting', () => {
    const html = reportHtml(
      of({}, { id: 'c2', kind: 'run-formatting', format: { before: 'bold', after: 'italic' } }),
    );
    expect(html).toContain('<td><del>ten</del></td><td><ins>twelve</ins></td>');
    expect(html).toContain('<td>bold</td><td>italic</td>');
  });

  test('says that nothing changed', () => {
    const html = reportHtml(reportOf([], { ...KNOWN, authors: [] }, OPTIONS));
    expect(html).toContain('The words are the same in both versions.');
    expect(html).toContain('Nothing changed but words.');
  });
});

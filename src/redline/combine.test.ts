import { describe, expect, test } from 'vitest';
import { bare } from '../../test/support/engine.ts';
import {
  cell,
  del,
  docx,
  ins,
  p,
  r,
  row,
  type Source,
  tag,
  tbl,
  withNotes,
} from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { combine } from './combine.ts';
import {
  type CombineOptions,
  type CombineReport,
  DEFAULT_LIMITS,
  listComments,
  RedlineError,
} from './index.ts';
import { openPackage } from './ooxml/index.ts';

const OPTIONS: CombineOptions = { policy: 'keep', date: '2024-06-01T00:00:00Z' };
const NAMES = ['Ann', 'Bo', 'Cy'];

function combined(base: Source, copies: readonly Source[], options: Partial<CombineOptions> = {}) {
  const given = copies.map((copy, i) => ({ document: docx(copy), reviewer: NAMES[i] ?? '' }));
  const all = { ...OPTIONS, ...options, limits: DEFAULT_LIMITS };
  const { document, report } = combine(docx(base), given, all, nodeCodec);
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  const named = pkg
    .text(pkg.main)
    .replace(/<w:(ins|del|\w+Change)\b[^<>]*w:author="(\w+)"[^<>]*>/g, (whole, name: string, who: string) =>
      whole.replace(`<w:${name}`, `<w:${name} by="${who}"`),
    );
  const xml = /<w:body>([\s\S]*?)(?:<w:sectPr\/>)?<\/w:body>/.exec(bare(named))?.[1] ?? '';
  return { document, report, xml };
}

const by = (who: string, markup: string): string =>
  bare(markup).replace(/<w:(ins|del|\w+Change)>/g, `<w:$1 by="${who}">`);
const marks = (xml: string): string => bare(xml);

type Row = readonly [what: string, base: string, copies: readonly string[], markup: string];
const ROWS: readonly Row[] = [
  [
    'each edits another word of one paragraph',
    p(r('The fee is ten pounds.')),
    [p(r('The fee is five pounds.')), p(r('The price is ten pounds.')), p(r('The fee is ten pounds net.'))],
    marks(p('#')).replace(
      '#',
      marks(r('The ')) +
        by('Bo', del('fee') + ins(r('price'))) +
        marks(r(' is ')) +
        by('Ann', del('ten') + ins(r('five'))) +
        marks(r(' pounds')) +
        by('Cy', ins(r(' net'))) +
        marks(r('.')),
    ),
  ],
  [
    'each edits another paragraph',
    p(r('One.')) + p(r('Two.')),
    [p(r('One more.')) + p(r('Two.')), p(r('One.')) + p(r('Two more.'))],
    marks(p('#') + p('%'))
      .replace('#', marks(r('One')) + by('Ann', ins(r(' more'))) + marks(r('.')))
      .replace('%', marks(r('Two')) + by('Bo', ins(r(' more'))) + marks(r('.'))),
  ],
  [
    'each edits another cell of one table',
    tbl(row(cell(p(r('A'))) + cell(p(r('B'))))) + p(''),
    [
      tbl(row(cell(p(r('A x'))) + cell(p(r('B'))))) + p(''),
      tbl(row(cell(p(r('A'))) + cell(p(r('B y'))))) + p(''),
    ],
    marks(tbl(row(cell(p('#')) + cell(p('%')))) + p(''))
      .replace('#', marks(r('A')) + by('Ann', ins(r(' x'))))
      .replace('%', marks(r('B')) + by('Bo', ins(r(' y')))),
  ],
];

describe('several reviewers', () => {
  test.each(ROWS.map((x) => [x[0], x] as const))('%s', (_, [, base, copies, markup]) => {
    const { xml, report } = combined(base, copies);
    expect(xml).toBe(markup);
    expect(report.conflicts).toEqual([]);
    expect(report.reviewers.map((x) => x.exact)).toEqual(copies.map(() => true));
  });

  test('of a tracked copy the marks are used, with their authors and dates', () => {
    const tracked = p(r('One ') + ins(r('new ')) + r('two.'));
    const { xml, report } = combined(p(r('One two.')), [p(r('One two!')), tracked]);
    expect(xml).toContain('<w:ins by="A">');
    expect(report.reviewers).toEqual([
      { reviewer: 'Ann', source: 'compared', authors: ['Ann'], exact: true },
      { reviewer: 'Bo', source: 'tracked', authors: ['A'], exact: true },
    ]);
  });

  test('notes and comments of each come along', () => {
    const note = (n: number): string => `<w:r><w:footnoteReference w:id="${n}"/></w:r>`;
    const base = withNotes(p(r('One')) + p(r('Two')), {});
    const a = withNotes(p(r('One') + note(1)) + p(r('Two')), { 1: p(r('First')) });
    const b = withNotes(p(r('One')) + p(r('Two') + note(1)), { 1: p(r('Second')) });
    const { document, report } = combined(base, [a, b]);
    const text = openPackage(document, nodeCodec, DEFAULT_LIMITS).text('word/footnotes.xml');
    expect([text.includes('First'), text.includes('Second')]).toEqual([true, true]);
    expect(report.reviewers.map((x) => x.exact)).toEqual([true, true]);
    expect(listComments(document, DEFAULT_LIMITS, nodeCodec)).toEqual([]);
  });
});

const BASE = p(r('The fee is ten pounds.'));
const FIVE = p(r('The fee is five pounds.'));
const SIX = p(r('The fee is six pounds.'));

describe('edits of one place', () => {
  const kinds = (report: CombineReport): string[] => report.conflicts.map((c) => c.kind);

  test('keep: all stand side by side', () => {
    const { xml, report } = combined(BASE, [FIVE, SIX]);
    expect(xml).toContain(by('Ann', ins(r('five'))) + by('Bo', ins(r('six'))));
    expect(kinds(report)).toEqual(['insertion', 'deletion']);
    expect(report.conflicts[0]).toMatchObject({
      part: 'word/document.xml',
      block: 0,
      authors: ['Ann', 'Bo'],
      reviewers: ['Ann', 'Bo'],
      leftOut: null,
    });
    expect(report.reviewers.map((x) => x.exact)).toEqual([true, null]);
  });

  test.each(['Ann', 'Bo'])('prefer: %s alone stands there', (prefer) => {
    const { xml, report } = combined(BASE, [FIVE, SIX], { policy: 'prefer', prefer: [prefer] });
    expect([xml.includes('five'), xml.includes('six')]).toEqual([prefer === 'Ann', prefer === 'Bo']);
    expect(report.conflicts[0]?.leftOut).toBe(prefer === 'Ann' ? 'Bo' : 'Ann');
  });

  test('structure that cannot be mixed stands side by side', () => {
    const split = p(r('The fee')) + p(r(' is ten pounds.'));
    const { xml, report } = combined(BASE, [split, SIX]);
    expect(kinds(report)).toEqual(['structure']);
    expect(xml).toContain('six');
  });

  test.each<[string, readonly string[], Partial<CombineOptions>, string]>([
    ['refuse', [FIVE, SIX], { policy: 'refuse' }, 'combine/conflict'],
    ['a tracked copy of something else', [p(r('x') + tag('ins', r('y')))], {}, 'combine/base-mismatch'],
    ['prefer without a name', [FIVE], { policy: 'prefer' }, 'options/invalid'],
    ['no copy', [], {}, 'options/invalid'],
  ])('refused: %s', (_, copies, options, code) => {
    const attempt = (): unknown => combined(BASE, copies, options);
    expect(attempt).toThrow(RedlineError);
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });

  test('a tracked copy of something else is compared where that is asked for', () => {
    const { report } = combined(BASE, [p(r('x') + tag('ins', r('y')))], { mismatch: 'compare' });
    expect(report.reviewers).toEqual([
      { reviewer: 'Ann', source: 'compared', authors: ['Ann'], exact: true },
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { buildDocx, documentXml, partXml } from '../../test/support/package.ts';
import {
  body,
  docx,
  noteRef,
  p,
  r,
  type Source,
  withHeader,
  withNotes,
} from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { compare, DEFAULT_LIMITS, type GivenOptions, RedlineError } from './index.ts';
import { openPackage } from './ooxml/index.ts';
import type { Report } from './report.ts';

const OPTIONS = {
  author: 'Ann & "Bo"',
  date: '2026-01-02T03:04:05Z',
  limits: DEFAULT_LIMITS,
};
const compared = (a: Source, b: Source, options: GivenOptions = {}): ReturnType<typeof compare> =>
  compare(docx(a), docx(b), { ...OPTIONS, ...options }, nodeCodec);
const refusal = (work: () => unknown): RedlineError => {
  try {
    work();
  } catch (error) {
    if (error instanceof RedlineError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

describe('the report', () => {
  test('says what was compared, how, and what came of it', () => {
    const { redline, report } = compared(p(r('a b')), p(r('a c')));
    const sha256 = nodeCodec.sha256;
    expect(report).toMatchObject({
      identical: false,
      counts: { insertions: 1, deletions: 1, moves: 0 },
      words: { inserted: 1, deleted: 1, moved: 0 },
      stories: [{ story: 'body', part: 'word/document.xml', rung: 'words', changes: 2 }],
      notCompared: [],
      budgets: [],
      verification: { exact: true, differences: [], faults: [] },
      sha256: {
        original: sha256(docx(p(r('a b')))),
        modified: sha256(docx(p(r('a c')))),
        redline: sha256(redline),
      },
    });
    expect(report.options).toMatchObject({ author: OPTIONS.author, date: OPTIONS.date });
    expect(report.stages.map((s) => s.name)).toEqual(['read', 'write', 'verify']);
    expect(report.stages.every((s) => s.ms >= 0)).toBe(true);
  });

  test('is the same twice but for its times', () => {
    const timeless = ({
      report: { stages: _, ...rest },
    }: ReturnType<typeof compare>): Omit<Report, 'stages'> => rest;
    const again = (): ReturnType<typeof compare> => compared(withHeader(p(r('a'))), withHeader(p(r('b'))));
    expect(timeless(again())).toEqual(timeless(again()));
    expect(Buffer.compare(again().redline, again().redline)).toBe(0);
  });

  test('counts every story', () => {
    const notes = (text: string): Source => withNotes(p(r(text) + noteRef(1)), { 1: p(r(text)) });
    const { report } = compared(notes('a'), notes('b'));
    expect(report.stories.map(({ story, changes }) => [story, changes])).toEqual([
      ['body', 2],
      ['footnotes', 2],
    ]);
    expect(report.verification.stories).toBeGreaterThanOrEqual(2);
  });

  test.each(['settings', 'theme', 'fontTable'])('lists %s that differ as not compared', (kind) => {
    const withPart = (value: string): Source => [
      { ...body(p(r('a'))), [`word/${kind}.xml`]: partXml(`w:${kind}`, `<w:x w:val="${value}"/>`) },
      kind === 'settings' ? [] : [['x1', kind, `${kind}.xml`]],
    ];
    const { report } = compared(withPart('1'), withPart('2'));
    expect(report.notCompared).toEqual([{ part: `word/${kind}.xml`, reason: expect.any(String) }]);
    expect(compared(withPart('1'), withPart('1')).report.notCompared).toEqual([]);
  });
});

describe('author and date', () => {
  const xml = (date: string | null): string => {
    const { redline } = compared(p(r('a')), p(r('b')), { date });
    return openPackage(redline, nodeCodec, DEFAULT_LIMITS).text('word/document.xml');
  };

  test('stand on every revision', () => {
    const stamps = xml(OPTIONS.date).match(/<w:(ins|del) [^>]*>/g) ?? [];
    expect(stamps).toHaveLength(2);
    for (const stamp of stamps)
      expect(stamp).toMatch(/w:id="\d+" w:author="Ann &amp; &#34;Bo&#34;" w:date="2026-01-02T03:04:05Z"/);
  });

  test('no date is written where none is given', () => {
    expect(xml(null)).toContain('w:author=');
    expect(xml(null)).not.toContain('w:date');
  });
});

describe('refusals', () => {
  const good = docx(p(r('a')));
  test.each<[string, Uint8Array, Uint8Array, string, string]>([
    ['an original that is no document', Buffer.from('%PDF'), good, 'document/not-a-package', 'original'],
    ['a modified that is empty', good, new Uint8Array(), 'document/empty', 'modified'],
    ['a modified that is damaged', good, good.subarray(0, 900), 'document/damaged-package', 'modified'],
    [
      'a part that is damaged and read late',
      good,
      buildDocx({ 'word/document.xml': documentXml(p('')), 'word/styles.xml': '<w:styles>' }),
      'document/damaged-part',
      'modified',
    ],
    ...(['styles', 'numbering', 'settings'] as const).flatMap(
      (kind): [string, Uint8Array, Uint8Array, string, string][] => {
        const broken = (more: string): Uint8Array =>
          buildDocx({ ...body(p(r(more))), [`word/${kind}.xml`]: `<w:${kind}><w:x></w:${kind}>` });
        return [
          [
            `${kind} that both have and that are damaged`,
            broken('a'),
            broken('b'),
            'document/damaged-part',
            'original',
          ],
          [
            `${kind} that the modified alone has`,
            docx(p(r('a'))),
            broken('b'),
            'document/damaged-part',
            'modified',
          ],
        ];
      },
    ),
    [
      'styles with something behind them',
      buildDocx({ ...body(p(r('a'))), 'word/styles.xml': '<w:styles/><w:styles/>' }),
      good,
      'document/damaged-part',
      'original',
    ],
  ])('%s', (_, a, b, code, input) => {
    const error = refusal(() => compare(a, b, OPTIONS, nodeCodec));
    expect([error.code, error.details.input]).toEqual([code, input]);
  });

  test('what cannot be expressed names its story', () => {
    // Content that is taken from another file on opening (§17.17.2.1): no tracked change speaks of it.
    const chunk = '<w:altChunk/>';
    const error = refusal(() => compared(p(r('a')), p(r('a')) + chunk + p(r('b'))));
    expect([error.code, error.details.story]).toEqual(['redline/not-exact', 'body']);
    expect(error.message).toContain('body');
    expect(refusal(() => compared(withHeader(p(r('a'))), withHeader(chunk + p(r('b'))))).details.story).toBe(
      'header 1 default',
    );
  });

  test('a limit that is passed says which', () => {
    const limits = { ...DEFAULT_LIMITS, xmlPartBytes: 10 };
    const error = refusal(() => compared(p(r('a')), p(r('b')), { limits }));
    expect([error.code, error.details.limit?.name]).toEqual(['limits/exceeded', 'xmlPartBytes']);
  });
});

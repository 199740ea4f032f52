import { describe, expect, test } from 'vitest';
import { bare } from '../../test/support/engine.ts';
import { MALFORMED } from '../../test/support/malformed.ts';
import { documentXml, partXml } from '../../test/support/package.ts';
import {
  body,
  del,
  docx,
  gone,
  ins,
  markOf,
  p,
  r,
  type Source,
  t,
  withNotes,
} from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { combine } from './combine.ts';
import { compare } from './compare.ts';
import {
  applyEdits,
  type Combined,
  type CombineOptions,
  DEFAULT_LIMITS,
  decideChanges,
  listChanges,
  RedlineError,
  verify,
} from './index.ts';
import { openPackage } from './ooxml/index.ts';

const NAMES = ['Ann', 'Bo', 'Cy', 'Dee', 'Eve'];
const DATE = '2024-06-01T00:00:00Z';
const OPTIONS = { policy: 'keep', date: DATE, limits: DEFAULT_LIMITS } as const;

const run = (
  base: Uint8Array,
  copies: readonly Uint8Array[],
  options: Partial<CombineOptions> = {},
): Combined =>
  combine(
    base,
    copies.map((document, i) => ({ document, reviewer: NAMES[i] ?? '' })),
    { ...OPTIONS, ...options },
    nodeCodec,
  );
const combined = (base: Source, copies: readonly Source[], options: Partial<CombineOptions> = {}): Combined =>
  run(
    docx(base),
    copies.map((copy) => docx(copy)),
    options,
  );
const text = (document: Uint8Array, part = 'word/document.xml'): string =>
  openPackage(document, nodeCodec, DEFAULT_LIMITS).text(part);
const redline = (base: Uint8Array, copy: Uint8Array, author: string): Uint8Array =>
  compare(base, copy, { author, date: DATE }, nodeCodec).redline;
/** With the changes by these authors accepted and all others rejected. */
const alone = (document: Uint8Array, authors: readonly string[]): Uint8Array => {
  const all = listChanges(document, { limits: DEFAULT_LIMITS }, nodeCodec).authors;
  const others = all.filter((a) => !authors.includes(a));
  if (others.length === 0) return document;
  const decisions = [{ verdict: 'reject', changes: { authors: others } }] as const;
  return decideChanges(document, decisions, { limits: DEFAULT_LIMITS }, nodeCodec).document;
};
const says = (document: Uint8Array, wanted: Uint8Array): boolean =>
  verify(document, wanted, document, nodeCodec, DEFAULT_LIMITS).differences.every(
    (d) => d.direction === 'reject',
  );

const BASE = p(r('The fee is ten pounds.')) + p(r('It is due now.')) + p(r('The end.'));
const FIVE = BASE.replace('ten', 'five');
const SIX = BASE.replace('ten', 'six');

describe('copies that say the same', () => {
  test('the same edit stands once, under the name of the first', () => {
    const { document, report } = combined(BASE, [FIVE, FIVE.replace('now', 'soon')]);
    expect(bare(text(document)).match(/five/g)).toHaveLength(1);
    expect(report.conflicts).toEqual([
      {
        part: 'word/document.xml',
        block: 0,
        kind: 'same',
        reviewers: ['Ann', 'Bo'],
        authors: ['Ann', 'Bo'],
        leftOut: null,
      },
    ]);
    expect(report.reviewers.map((x) => x.exact)).toEqual([true, null]);
  });

  test('the same edit beside another one in a paragraph', () => {
    const { document, report } = combined(BASE, [FIVE, FIVE.replace('fee', 'price')]);
    expect([text(document).match(/>five</g)?.length, text(document).match(/>price</g)?.length]).toEqual([
      1, 1,
    ]);
    expect(report.conflicts.map((c) => c.kind)).toEqual(['same']);
  });

  test('the same move by both is one move', () => {
    const words = (n: number): string =>
      Array.from({ length: 9 }, (_, i) => `word${n}${String.fromCharCode(97 + i)}`).join(' ');
    const [first = '', ...rest] = [0, 1, 2, 3].map(words);
    const copy = (list: readonly string[]): Uint8Array => docx(list.map((line) => p(r(line))).join(''));
    const after = copy([...rest.slice(0, 2), first, ...rest.slice(2)]);
    const { document, report } = run(copy([first, ...rest]), [after, after]);
    expect(report.conflicts.map((c) => c.kind)).toEqual(['same', 'same']);
    expect([report.movesDissolved, text(document).match(/<w:moveToRangeStart /g)?.length]).toEqual([
      false,
      1,
    ]);
  });

  test('it is not refused', () => {
    expect(combined(BASE, [FIVE, FIVE], { policy: 'refuse' }).report.conflicts).toMatchObject([
      { kind: 'same' },
    ]);
  });

  test.each([
    ['elsewhere', 'now', 'soon'],
    ['in what the first put in', 'five', 'fifty'],
  ])('whoever goes on from a tracked copy, %s, has its marks but not a second time', (_, quote, by) => {
    const [base, first] = [docx(BASE), docx(FIVE)];
    const ann = redline(base, first, 'Ann');
    const edits = [{ op: 'replace', at: { quote }, with: by }] as const;
    const bo = applyEdits(
      ann,
      edits,
      { author: 'Bo', date: DATE, limits: DEFAULT_LIMITS },
      nodeCodec,
    ).document;
    const { document, report } = run(base, [ann, bo]);
    expect(text(document).match(/>five</g)).toHaveLength(1);
    expect(report.conflicts).toEqual([]);
    expect(report.reviewers).toMatchObject([
      { source: 'tracked', authors: ['Ann'], exact: true },
      { source: 'tracked', authors: ['Ann', 'Bo'], exact: true },
    ]);
    const second = docx(FIVE.replace(quote, by));
    expect([says(alone(document, ['Ann']), first), says(document, second)]).toEqual([true, true]);
  });

  test.each([
    ['the base itself', BASE, BASE],
    [
      'the base in another file',
      BASE,
      p(`<w:r>${t('The fee ')}</w:r><w:r>${t('is ten pounds.')}</w:r>`) +
        p(r('It is due now.')) +
        p(r('The end.')),
    ],
  ])('a copy that is %s adds nothing', (_, base, copy) => {
    const { document, report } = combined(base, [FIVE, copy, copy]);
    expect(report.conflicts).toEqual([]);
    expect(report.reviewers.map((x) => [x.authors.length, x.exact])).toEqual([
      [1, true],
      [0, true],
      [0, true],
    ]);
    expect(says(document, docx(FIVE))).toBe(true);
  });

  test('a base with changes, and a copy that is the base', () => {
    const base = docx(p(r('One ') + ins(r('new ')) + r('two.')) + p(r('x')));
    const { document, report } = run(base, [base, docx(p(r('One new three.')) + p(r('x')))]);
    expect(report.reviewers.map((x) => [x.source, x.exact])).toEqual([
      ['compared', true],
      ['compared', true],
    ]);
    expect(listChanges(document, { limits: DEFAULT_LIMITS }, nodeCodec).authors).toEqual(['Bo']);
  });
});

describe('whose marks they are', () => {
  test('one author in two copies: nothing is mixed up, and names are not said to be enough', () => {
    const base = docx(BASE);
    const [a, b] = [
      redline(base, docx(FIVE), 'Author'),
      redline(base, docx(BASE.replace('now', 'soon')), 'Author'),
    ];
    const { report } = run(base, [a, b]);
    expect(report.conflicts).toEqual([]);
    expect(report.reviewers).toMatchObject([
      { authors: ['Author'], exact: null },
      { authors: ['Author'], exact: null },
    ]);
  });

  test('two clean copies cannot be of one reviewer', () => {
    const copy = { document: docx(FIVE), reviewer: 'Ann' };
    const attempt = (): unknown => combine(docx(BASE), [copy, copy], OPTIONS, nodeCodec);
    expect(attempt).toThrow(expect.objectContaining({ code: 'options/invalid' }));
  });

  test('a tracked copy of something else names the copy', () => {
    const stranger = p(r('Nothing of that ') + ins(r('sort')));
    const attempt = (): unknown => combined(BASE, [FIVE, stranger]);
    expect(attempt).toThrow(RedlineError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'combine/base-mismatch', details: { copy: 1 } }));
    const { report } = combined(BASE, [FIVE, stranger], { mismatch: 'compare' });
    expect(report.reviewers[1]).toMatchObject({ source: 'compared', authors: ['Bo'] });
  });
});

describe('an order of reviewers', () => {
  test.each([
    [['Cy', 'Bo'], 'seven', ['Ann', 'Bo']],
    [['Bo'], 'six', ['Ann', 'Cy']],
    [['Ann', 'Bo', 'Cy'], 'five', ['Bo', 'Cy']],
  ])('%j: whoever comes first stands', (prefer, stands, leftOut) => {
    const copies = [FIVE, SIX.replace('now', 'soon'), BASE.replace('ten', 'seven')];
    const { document, report } = combined(BASE, copies, { policy: 'prefer', prefer });
    const words = ['five', 'six', 'seven'].filter((word) => text(document).includes(`>${word}<`));
    expect(words).toEqual([stands]);
    expect(text(document)).toContain('>soon<');
    expect(report.conflicts.map((c) => c.leftOut).sort()).toEqual(leftOut);
  });
});

describe('what only one copy has', () => {
  /** With the rest of the base, and a header of words where there are some. */
  const headed = (words: string, name = 'header1'): Source =>
    words === ''
      ? body(BASE)
      : {
          'word/document.xml': documentXml(
            `${BASE}<w:sectPr><w:headerReference w:type="default" r:id="${name}"/></w:sectPr>`,
          ),
          [`word/${name}.xml`]: partXml('w:hdr', p(r(words))),
        };

  test('a header of a later copy comes along, empty for everybody else', () => {
    const { document, report } = combined(headed(''), [FIVE, headed('Secret')]);
    expect(report.conflicts).toEqual([]);
    expect(report.reviewers.map((x) => x.exact)).toEqual([true, true]);
    expect(says(alone(document, ['Bo']), docx(headed('Secret')))).toBe(true);
    expect(says(alone(document, ['Ann']), docx(FIVE))).toBe(true);
  });

  test('both bring a header: both stand in it', () => {
    const { document, report } = combined(headed(''), [headed('Draft'), headed('Secret', 'header2')]);
    expect(report.reviewers.map((x) => x.exact)).not.toContain(false);
    expect(says(alone(document, ['Ann']), docx(headed('Draft')))).toBe(true);
  });

  test('bookmarks, and notes of the same id', () => {
    const note = '<w:r><w:footnoteReference w:id="1"/></w:r>';
    const marked = '<w:bookmarkStart w:id="4" w:name="there"/><w:bookmarkEnd w:id="4"/>';
    const { document, report } = run(docx(withNotes(BASE, {})), [
      docx(
        withNotes(p(r('The fee is ten pounds.') + note) + BASE.slice(p(r('The fee is ten pounds.')).length), {
          1: p(r('First')),
        }),
      ),
      docx(
        withNotes(
          `${marked}${BASE.replace('now.', 'now.</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t>')}`,
          { 1: p(r('Second')) },
        ),
      ),
    ]);
    expect(report.reviewers.map((x) => x.exact)).toEqual([true, true]);
    expect(text(document)).toContain('w:name="there"');
    const notes = text(document, 'word/footnotes.xml');
    expect([notes.includes('First'), notes.includes('Second')]).toEqual([true, true]);
  });
});

describe('what does not fit together', () => {
  const char = (type: string): string => `<w:r><w:fldChar w:fldCharType="${type}"/></w:r>`;
  const code = '<w:r><w:instrText xml:space="preserve"> TOC </w:instrText></w:r>';
  const toc =
    p(char('begin') + code + char('separate') + r('One')) + p(r('Two')) + p(r('Three') + char('end'));

  test('a field over several paragraphs of which reviewers delete different ones', () => {
    const base = docx(toc + p(r('Text')));
    const ann = docx(p(r('Text')));
    const bo = docx(toc.replace(p(r('Two')), '') + p(r('Text here')));
    const { document, report } = run(base, [ann, bo]);
    expect(report.verification.exact).toBe(true);
    expect(says(alone(document, ['Ann']), ann)).toBe(true);
  });

  test('a move of which one place is in conflict is marked as a deletion and an insertion', () => {
    const words = (n: number): string =>
      Array.from({ length: 9 }, (_, i) => `word${n}${String.fromCharCode(97 + i)}`).join(' ');
    const base = [0, 1, 2, 3, 4].map(words);
    const copy = (list: readonly string[]): Uint8Array => docx(list.map((line) => p(r(line))).join(''));
    const [first = '', ...rest] = base;
    const { report, document } = run(
      copy(base),
      [
        copy([...rest.slice(0, 3), first, ...rest.slice(3)]),
        copy([first.replace('word0c', 'other'), ...rest]),
      ],
      { policy: 'prefer', prefer: ['Bo'] },
    );
    expect(report.movesDissolved).toBe(true);
    expect(text(document)).not.toContain('<w:move');
  });

  test('structure that is in conflict keeps tables and formatting', () => {
    const split =
      p(r('The fee')) + p(r(' is ten pounds.')) + BASE.slice(p(r('The fee is ten pounds.')).length);
    const bold = BASE.replace('<w:r>', '<w:r><w:rPr><w:b/></w:rPr>');
    const { document, report } = combined(BASE, [split, bold]);
    expect(report.conflicts).toMatchObject([{ kind: 'structure', reviewers: ['Ann', 'Bo'], leftOut: null }]);
    expect(text(document)).toMatch(/<w:ins [^>]*w:author="Bo"[^>]*><w:r><w:rPr><w:b\/>/);
  });
});

describe('marks of others are not touched', () => {
  test('nested marks of several authors in a tracked copy', () => {
    const tracked =
      p(
        `${r('The fee is ') + del('ten')}<w:ins w:id="900" w:author="X" w:date="${DATE}">${r('fi')}<w:del w:id="901" w:author="Y" w:date="${DATE}">${gone('ft')}</w:del>${r('ve')}</w:ins>${r(' pounds.')}`,
      ) + BASE.slice(p(r('The fee is ten pounds.')).length);
    const { document, report } = combined(BASE, [tracked, BASE.replace('pounds', 'euros')]);
    expect(report.reviewers).toMatchObject([
      { source: 'tracked', authors: ['A', 'X', 'Y'], exact: true },
      { exact: true },
    ]);
    expect(text(document)).toContain('w:author="Y"');
  });

  test('an inserted paragraph mark', () => {
    const tracked = p(ins(r('New one.')), markOf('ins')) + BASE;
    const { report } = combined(BASE, [FIVE, tracked]);
    expect(report.reviewers.map((x) => x.exact)).toEqual([true, true]);
  });
});

describe('copies that no editor should write', () => {
  const settled = (document: Uint8Array): Uint8Array =>
    decideChanges(document, [{ verdict: 'reject', changes: {} }], { limits: DEFAULT_LIMITS }, nodeCodec)
      .document;

  test.each(MALFORMED)('%s', (_, content) => {
    const copy = docx(content);
    const base = settled(copy);
    const options = { mismatch: 'compare' } as const;
    for (const copies of [
      [copy, base],
      [base, copy],
      [copy, copy],
    ]) {
      const { report } = run(base, copies, options);
      expect(report.verification.differences).toEqual([]);
      // Half a range around a control cannot be carried over: then what the copy says stands beside.
      const others = report.conflicts.filter((c) => c.kind !== 'same' && c.kind !== 'structure');
      expect(others).toEqual([]);
      if (!content.includes('customXml'))
        expect(report.conflicts.filter((c) => c.kind === 'structure')).toEqual([]);
    }
  });

  test('thousands of changes', () => {
    const many = (mark: (i: number) => string): Uint8Array =>
      docx(
        Array.from({ length: 1500 }, (_, i) => p(r(`Item ${i} of the `) + mark(i) + r('agreement.'))).join(
          '',
        ),
      );
    const { report } = run(
      many(() => ''),
      [many((i) => ins(r(`new ${i} `))), many((i) => (i % 2 ? ins(r('or ')) : ''))],
    );
    expect(report.conflicts).toHaveLength(750);
    expect(report.reviewers.map((x) => x.source)).toEqual(['tracked', 'tracked']);
  });
});

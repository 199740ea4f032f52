import { describe, expect, test } from 'vitest';
import { bare, changes, redlineOf, redlineTable, sameTable } from '../../../test/support/engine.ts';
import { type Parts, partXml } from '../../../test/support/package.ts';
import {
  body,
  bookmark,
  cell,
  change,
  del,
  ins,
  noteRef,
  p,
  r,
  row,
  tbl,
  withHeader,
  withNotes,
} from '../../../test/support/redlines.ts';

const FOX = 'The quick brown fox jumps over the lazy dog';
const DUE = 'Payment is due within thirty days of the invoice';
const NOTES = 'word/footnotes.xml';
const one = (text: string): Parts => withNotes(p(r('x') + noteRef(2)), { 2: p(r(text)) });
const reference = (id: number): string => `<w:r><w:footnoteReference w:id="${id}"/></w:r>`;

describe('footnotes', () => {
  test('the words of a note change: the reference stays', () => {
    const { xml, part, report } = redlineOf(one('a note'), one('a point'));
    expect(xml).toBe(bare(p(r('x') + reference(2))));
    expect(part(NOTES)).toContain(bare(p(r('a ') + del('note') + ins(r('point')))));
    expect(changes(report)).toEqual({ insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 });
  });

  test.each<[string, Parts]>([
    ['a notes part without this note', withNotes(p(r('x')), {})],
    ['no notes part', body(p(r('x')))],
  ])('a note comes where there was %s', (_, without) => {
    const { xml, part } = redlineOf(without, one('a note'));
    expect(xml).toBe(bare(p(r('x') + ins(reference(1)))));
    expect(part(NOTES)).toContain(bare(`<w:footnote w:id="1">${p(ins(r('a note')))}</w:footnote>`));
  });

  test('a note goes: its words are deleted, its last mark stays', () => {
    const { xml, part } = redlineOf(one('a note'), body(p(r('x'))));
    expect(xml).toBe(bare(p(`${r('x')}<w:del>${reference(2)}</w:del>`)));
    expect(part(NOTES)).toContain(bare(`<w:footnote w:id="2">${p(del('a note'))}</w:footnote>`));
  });

  test('a note gets a paragraph', () => {
    const more = withNotes(p(r('x') + noteRef(2)), { 2: p(r('a note')) + p(r('more')) });
    expect(redlineOf(one('a note'), more).report.counts).toMatchObject({ insertions: 1 });
  });

  test('a note without a paragraph goes and comes', () => {
    redlineOf(withNotes(p(noteRef(1) + r(FOX)), { 1: '' }), withNotes(p(noteRef(1) + r('One')), { 1: '' }));
  });

  test('two notes change places', () => {
    const order = (first: string, second: string): Parts =>
      withNotes(p(r('x') + noteRef(1) + r(' y') + noteRef(2)), { 1: p(r(first)), 2: p(r(second)) });
    redlineOf(order('one', 'two'), order('two', 'one'));
  });

  test.each<[string, readonly string[], readonly string[], string]>([
    [
      'in front of an old one',
      [FOX],
      ['Something else', `${FOX} now`],
      `${ins(reference(1))}${reference(2)}`,
    ],
    [
      'between two',
      [FOX, DUE],
      [FOX, 'Something else', DUE],
      `${reference(1)}${ins(reference(2))}${reference(3)}`,
    ],
    ['the only one is another', [FOX], [DUE], reference(1)],
  ])('a new note %s: the others stay with what they said', (_, before, after, expected) => {
    const of = (texts: readonly string[]): Parts => {
      const notes = Object.fromEntries(texts.map((text, i) => [i + 1, p(r(text))]));
      return withNotes(p(r('x') + texts.map((_text, i) => noteRef(i + 1)).join('')), notes);
    };
    const { xml } = redlineOf(of(before), of(after));
    expect(xml).toBe(bare(p(r('x') + expected)));
    redlineOf(of(after), of(before));
  });

  test('a new note in a link, in front of an old one', () => {
    const of = (texts: readonly string[]): Parts => {
      const notes = Object.fromEntries(texts.map((text, i) => [i + 1, p(r(text))]));
      const references = texts.map((_text, i) => noteRef(i + 1)).join('');
      return withNotes(p(`${r('x')}<w:hyperlink w:anchor="y">${r('z')}${references}</w:hyperlink>`), notes);
    };
    const { report } = redlineOf(of([FOX]), of([DUE, FOX]));
    // The reference and the note.
    expect(changes(report)).toMatchObject({ insertions: 2, wordsInserted: 9 });
  });

  test('a note in a row that goes, and one that stays', () => {
    const table = (rows: readonly number[]): Parts =>
      withNotes(tbl(rows.map((n) => row(cell(p(r(`${FOX} ${n}`) + noteRef(n))))).join('')) + p(''), {
        1: p(r('one')),
        2: p(r('two')),
      });
    redlineOf(table([1, 2]), table([2]));
  });

  test('a note refers to a note', () => {
    const nested = (text: string): Parts =>
      withNotes(p(r('x') + noteRef(1)), { 1: p(r('see') + noteRef(2)), 2: p(r(text)) });
    redlineOf(nested('a'), nested('b'));
  });

  sameTable([
    [
      'notes with other ids',
      withNotes(p(r('x') + noteRef(2)), { 2: p(r('a')) }),
      withNotes(p(r('x') + noteRef(5)), { 5: p(r('a')) }),
    ],
    ['a note that nothing refers to', withNotes(p(r('x')), { 2: p(r('a')) }), body(p(r('x')))],
  ]);
});

test('endnotes follow the same rules', () => {
  const end = (text: string): Parts => ({
    ...body(p(`${r('x')}<w:r><w:endnoteReference w:id="2"/></w:r>`)),
    'word/endnotes.xml': partXml('w:endnotes', `<w:endnote w:id="2">${p(r(text))}</w:endnote>`),
  });
  expect(redlineOf(end('a'), end('b')).part('word/endnotes.xml')).toContain(bare(p(del('a') + ins(r('b')))));
  redlineOf(end('a'), body(p(r('x'))));
});

const BOOKMARKED: Parameters<typeof redlineTable>[0] = [
  [
    'a bookmark moves: the one of the original stays',
    p(bookmark('x', r('a')) + r(' b')),
    p(r('a ') + bookmark('x', r('c'))),
    p(bookmark('x', r('a')) + r(' ') + del('b') + ins(r('c'))),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'a bookmark of the original survives in deleted text',
    p(bookmark('x', r(FOX))) + p(r(DUE)),
    p(r(DUE)),
    p(
      `<w:bookmarkStart w:id="1" w:name="x"/>${del(FOX)}<w:bookmarkEnd w:id="1"/>`,
      '<w:rPr><w:del w:author=""/></w:rPr>',
    ) + p(r(DUE)),
    { deletions: 1, wordsDeleted: 9 },
  ],
];

describe('bookmarks', () => {
  redlineTable(BOOKMARKED);

  sameTable([
    [
      'a bookmark around runs that are split',
      p(bookmark('x', r('ab'))),
      p(bookmark('x', r('a') + r('b'), 5)),
    ],
    [
      'a bookmark that is set elsewhere',
      p(bookmark('x', r('a')) + r(' b')),
      p(r('a ') + bookmark('x', r('b'))),
    ],
  ]);

  const names = (xml: string): string[] =>
    Array.from(xml.matchAll(/<w:bookmarkStart [^>]*w:name="(\w+)"/g), (m) => m[1] ?? '');

  test.each<[string, string, string, string[]]>([
    ['is renamed: both are there', p(bookmark('x', r('a'))), p(bookmark('y', r('a'))), ['x', 'y']],
    [
      'differs by case alone: it is one',
      p(bookmark('Term', r('a'))),
      p(bookmark('term', r('a b'))),
      ['Term'],
    ],
    ['comes', p(r('a')), p(bookmark('y', r('a'))), ['y']],
    [
      'lies in a row that goes, and elsewhere on the other side',
      tbl(row(cell(p(bookmark('x', r(FOX))))) + row(cell(p(r(DUE))))) + p(r('end')),
      tbl(row(cell(p(r(DUE))))) + p(bookmark('x', r('end'))),
      ['x'],
    ],
    [
      'spans paragraphs of which one goes',
      `${p(`<w:bookmarkStart w:id="7" w:name="x"/>${r(FOX)}`)}${p(`${r(DUE)}<w:bookmarkEnd w:id="7"/>`)}${p(r('end'))}`,
      p(r(FOX)) + p(r('end')),
      ['x'],
    ],
    [
      'stands between paragraphs',
      `${p(r(FOX))}<w:bookmarkStart w:id="7" w:name="x"/><w:bookmarkEnd w:id="7"/>${p(r(DUE))}`,
      `<w:bookmarkStart w:id="7" w:name="y"/><w:bookmarkEnd w:id="7"/>${p(r(FOX))}${p(r('end'))}`,
      ['x', 'y'],
    ],
  ])('a bookmark %s', (_, a, b, expected) => {
    expect(names(redlineOf(a, b).xml).sort()).toEqual(expected);
  });
});

const comment = (id: number, text: string, author = 'Ann', paraId = `0000000${id}`): string =>
  `<w:comment w:id="${id}" w:author="${author}" w:date="2024-01-01T00:00:00Z"><w:p w14:paraId="${paraId}">${r(text)}</w:p></w:comment>`;
const on = (id: number, text: string): string =>
  `<w:commentRangeStart w:id="${id}"/>${r(text)}<w:commentRangeEnd w:id="${id}"/><w:r><w:commentReference w:id="${id}"/></w:r>`;
const referenceTo = (id: number): string => `<w:r><w:commentReference w:id="${id}"/></w:r>`;
const CENTRED = '<w:jc w:val="center"/>';
const commented = (content: string, comments: string, more: Parts = {}): Parts => ({
  ...body(content),
  'word/comments.xml': partXml('w:comments', comments),
  ...more,
});

describe('comments', () => {
  const count = (xml: string): number => xml.match(/<w:comment /g)?.length ?? 0;

  test('those of both sides are in the result, each with its range', () => {
    const { xml, part } = redlineOf(
      commented(p(on(0, 'a') + r(' b')), comment(0, 'first')),
      commented(p(r('a ') + on(0, 'b')), comment(0, 'second', 'Bob')),
    );
    expect(count(part('word/comments.xml'))).toBe(2);
    const ids = Array.from(xml.matchAll(/<w:commentReference w:id="(\d+)"/g), (m) => m[1]);
    expect(new Set(ids).size).toBe(2);
  });

  test('one that both sides have is there once', () => {
    const { part } = redlineOf(
      commented(p(on(0, 'a b')), comment(0, 'first')),
      commented(p(on(3, 'a c')), comment(3, 'first', 'Ann', '00000000')),
    );
    expect(count(part('word/comments.xml'))).toBe(1);
  });

  redlineTable([
    [
      'one that both sides have stays where its words are replaced',
      commented(p(r('a ') + on(0, 'b')), comment(0, 'first')),
      commented(p(r('a ') + on(0, 'c')), comment(0, 'first')),
      p(
        `${r('a ')}<w:commentRangeStart w:id="0"/>${del('b')}<w:commentRangeEnd w:id="0"/>${referenceTo(0)}${ins(r('c'))}`,
      ),
      { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
    ],
    [
      'one whose words go stays where they were',
      commented(p(r('a ') + on(0, 'b')), comment(0, 'first')),
      p(r('a ')),
      p(`${r('a ')}<w:commentRangeStart w:id="0"/>${del('b')}<w:commentRangeEnd w:id="0"/>${referenceTo(0)}`),
      { deletions: 1, wordsDeleted: 1 },
    ],
    [
      'one that goes alone stays: a comment is no change',
      commented(p(on(0, 'a')), comment(0, 'first')),
      p(r('a'), CENTRED),
      p(on(0, 'a'), `${CENTRED}${change('pPr', '')}`),
      { paragraphFormatting: 1 },
    ],
  ]);

  test('one that only the modified side has comes where there was no comment', () => {
    const { part } = redlineOf(p(r('a')), commented(p(on(0, 'a')), comment(0, 'first')));
    expect(count(part('word/comments.xml'))).toBe(1);
  });

  test('a reply keeps its parent, a resolved one stays so', () => {
    const w15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"';
    const extended = `<w15:commentsEx ${w15}><w15:commentEx w15:paraId="00000000" w15:done="1"/><w15:commentEx w15:paraId="00000001" w15:paraIdParent="00000000" w15:done="0"/></w15:commentsEx>`;
    const parts = commented(p(on(0, 'a') + on(1, 'b')), comment(0, 'first') + comment(1, 'reply'), {
      'word/commentsExtended.xml': extended,
    });
    const { part, names } = redlineOf(p(r('a')), [
      parts,
      [['c1', 'commentsExtended', 'commentsExtended.xml']],
    ]);
    const name = names.find((n) => n.includes('commentsExtended')) ?? '';
    expect(part(name)).toContain('w15:paraIdParent="00000000"');
  });
});

describe('a bookmark that vanishes with what holds it', () => {
  const word = bookmark('x', r('Term'));
  const named = (part: (name: string) => string, parts: readonly string[]): number =>
    parts.flatMap((name) => part(name).match(/<w:bookmarkStart[^>]* w:name="x"/g) ?? []).length;

  test('a bookmark goes with a header, and stands elsewhere on the other side', () => {
    const { part, names } = redlineOf(withHeader(p(word)), body(p(word) + p(r('a'))));
    expect(
      named(
        part,
        names.filter((n) => /document|header/.test(n) && !/rels/.test(n)),
      ),
    ).toBe(1);
  });

  test('a bookmark comes with a header, and stands elsewhere on the other side', () => {
    const { part, names } = redlineOf(body(p(word) + p(r('a'))), withHeader(p(word)));
    expect(
      named(
        part,
        names.filter((n) => /document|header/.test(n) && !/rels/.test(n)),
      ),
    ).toBe(1);
  });

  test('a bookmark goes with a note, and stands elsewhere on the other side', () => {
    const { part } = redlineOf(
      withNotes(p(r('a') + noteRef(2)), { 2: p(word) }),
      withNotes(p(word) + p(r('a')), {}),
    );
    expect(named(part, ['word/document.xml', NOTES])).toBe(1);
  });
});

test('a note that refers to itself comes once', () => {
  const { part } = redlineOf(
    withNotes(p(r('a')), {}),
    withNotes(p(r('a') + noteRef(5)), { 5: p(noteRef(5) + r('said')) }),
  );
  expect(part(NOTES).match(/<w:footnote /g)).toHaveLength(1);
});

test('where a note comes, all stand and are numbered in the order of their references', () => {
  const before = withNotes(p(r('a') + noteRef(7)) + p(r('b') + noteRef(4)), { 7: p(r('A')), 4: p(r('B')) });
  const after = withNotes(p(r('new') + noteRef(9)) + p(r('a') + noteRef(7)) + p(r('b') + noteRef(4)), {
    7: p(r('A')),
    4: p(r('B')),
    9: p(r('N')),
  });
  const { xml, part } = redlineOf(before, after);
  const ids = (text: string, name: string): string[] =>
    Array.from(text.matchAll(new RegExp(`<w:${name} w:id="(\\d+)"`, 'g')), (m) => m[1] ?? '');
  expect(ids(xml, 'footnoteReference')).toEqual(['1', '2', '3']);
  expect(ids(part(NOTES), 'footnote')).toEqual(['1', '2', '3']);
});

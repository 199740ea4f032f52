import { describe, expect, test } from 'vitest';
import { redlineOf } from '../../../test/support/engine.ts';
import { partXml } from '../../../test/support/package.ts';
import { body, type Links, p, r, type Source } from '../../../test/support/redlines.ts';

const WORDS = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"';
const LINKS: Links = [['ex', 'commentsExtended', 'commentsExtended.xml']];

/** A comment's id, its paragraph's name, its words, the paragraph that it answers and whether it is resolved. */
type Comment = readonly [
  id: number,
  paragraph: string,
  words: string,
  above?: string | undefined,
  done?: boolean,
];

function commented(words: string, comments: readonly Comment[]): Source {
  const marks = comments.map(
    ([id]) =>
      `<w:commentRangeStart w:id="${id}"/><w:commentRangeEnd w:id="${id}"/><w:r><w:commentReference w:id="${id}"/></w:r>`,
  );
  const texts = comments.map(
    ([id, paragraph, said]) =>
      `<w:comment w:id="${id}" w:author="Ann"><w:p w14:paraId="${paragraph}">${r(said)}</w:p></w:comment>`,
  );
  const threads = comments.map(
    ([, paragraph, , above, done]) =>
      `<w15:commentEx w15:paraId="${paragraph}"${above ? ` w15:paraIdParent="${above}"` : ''} w15:done="${done ? 1 : 0}"/>`,
  );
  const parts = {
    ...body(p(marks.join('') + r(words))),
    'word/comments.xml': partXml('w:comments', texts.join('')),
    'word/commentsExtended.xml': `<w15:commentsEx ${WORDS}>${threads.join('')}</w15:commentsEx>`,
  };
  return [parts, LINKS];
}

const A = '10000001';
const B = '10000002';
const entriesOf = (part: string): string[] => part.match(/<w15:commentEx\b[^>]*>/g) ?? [];
const THREADS = 'word/commentsExtended.xml';

describe('threads of comments', () => {
  test('an answer goes to the comment of both documents, whatever its paragraph is called', () => {
    const { part } = redlineOf(
      commented('x', [[0, A, 'Why?']]),
      commented('x', [
        [0, B, 'Why?'],
        [1, '10000003', 'Because.', B],
      ]),
    );
    expect(entriesOf(part(THREADS))).toEqual([
      `<w15:commentEx w15:paraId="${A}" w15:done="0"/>`,
      `<w15:commentEx w15:paraId="10000003" w15:paraIdParent="${A}" w15:done="0"/>`,
    ]);
  });

  test('a comment that was edited gets paragraphs of its own, and what is said of it with them', () => {
    const { part } = redlineOf(
      commented('x', [[0, A, 'Why?']]),
      commented('x', [[0, A, 'Why not?', undefined, true]]),
    );
    const named = part('word/comments.xml').match(/w14:paraId="[^"]*"/g) ?? [];
    expect(new Set(named).size).toBe(2);
    expect(entriesOf(part(THREADS))).toEqual([
      `<w15:commentEx w15:paraId="${A}" w15:done="0"/>`,
      '<w15:commentEx w15:paraId="7FFFFFFF" w15:done="1"/>',
    ]);
  });

  test.each<[string, readonly Comment[], readonly Comment[], boolean]>([
    ['the same', [[0, A, 'Why?']], [[0, B, 'Why?']], false],
    ['resolved in one', [[0, A, 'Why?']], [[0, A, 'Why?', undefined, true]], true],
    [
      'an answer in one',
      [
        [0, A, 'Why?'],
        [1, B, 'So?'],
      ],
      [
        [0, A, 'Why?'],
        [1, B, 'So?', A],
      ],
      true,
    ],
  ])('%s is reported: %s', (_, a, b, said) => {
    const { report } = redlineOf(commented('x', a), commented('y', b));
    expect(report.notCompared.some((n) => n.part === THREADS)).toBe(said);
  });
});

test('data that controls are bound to is reported where it differs', () => {
  const bound = (data: string): Source => [
    { ...body(p(r('x'))), 'customXml/item1.xml': data },
    [['data', 'customXml', '/customXml/item1.xml']],
  ];
  const said = (a: string, b: string): string[] =>
    redlineOf(bound(a), bound(b)).report.notCompared.map((n) => n.part);
  expect(said('<city>Oslo</city>', '<city>Oslo</city>')).toEqual([]);
  expect(said('<city>Oslo</city>', '<city>Bergen</city>')).toEqual(['customXml/item1.xml']);
});

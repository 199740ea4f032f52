import { describe, expect, test } from 'vitest';
import { differences } from '../office/differences.ts';
import { type Stories, wordsOf } from '../office/words.ts';

const none: Stories = { body: [], notes: [], boxes: [], edges: [] };
const document = (body: string, edges = ''): string =>
  `<?xml version="1.0"?><office:document><office:master-styles>${edges}</office:master-styles><office:body><office:text>${body}</office:text></office:body></office:document>`;

describe('the words of flat OpenDocument text', () => {
  test.each<[string, string, Partial<Stories>]>([
    ['paragraphs part words', '<text:p>a</text:p><text:p>b</text:p>', { body: ['a', 'b'] }],
    ['spans do not', '<text:p>a<text:span>b</text:span>c</text:p>', { body: ['abc'] }],
    [
      'tabs, breaks and spaces do',
      '<text:p>a<text:tab/>b<text:s text:c="2"/>c</text:p>',
      { body: ['a', 'b', 'c'] },
    ],
    ['entities are decoded', '<text:p>a&amp;b&#x41;&#66;</text:p>', { body: ['a&bAB'] }],
    [
      'notes stand apart',
      '<text:p>a<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>n</text:p></text:note-body></text:note>b</text:p>',
      { body: ['ab'], notes: ['n'] },
    ],
    [
      'so do boxes',
      '<text:p>a<draw:frame><draw:text-box><text:p>x</text:p></draw:text-box></draw:frame></text:p>',
      { body: ['a'], boxes: ['x'] },
    ],
    [
      'page numbers, comments and former text are silent',
      '<text:tracked-changes>x</text:tracked-changes><text:p>a<text:page-number>3</text:page-number><office:annotation><text:p>c</text:p></office:annotation></text:p>',
      { body: ['a'] },
    ],
  ])('%s', (_, body, expected) => {
    expect(wordsOf(document(body))).toEqual({ ...none, ...expected });
  });

  test('headers and footers count once and are sorted', () => {
    const edges = ['b', 'a', 'b']
      .map((text) => `<style:header><text:p>${text}</text:p></style:header>`)
      .join('');
    expect(wordsOf(document('', edges)).edges).toEqual(['a', 'b']);
  });
});

describe('differences', () => {
  const body = (text: string): Stories => ({ ...none, body: text.split(' ') });
  test.each<[string, string, string, RegExp[]]>([
    ['nothing to say about the same', 'a b c', 'a b c', []],
    ['a word that became another', 'a b c d e f g', 'a x c d e f g', [/at 1 after "a": "b" became "x"/]],
    ['two places', 'a b c d e f g h', 'x b c d e f g', [/"a" became "x"/, /"h" became ""/]],
  ])('%s', (_, expected, found, said) => {
    const sentences = differences(body(expected), body(found));
    expect(sentences).toHaveLength(said.length);
    for (const [index, pattern] of said.entries()) expect(sentences[index]).toMatch(pattern);
  });

  test('notes in another order are said to be that', () => {
    const notes = (text: string): Stories => ({ ...none, notes: text.split(' ') });
    expect(differences(notes('a b'), notes('b a'))).toEqual(['notes: the same in another order']);
  });
});

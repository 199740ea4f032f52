import { describe, expect, test } from 'vitest';
import { bare, redlineOf, redlineTable } from '../../../test/support/engine.ts';
import {
  cell,
  del,
  ins,
  markOf,
  noteRef,
  p,
  r,
  row,
  tag,
  tbl,
  WHO,
  withNotes,
} from '../../../test/support/redlines.ts';

const FOX = 'The quick brown fox jumps over the lazy dog';
const DUE = 'Payment is due within thirty days of the invoice';
const LAW = 'This agreement is governed by the laws of Norway';
const LONG = `${LAW} and shall be read and understood in the light of what was said when it was made`;
const LONGER = `${DUE} unless the parties agree otherwise in writing before the day on which it was sent`;
const END = p(r('end'));
const side = (kind: 'moveFrom' | 'moveTo', text: string, name: string): string =>
  `<w:${kind}RangeStart ${WHO} w:name="${name}"/>${p(tag(kind, r(text)), markOf(kind))}<w:${kind}RangeEnd/>`;

describe('moves', () => {
  redlineTable([
    [
      'a paragraph moves: both places are paired by name, and the text stays text',
      p(r(FOX)) + p(r(DUE)) + p(r(LAW)) + END,
      p(r(DUE)) + p(r(LAW)) + p(r(FOX)) + END,
      side('moveFrom', FOX, 'm1') + p(r(DUE)) + p(r(LAW)) + side('moveTo', FOX, 'm1') + END,
      { moves: 1, wordsMoved: 9 },
    ],
    [
      'what a paragraph of a few words says recurs by chance: it is deleted and inserted',
      p(r('x y')) + p(r(DUE)) + END,
      p(r(DUE)) + p(r('x y')) + END,
      p(del('x y'), markOf('del')) + p(r(DUE)) + p(ins(r('x y')), markOf('ins')) + END,
      { insertions: 1, deletions: 1, wordsInserted: 2, wordsDeleted: 2 },
    ],
  ]);

  test('a paragraph that was edited on its way is a move with the edit inside', () => {
    const { xml, report } = redlineOf(
      p(r(FOX)) + p(r(DUE)) + p(r(LONG)) + END,
      p(r(DUE)) + p(r(LONG)) + p(r(FOX.replace('lazy', 'very sleepy'))) + END,
    );
    expect(report.counts.moves).toBe(1);
    expect(report.words).toEqual({ inserted: 2, deleted: 1, moved: 8 });
    const [here = '', there = ''] = bare(xml).split('<w:moveToRangeStart');
    expect(here).toContain(
      bare(
        tag('moveFrom', r('The quick brown fox jumps over the ')) + del('lazy') + tag('moveFrom', r(' dog')),
      ),
    );
    expect(there).toContain(
      bare(
        tag('moveTo', r('The quick brown fox jumps over the ')) +
          ins(r('very sleepy')) +
          tag('moveTo', r(' dog')),
      ),
    );
  });

  test('a paragraph of which little is left is not a move', () => {
    const { report } = redlineOf(
      p(r(FOX)) + p(r(DUE)) + p(r(LONG)) + END,
      p(r(DUE)) + p(r(LONG)) + p(r('The slow green turtle walks under the busy bridge')) + END,
    );
    expect(report.counts.moves).toBe(0);
  });

  test('two paragraphs that move have two names', () => {
    const { xml, report } = redlineOf(
      p(r(FOX)) + p(r(LONG)) + p(r(DUE)) + p(r(LONGER)) + END,
      p(r(LONG)) + p(r(LONGER)) + p(r(DUE)) + p(r(FOX)) + END,
    );
    expect(report.counts.moves).toBe(2);
    const names = (kind: string): string[] =>
      Array.from(xml.matchAll(new RegExp(`<w:${kind}RangeStart w:name="(\\w+)"`, 'g')), (m) => m[1] ?? '');
    expect(names('moveFrom').sort()).toEqual(['m1', 'm2']);
    expect(names('moveTo').sort()).toEqual(['m1', 'm2']);
    expect(bare(xml)).not.toContain('w:delText');
  });

  test('the note of a moved paragraph is there before and after', () => {
    const { part, report } = redlineOf(
      withNotes(p(r(FOX) + noteRef(2)) + p(r(LONG)) + END, { 2: p(r('a note')) }),
      withNotes(p(r(LONG)) + p(r(FOX) + noteRef(1)) + END, { 1: p(r('a note')) }),
    );
    expect(report.counts.moves).toBe(1);
    expect(part('word/footnotes.xml').match(/<w:t>a note/g)).toHaveLength(2);
    expect(report.words).toEqual({ inserted: 0, deleted: 0, moved: 9 });
  });

  test('a note that moves says what it said, whatever the style of its mark', () => {
    const note = (text: string): string => p(`${r('1', '<w:rStyle w:val="FootnoteReference"/>')}${r(text)}`);
    const { report } = redlineOf(
      withNotes(p(r(FOX) + noteRef(2)) + p(r(LONG)) + END, { 2: note('a note') }),
      withNotes(p(r(LONG)) + p(r(FOX) + noteRef(1)) + END, { 1: note('a note') }),
    );
    expect(report.words).toEqual({ inserted: 0, deleted: 0, moved: 9 });
  });

  const moved = (xml: string, kind: 'moveFrom' | 'moveTo'): string[] =>
    Array.from(xml.matchAll(new RegExp(`<w:${kind}RangeStart [^>]*>(.*?)<w:${kind}RangeEnd`, 'g')), (m) =>
      (m[1] ?? '').replace(/<[^>]*>/g, ''),
    );
  const FEW = 'in the house of the seller';
  const A = 'The fee is payable in advance. ';
  const B = 'Either party may end this agreement by notice in writing. ';
  const SENTENCE = 'Either party may end this agreement by notice in writing';
  const C = 'Nothing here binds a third party.';
  const tail = `${LONGER}. `;

  describe.each([
    [
      'a sentence goes from one paragraph to another',
      p(r(A + B + C)) + p(r(tail)) + END,
      p(r(A + C)) + p(r(tail + B)) + END,
      [SENTENCE],
    ],
    [
      'a sentence goes to another place of its paragraph',
      p(r(A + tail + B + C)) + END,
      p(r(B + A + tail + C)) + END,
      [SENTENCE],
    ],
    [
      'a paragraph becomes a sentence of another one',
      p(r(A + tail)) + p(r(C)) + p(r(B.trim())) + END,
      p(r(A + B + tail)) + p(r(C)) + END,
      [SENTENCE],
    ],
    [
      'the last paragraph moves up',
      p(r(A + tail)) + p(r(LONG)) + p(r(B)),
      p(r(B)) + p(r(A + tail)) + p(r(LONG)),
      [SENTENCE],
    ],
    [
      'a sentence moves into a table',
      p(r(A + B + C)) + tbl(row(cell(p(r(LAW))))) + END,
      p(r(A + C)) + tbl(row(cell(p(r(`${LAW}. ${B}`))))) + END,
      [SENTENCE],
    ],
    [
      'what a row said becomes a paragraph',
      p(r(A + tail)) + tbl(row(cell(p(r(B)))) + row(cell(p(r(LAW))))) + END,
      p(r(A + tail)) + p(r(B)) + tbl(row(cell(p(r(LAW))))) + END,
      [SENTENCE],
    ],
    [
      'what was edited on the way is deleted here and inserted there',
      p(r(A + B + C)) + p(r(tail)) + END,
      p(r(A + C)) + p(r(tail + B.replace('by notice', 'by letter'))) + END,
      [SENTENCE],
    ],
    [
      'part of a sentence moves when it is long, and most of what went',
      p(r(`${tail}${LONG}`)) + p(r(`${FOX}, ${DUE}`)) + END,
      p(r(tail)) + p(r(`${FOX}, ${DUE}, ${LONG.slice(5)}`)) + END,
      [LONG.slice(5)],
    ],
    ['a few words do not', p(r(`${A}${FEW}`)) + p(r(LAW)) + END, p(r(A)) + p(r(`${LAW}, ${FEW}`)) + END, []],
    [
      'what is said twice moves once',
      p(r(A + B + C)) + p(r(tail)) + p(r(LONG)) + END,
      p(r(A + C)) + p(r(tail + B)) + p(r(LONG + B)) + END,
      [SENTENCE],
    ],
  ])('%s', (_, original, modified, texts) => {
    test('is marked once at either place, under one name', () => {
      const { xml, report } = redlineOf(original, modified);
      expect(report.counts.moves).toBe(texts.length);
      // Which of two equal signs goes is a tie.
      expect(moved(xml, 'moveFrom').map((t) => t.trim().replace(/\.$/, ''))).toEqual(texts);
      expect(moved(xml, 'moveTo')).toHaveLength(texts.length);
      const names = (kind: string): string[] =>
        Array.from(xml.matchAll(new RegExp(`<w:${kind}RangeStart w:name="(\\w+)"`, 'g')), (m) => m[1] ?? '');
      expect(names('moveTo').sort()).toEqual(names('moveFrom').sort());
    });
  });
});

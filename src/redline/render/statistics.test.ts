import { describe, expect, test } from 'vitest';
import { documentXml, type Parts, partXml } from '../../../test/support/package.ts';
import {
  cell,
  change,
  del,
  docx,
  ins,
  mark,
  markOf,
  moved,
  p,
  r,
  row,
  tbl,
  withNotes,
} from '../../../test/support/redlines.ts';
import { nodeCodec } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../options.ts';
import { statistics } from './statistics.ts';

const of = (source: Parameters<typeof docx>[0]) => statistics(docx(source), nodeCodec, DEFAULT_LIMITS);
const words = (original: number, modified: number, inserted = 0, deleted = 0, movedWords = 0) => ({
  original,
  modified,
  inserted,
  deleted,
  moved: movedWords,
});
const NUMBERING = partXml(
  'w:numbering',
  '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
);
const list = (level = 0): string => `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="1"/></w:numPr>`;
const numbered = (body: string): Parts => ({
  'word/document.xml': documentXml(`${body}<w:sectPr/>`),
  'word/numbering.xml': NUMBERING,
});

describe('words', () => {
  test.each<[string, string, ReturnType<typeof words>]>([
    ['replaced', p(`${r('a fee of ')}${del('ten')}${ins(r('twelve'))}${r(' pounds')}`), words(5, 5, 1, 1)],
    ['of which a part was replaced', p(`${r('supplie')}${del('r')}${ins(r('d'))}`), words(1, 1, 1, 1)],
    ['numbers, but no punctuation', p(r('“Fee”: 1,000.50 – it’s due.')), words(4, 4)],
    [
      'moved',
      p(moved('moveFrom', 'two words')) + p(moved('moveTo', 'two words', 'm1', 901)),
      words(2, 2, 0, 0, 2),
    ],
    ['of a deletion inside an insertion', p(ins(`${r('kept ')}${del('dropped')}`)), words(1, 1, 1, 1)],
    [
      'in a row that came, whose words have no marks',
      tbl(row(cell(p(r('one two'))), mark('ins'))),
      words(0, 2, 2),
    ],
    ['of the code of a field', p(`<w:fldSimple w:instr="REF x">${r('four')}</w:fldSimple>`), words(1, 1)],
  ])('%s', (_, body, expected) => {
    expect(of(body).words).toEqual(expected);
  });

  test('of notes, but not of what separates them', () => {
    const notes = withNotes(p(r('text')), { 2: p(`${r('a note')}${ins(r(' more'))}`) });
    expect(of(notes).words).toEqual(words(3, 4, 1));
  });
});

describe('clauses', () => {
  test('are numbered paragraphs and headings, with what stands below', () => {
    const { clauses, counts } = of(
      numbered(
        p(r('Preamble here.')) +
          p(r('First.'), list()) +
          p(r('point'), list(1)) +
          p(ins(r('Second, new.')), `${list()}${markOf('ins')}`) +
          p(del('Gone.'), `${list()}${markOf('del')}`) +
          p(`${r('Third ')}${ins(r('more'))}`, list()) +
          p(r('Looks', change('rPr', '<w:b/>')), list()) +
          p(r('A heading'), '<w:outlineLvl w:val="1"/>'),
      ),
    );
    expect(clauses.map(({ label, title, state }) => [label, title, state])).toEqual([
      ['', '', 'unchanged'],
      ['1.', 'First.', 'unchanged'],
      ['2.', 'Second, new.', 'inserted'],
      ['2.', 'Gone.', 'deleted'],
      ['3.', 'Third more', 'changed'],
      ['4.', 'Looks', 'formatting'],
      ['', 'A heading', 'unchanged'],
    ]);
    expect(clauses[1]?.words).toEqual(words(2, 2));
    expect(counts).toEqual({ unchanged: 3, inserted: 1, deleted: 1, changed: 1, formatting: 1, moved: 0 });
  });

  test('that were moved', () => {
    const { clauses } = of(
      numbered(
        p(moved('moveTo', 'Clause words', 'm1', 901), `${list()}${markOf('moveTo')}`) +
          p(r('Stays'), list()) +
          p(moved('moveFrom', 'Clause words'), `${list()}${markOf('moveFrom')}`),
      ),
    );
    expect(clauses.map(({ label, state }) => [label, state])).toEqual([
      ['1.', 'moved'],
      ['2.', 'unchanged'],
    ]);
  });

  test('have titles that fit a table', () => {
    const { clauses } = of(numbered(p(r('word '.repeat(40)), list())));
    expect(clauses[0]?.title).toMatch(/^(word )+…$/);
    expect(clauses[0]?.title.length).toBeLessThanOrEqual(81);
  });

  test('of nothing', () => {
    expect(of('<w:p/>')).toMatchObject({ words: words(0, 0), clauses: [] });
  });
});

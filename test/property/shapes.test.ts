import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import {
  bookmark,
  box,
  cell,
  docx,
  field,
  ins,
  markOf,
  noteRef,
  p,
  r,
  row,
  type Source,
  sdt,
  tbl,
  withHeader,
  withNotes,
} from '../support/redlines.ts';

const one = tbl(row(cell(p(r('alpha')))));
const inCell = (content: string): string => tbl(row(cell(content))) + p('');
const note = (content: string): Source => withNotes(p(r('x') + noteRef(1)), { 1: content });
const CONTENTS = p('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>');

/** Ways in which a story begins and ends, some of which only other programs than Word write. */
const SHAPES: Readonly<Record<string, Source>> = {
  nothing: '',
  'an empty paragraph': p(''),
  'a paragraph': p(r('alpha beta')),
  'a table at the end': p(r('alpha')) + one,
  'nothing but a table': one,
  'a table and a paragraph': one + p(r('beta')),
  'two tables': one + p('') + tbl(row(cell(p(r('beta'))))),
  'a control': sdt(p(r('alpha'))),
  'a control at the end': p(r('alpha')) + sdt(p(r('beta'))),
  'a control in a control': sdt(sdt(p(r('alpha')), 'inner'), 'outer'),
  'a control and a paragraph': sdt(p(r('alpha'))) + p(''),
  'a control around a row': tbl(sdt(row(cell(p(r('alpha')))))) + p(''),
  'a control around a cell': tbl(row(sdt(cell(p(r('alpha')))))) + p(''),
  'a control in a cell': inCell(sdt(p(r('alpha')))),
  'another control in a cell': inCell(sdt(p(r('alpha')), 'other')),
  'a paragraph in a cell': inCell(p(r('alpha'))),
  'a table in a cell': inCell(one + p('')),
  'nothing but a table in a cell': inCell(one),
  'an inline control': p(sdt(r('alpha'))),
  'a field over two paragraphs': CONTENTS + p('<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
  'a field': p(field('PAGE', '1')),
  'a bookmark': p(bookmark('b', r('alpha'))),
  'a box': p(box(p(r('alpha')))),
  'a box around a table': p(box(one + p(''))),
  'an equation': p('<m:oMathPara><m:oMath><m:r><m:t>a</m:t></m:r></m:oMath></m:oMathPara>'),
  'earlier changes': p(ins(r('alpha')), markOf('del')) + p(r('beta')),
  'a note': note(p(r('alpha'))),
  'a note that ends in a table': note(one),
  'a note in a control': note(sdt(p(r('alpha')))),
  'a note without a paragraph': note(''),
  'a header': withHeader(p(r('alpha'))),
  'an empty header': withHeader(''),
  'a header that ends in a table': withHeader(p(r('alpha')) + one),
  'a header in a control': withHeader(sdt(p(r('alpha')))),
};

const FILES = Object.entries(SHAPES).map(([name, source]) => ({ name, data: docx(source) }));

test.each(FILES)('$name goes to each other shape on the first rung', ({ data }) => {
  const lower = FILES.filter((other) => {
    const options = { author: 'A', date: null, limits: DEFAULT_LIMITS };
    const { report } = compare(data, other.data, options, nodeCodec);
    return report.stories.some((s) => s.rung !== 'words');
  });
  expect(lower.map((f) => f.name)).toEqual([]);
});

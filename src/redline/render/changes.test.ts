import { expect, test } from 'vitest';
import { by, type Case, check, data, del, ins, p, r } from '../../../test/support/rendering.ts';

const CHANGES: readonly Case[] = [
  {
    name: 'a replaced word is one deletion and one insertion',
    body: p(r('within ') + del('30') + ins(r('60')) + r(' days')),
    shows: [
      `<p class="changed">within <del ${data('c1', 'deletion')}>30</del><ins ${data('c2', 'insertion')}>60</ins> days</p>`,
    ],
  },
  {
    name: 'neighbouring insertions are one change, whatever their runs and formatting',
    body: p(ins(r('one ')) + ins(r('two', '<w:b/>'), 3)),
    shows: [`<ins ${data('c1', 'insertion')}>one <b>two</b></ins>`],
    hides: ['data-change="c2"'],
  },
  {
    name: 'text between two insertions parts them',
    body: p(ins(r('one')) + r(' and ') + ins(r('two'), 3)),
    shows: ['data-change="c1"', 'data-change="c2"'],
  },
  {
    name: 'another author is another change',
    body: p(`${ins(r('one'))}<w:ins ${by(5, 'Bob')}>${r('two')}</w:ins>`),
    shows: ['data-change="c2" data-kind="insertion" data-author="Bob"'],
  },
  {
    name: 'an inserted paragraph shows its mark; what begins the next one is decided by itself',
    body: p(ins(r('New.')), `<w:rPr><w:ins ${by(4)}/></w:rPr>`) + p(ins(r('More.'), 5) + r('Old.')),
    shows: [
      `<p class="changed all-insertion"><ins ${data('c1', 'insertion')}>New.<span class="pilcrow">¶</span></ins></p>`,
      `<ins ${data('c2', 'insertion')}>More.</ins>Old.`,
    ],
  },
  {
    name: 'an unchanged paragraph mark ends a change',
    body: p(ins(r('one'))) + p(ins(r('two'), 3)),
    shows: ['data-change="c2"'],
  },
  {
    name: 'a deletion inside an insertion keeps both',
    body: p(ins(`<w:del ${by(7, 'Bob')}><w:r><w:delText>x</w:delText></w:r></w:del>`)),
    shows: ['<ins data-change="c1"', '<del data-change="c2" data-kind="deletion" data-author="Bob"'],
  },
  {
    name: 'the two ends of a move are one change and refer to each other',
    body:
      `<w:moveFromRangeStart ${by(1)} w:name="m1"/>` +
      p(`<w:moveFrom ${by(2)}>${r('Clause')}</w:moveFrom>`) +
      '<w:moveFromRangeEnd w:id="1"/>' +
      `<w:moveToRangeStart ${by(3)} w:name="m1"/>` +
      p(`<w:moveTo ${by(4)}>${r('Clause')}</w:moveTo>`) +
      '<w:moveToRangeEnd w:id="3"/>',
    shows: [
      `<del id="r-move-1-from" class="move-from" ${data('c1', 'move')}><a class="move-link" href="#r-move-1-to">moved down ↓</a>Clause</del>`,
      `<ins id="r-move-1-to" class="move-to" ${data('c1', 'move')}><a class="move-link" href="#r-move-1-from">moved from above ↑</a>Clause</ins>`,
    ],
  },
  {
    name: 'a formatting change of a run says what it did',
    body: p(r('x', `<w:b/><w:sz w:val="22"/><w:rPrChange ${by(1)}><w:rPr><w:i/></w:rPr></w:rPrChange>`)),
    shows: [
      `<span class="format" ${data('c1', 'format')} data-format="bold, size 11 pt, not italic"><b>x</b></span>`,
    ],
  },
  {
    name: 'a formatting change of a paragraph says what it did',
    body: p(r('x'), `<w:jc w:val="center"/><w:pPrChange ${by(1)}><w:pPr/></w:pPrChange>`),
    shows: ['Formatted: alignment center</span>', '<p class="center changed">'],
  },
  {
    name: 'an inserted row and what stands in it are one change',
    body: `<w:tbl><w:tr><w:tc>${p(r('a'))}</w:tc></w:tr><w:tr><w:trPr><w:ins ${by(1)}/></w:trPr><w:tc>${p(ins(r('b'), 2))}</w:tc><w:tc>${p(ins(r('c'), 3))}</w:tc></w:tr></w:tbl>`,
    shows: [
      `<tr class="row-insertion" ${data('c1', 'insertion')}>`,
      `<ins ${data('c1', 'insertion')}>b</ins>`,
      `<ins ${data('c1', 'insertion')}>c</ins>`,
    ],
    hides: ['data-change="c2"'],
  },
  {
    name: 'an inserted cell is marked',
    body: `<w:tbl><w:tr><w:tc><w:tcPr><w:cellIns ${by(1)}/></w:tcPr>${p('')}</w:tc></w:tr></w:tbl>`,
    shows: [`<td class="cell-insertion" ${data('c1', 'insertion')}>`],
  },
  {
    name: 'changed section properties are noted',
    body: `${p(r('x'))}<w:sectPr><w:pgSz w:w="1"/><w:sectPrChange ${by(1)}><w:sectPr/></w:sectPrChange></w:sectPr>`,
    shows: ['Formatted: section: page size</span>'],
  },
];

test.each(CHANGES)('$name', (example) => {
  expect(check(example)).not.toBe('');
});

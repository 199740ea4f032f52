import {
  box,
  cell,
  change,
  del,
  field,
  gone,
  ins,
  mark,
  markOf,
  moved,
  p,
  r,
  row,
  sdt,
  t,
  tag,
  tbl,
} from './redlines.ts';

const TAIL = p(r('end'));
const WHEN = 'w:date="2024-05-01T00:00:00Z"';
const unpaired = (name: string, content: string): string =>
  `<w:${name}RangeStart w:id="70" w:name="m" w:author="A" ${WHEN}/>${content}`;
const nested = (levels: number): string =>
  levels === 0
    ? p(ins(r('deep')) + del('gone'))
    : tbl(row(cell(nested(levels - 1), mark('cellIns')), mark('ins'))) + p('');
/** The same with the same id. */
const again = (name: string, content: string): string =>
  `<w:${name} w:id="5" w:author="A" ${WHEN}>${content}</w:${name}>`;

/** What no editor should write, and many have: a sentence, and the content of a body. */
export const MALFORMED: readonly (readonly [what: string, content: string])[] = [
  ['a move away without its other place', p(r('a') + unpaired('moveFrom', tag('moveFrom', r('b'))) + r('c'))],
  ['a move here without its other place', p(r('a') + unpaired('moveTo', tag('moveTo', r('b'))) + r('c'))],
  [
    'an end of a move without a beginning',
    p(`${r('a')}<w:moveFromRangeEnd w:id="71"/>${tag('moveFrom', r('b'))}`),
  ],
  ['moved words outside of any range', p(tag('moveFrom', r('a')) + r('b')) + p(tag('moveTo', r('a')))],
  [
    'two moves of one name',
    p(moved('moveFrom', 'a') + moved('moveFrom', 'b', 'm1', 910)) + p(moved('moveTo', 'a', 'm1', 920)),
  ],
  [
    'ranges of moves that cross',
    p(
      '<w:moveFromRangeStart w:id="1" w:name="x" w:author="A"/><w:moveFromRangeStart w:id="2" w:name="y" w:author="A"/>' +
        tag('moveFrom', r('a')) +
        '<w:moveFromRangeEnd w:id="1"/>' +
        tag('moveFrom', r('b')) +
        '<w:moveFromRangeEnd w:id="2"/>',
    ),
  ],
  ['one id for all', p(again('ins', r('a')) + r('b') + again('del', gone('c')) + again('ins', r('d')))],
  ['a deletion in a deletion', p(r('a') + tag('del', gone('b') + tag('del', gone('c')) + gone('d')))],
  ['an insertion in an insertion', p(r('a') + ins(r('b') + ins(r('c')) + r('d')))],
  ['an insertion in a deletion', p(r('a') + tag('del', gone('b') + ins(r('c'))))],
  ['text that is not deleted in a deletion', p(r('a') + tag('del', r('b')))],
  ['deleted text in an insertion', p(r('a') + ins(gone('b')))],
  ['deleted text outside of any deletion', p(r('a') + gone('b'))],
  [
    'marks without author and date',
    p(`<w:ins w:id="1">${r('a')}</w:ins><w:del w:id="2">${gone('b')}</w:del>`),
  ],
  [
    'marks without ids',
    p(
      '<w:ins w:author="A">' +
        r('a') +
        '</w:ins><w:del>' +
        gone('b') +
        '</w:del><w:ins>' +
        r('c') +
        '</w:ins>',
    ),
  ],
  [
    'dates that are none',
    p(
      `<w:ins w:id="1" w:author="A" w:date="yesterday">${r('a')}</w:ins><w:ins w:id="2" w:author="A" w:date="">${r('b')}</w:ins><w:ins w:id="3" w:author="A" w:date="2024-13-45T99:99:99+99:99">${r('c')}</w:ins><w:ins w:id="4" w:author="A" w:date="2024-05-01T00:00:00.123456+02:00">${r('d')}</w:ins>`,
    ),
  ],
  ['an author of markup', p(`<w:ins w:id="1" w:author="&lt;b&gt;&amp;&quot;" ${WHEN}>${r('a')}</w:ins>`)],
  [
    'a change of run properties in a change of run properties',
    p(r('a', `<w:b/>${tag('rPrChange', `<w:rPr><w:i/>${change('rPr', '<w:u w:val="single"/>')}</w:rPr>`)}`)),
  ],
  [
    'two changes of run properties',
    p(r('a', `<w:b/>${change('rPr', '<w:i/>')}${change('rPr', '<w:strike/>')}`)),
  ],
  [
    'a change of properties that says nothing',
    p(r('a', `<w:b/>${tag('rPrChange', '')}`), `<w:keepNext/>${tag('pPrChange', '')}`),
  ],
  [
    'two changes of paragraph properties',
    p(r('a'), `<w:keepNext/>${change('pPr', '')}${change('pPr', '<w:jc w:val="center"/>')}`),
  ],
  [
    'a paragraph mark both inserted and deleted',
    p(r('a'), `<w:rPr>${mark('ins')}${mark('del')}</w:rPr>`) + TAIL,
  ],
  ['a deleted mark of the last paragraph', p(r('a')) + p(del('b'), markOf('del'))],
  [
    'an inserted mark of the only paragraph of a cell',
    tbl(row(cell(p(ins(r('a')), markOf('ins'))) + cell(p(r('b'))))) + TAIL,
  ],
  ['all that is there deleted', p(del('a'), markOf('del')) + p(del('b'), markOf('del'))],
  [
    'a row both inserted and deleted',
    tbl(row(cell(p(r('a'))), mark('ins') + mark('del')) + row(cell(p(r('b'))))) + TAIL,
  ],
  [
    'a cell both inserted and deleted',
    tbl(row(cell(p(r('a')), mark('cellIns') + mark('cellDel')) + cell(p(r('b'))))) + TAIL,
  ],
  ['every cell of a row deleted', tbl(row(cell(p(del('a')), mark('cellDel'))) + row(cell(p(r('b'))))) + TAIL],
  ['an empty insertion, and an empty deletion', p(ins('') + r('a') + tag('del', ''))],
  ['an insertion around a paragraph', ins(p(r('a'))) + TAIL],
  ['an insertion around a table', ins(tbl(row(cell(p(r('a')))))) + TAIL],
  [
    'a field that begins in a deletion and ends outside',
    p(
      `<w:del w:id="1" w:author="A">${field('PAGE', '1').slice(0, 120)}`.slice(0, 0) +
        tag(
          'del',
          '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:delInstrText>PAGE</w:delInstrText></w:r>',
        ) +
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' +
        r('1') +
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    ),
  ],
  ['a control whose words all go', p(r('a') + sdt(del('b'))) + sdt(p(del('c'), markOf('del'))) + TAIL],
  ['changes in a text box in a deletion', p(tag('del', box(p(ins(r('a')) + del('b')))))],
  [
    'ends of ranges around controls without beginnings',
    p(
      '<w:customXmlInsRangeEnd w:id="3"/>' +
        r('a') +
        '<w:customXmlDelRangeStart w:id="4" w:author="A"/>' +
        sdt(r('b')),
    ),
  ],
  ['words outside of runs', p(`${t('a')}<w:ins w:id="1" w:author="A">${t('b')}</w:ins>`)],
  ['revisions in 60 nested tables', nested(60)],
  [
    'a deletion in 300 insertions',
    p(Array.from({ length: 300 }).reduce<string>((inner) => ins(inner), del('a') + r('b'))),
  ],
];

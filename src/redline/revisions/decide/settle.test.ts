import { describe, expect, test } from 'vitest';
import { redlineOf } from '../../../../test/support/engine.ts';
import {
  bookmark,
  cell,
  change,
  del,
  docx,
  gone,
  ins,
  mark,
  markOf,
  moved,
  p,
  r,
  ranged,
  row,
  sdt,
  tag,
  tbl,
  WHO,
} from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { compare } from '../../compare.ts';
import { openPackage, parseXml } from '../../ooxml/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import type { Verdict } from './decision.ts';
import { hasRevisions, revisionOffsets } from './names.ts';
import { settle, settleAll } from './settle.ts';

const TAIL = p(r('end'));
const CENTRED = '<w:jc w:val="center"/>';
const table = (...rows: string[]): string => tbl(rows.join('')) + TAIL;
const text = (words: string, tcPr = ''): string => cell(p(r(words)), tcPr);

/** A sentence, markup with revisions, and what is left when they are accepted. */
const ROWS: readonly (readonly [what: string, before: string, after: string])[] = [
  ['an insertion stays', p(r('a') + ins(r('b'))), p(r('a') + r('b'))],
  ['a deletion goes', p(r('a') + del('b')), p(r('a'))],
  ['an insertion that was deleted goes', p(r('a') + ins(del('b'))), p(r('a'))],
  [
    'moved text stays where it went',
    p(r('x') + moved('moveFrom', 'a')) + p(moved('moveTo', 'a', 'm1', 901)),
    p(r('x')) + p(r('a')),
  ],
  ['former run properties go', p(r('a', `<w:b/>${change('rPr', '<w:i/>')}`)), p(r('a', '<w:b/>'))],
  ['run properties that were all new and gone leave none', p(r('a', change('rPr', '<w:i/>'))), p(r('a'))],
  ['former paragraph properties go', p(r('a'), CENTRED + change('pPr', '')), p(r('a'), CENTRED)],
  [
    'former section properties go',
    p(r('a'), `<w:sectPr>${change('sectPr', '')}</w:sectPr>`) + TAIL,
    p(r('a'), '<w:sectPr></w:sectPr>') + TAIL,
  ],
  [
    'a table that never had rows stays when its properties settle',
    tbl('', change('tblPr', '<w:jc w:val="left"/>')) + TAIL,
    tbl('') + TAIL,
  ],
  ['an inserted mark stays', p(r('a'), markOf('ins')) + TAIL, p(r('a')) + TAIL],
  [
    'a deleted mark joins; the following properties win',
    p(r('a'), CENTRED + markOf('del')) + p(r('b'), '<w:keepNext/>'),
    p(r('a') + r('b'), '<w:keepNext/>'),
  ],
  [
    'many deleted marks join',
    p(r('a'), markOf('del')) + p(r('b'), markOf('del')) + p(r('c')),
    p(r('a') + r('b') + r('c')),
  ],
  ['a paragraph that goes whole leaves nothing', p(del('a'), markOf('del')) + TAIL, TAIL],
  [
    'a paragraph that goes in front of a table leaves nothing',
    p(del('a'), markOf('del')) + table(row(text('t'))),
    table(row(text('t'))),
  ],
  ['the last mark of a story stays', p(r('a')) + p(del('b'), markOf('del')), p(r('a')) + p('')],
  [
    'an inserted row stays',
    table(row(text('a')), row(cell(p(ins(r('b')))), mark('ins'))),
    table(row(text('a')), row(text('b'))),
  ],
  ['a deleted row goes', table(row(text('a')), row(cell(p(del('b'))), mark('del'))), table(row(text('a')))],
  ['a table whose rows all go goes', TAIL + table(row(cell(p(del('b'))), mark('del'))), TAIL + TAIL],
  [
    'an inserted cell stays',
    table(row(text('a') + text('b', mark('cellIns')))),
    table(row(text('a') + text('b'))),
  ],
  ['a deleted cell goes', table(row(text('a') + cell(p(del('b')), mark('cellDel')))), table(row(text('a')))],
  [
    'a cell that was merged is so',
    table(row(text('a')), row(text('', `<w:cellMerge ${WHO} w:id="9" w:vMerge="cont"/>`))),
    table(row(text('a')), row(text('', '<w:vMerge w:val="continue"/>'))),
  ],
  [
    'former cell properties go',
    table(row(text('a', `<w:noWrap/>${change('tcPr', '')}`))),
    table(row(text('a', '<w:noWrap/>'))),
  ],
  [
    'former row properties go',
    table(row(text('a'), `<w:cantSplit/>${change('trPr', '')}`)),
    table(row(text('a'), '<w:cantSplit/>')),
  ],
  [
    'a former grid goes',
    tbl(row(text('a')), '', `<w:gridCol w:w="1"/><w:tblGridChange w:id="1"><w:tblGrid/></w:tblGridChange>`),
    tbl(row(text('a')), '', '<w:gridCol w:w="1"/>'),
  ],
  ['a control that comes stays', ranged('Ins', p(r('a'))) + TAIL, sdt(p(r('a'))) + TAIL],
  ['a control that goes leaves its content', ranged('Del', p(r('a'))) + TAIL, p(r('a')) + TAIL],
  [
    'paragraphs join in a control that goes and is alone in its story',
    ranged('Del', p(r('a'), markOf('del')) + p(r('b'))),
    p(r('a') + r('b')),
  ],
  [
    'a link whose words go goes',
    p(`${r('a')}<w:hyperlink w:anchor="x">${del('b')}</w:hyperlink>`),
    p(r('a')),
  ],
  [
    'a paragraph leaves its list',
    p(r('a'), `<w:numPr><w:numId w:val="1"/>${mark('del')}</w:numPr>`),
    p(r('a')),
  ],
  [
    'a paragraph joins a list',
    p(r('a'), `<w:numPr><w:numId w:val="1"/>${mark('ins')}</w:numPr>`),
    p(r('a'), '<w:numPr><w:numId w:val="1"/></w:numPr>'),
  ],
  [
    'one end of a bookmark in deleted text stays',
    p(
      `${tag('del', `<w:bookmarkStart w:id="1" w:name="b"/>${gone('a')}`) + r('b')}<w:bookmarkEnd w:id="1"/>`,
    ),
    p(`<w:bookmarkStart w:id="1" w:name="b"/>${r('b')}<w:bookmarkEnd w:id="1"/>`),
  ],
  [
    'a bookmark inside deleted text goes with it',
    p(r('x') + tag('del', bookmark('b', gone('a')))),
    p(r('x')),
  ],
];

const accepted = (content: string): string =>
  settleAll(parseXml(`<w:body>${content}</w:body>`, 64), 'accept').replace(/^<w:body>|<\/w:body>$/g, '');
const closed = (xml: string): string => xml.replace(/<(\w+:\w+)([^<>]*[^<>/])?><\/\1>/g, '<$1$2/>');

describe('accepting what a document already holds', () => {
  test.each(ROWS)('%s', (_, before, after) => {
    expect(hasRevisions(before)).toBe(true);
    expect(hasRevisions(after)).toBe(false);
    expect(closed(accepted(before))).toBe(closed(after));
  });

  test.each(ROWS)('%s: the redline says so as well', (_, before, after) => {
    // The verification accepts by itself: both readings are the same, or this is not exact.
    const { report } = redlineOf(before, after);
    expect(Object.values(report.counts).every((n) => n === 0)).toBe(true);
  });
});

test('a part without revisions is the same text', () => {
  const xml = `<w:body>${p(r('a'))}<w:sectPr/></w:body>`;
  expect(settleAll(parseXml(xml, 64), 'accept')).toBe(xml);
});

/** A revision of another author, whose changes nobody decides. */
const other = (name: string, content: string): string =>
  `<w:${name} w:id="7" w:author="B" w:date="2024-05-01T00:00:00Z">${content}</w:${name}>`;
const theirs = (text: string): string => other('del', gone(text));

/** A sentence, markup of two authors, and what is left when those of A are accepted and when they are rejected. */
const OF_TWO: readonly (readonly [what: string, before: string, accepted: string, rejected: string])[] = [
  [
    'a deletion of B in an insertion of A goes with it',
    p(r('a') + ins(r('b') + theirs('c'))),
    p(r('a') + r('b') + theirs('c')),
    p(r('a')),
  ],
  [
    'a deletion of A in an insertion of B',
    p(r('a') + other('ins', r('b') + del('c'))),
    p(r('a') + other('ins', r('b'))),
    p(r('a') + other('ins', r('b') + r('c'))),
  ],
  [
    'an insertion that loses all is none',
    p(r('a') + other('ins', del('c'))),
    p(r('a')),
    p(r('a') + other('ins', r('c'))),
  ],
  [
    'a mark of B stays a change',
    p(r('a') + ins(r('b')), `<w:rPr>${other('ins', '')}</w:rPr>`) + TAIL,
    p(r('a') + r('b'), `<w:rPr>${other('ins', '')}</w:rPr>`) + TAIL,
    p(r('a'), `<w:rPr>${other('ins', '')}</w:rPr>`) + TAIL,
  ],
  [
    'a joined paragraph keeps the mark of B',
    p(r('a'), markOf('ins')) + p(theirs('b'), `<w:rPr>${other('del', '')}</w:rPr>`) + TAIL,
    p(r('a')) + p(theirs('b'), `<w:rPr>${other('del', '')}</w:rPr>`) + TAIL,
    p(r('a') + theirs('b'), `<w:rPr>${other('del', '')}</w:rPr>`) + TAIL,
  ],
  [
    'former properties come back around the mark of B',
    p(r('a'), `${CENTRED}<w:rPr>${other('ins', '')}</w:rPr>${change('pPr', '<w:keepNext/>')}`) + TAIL,
    p(r('a'), `${CENTRED}<w:rPr>${other('ins', '')}</w:rPr>`) + TAIL,
    p(r('a'), `<w:keepNext/><w:rPr>${other('ins', '')}</w:rPr>`) + TAIL,
  ],
  [
    'a row of B stays a change',
    table(row(text('a')), row(cell(p(ins(r('b')))), other('ins', ''))),
    table(row(text('a')), row(text('b'), other('ins', ''))),
    table(row(text('a')), row(cell(p('')), other('ins', ''))),
  ],
  [
    'a merge that is rejected comes apart, also in what B changed',
    table(
      row(
        text(
          '',
          `<w:cellMerge ${WHO} w:id="9" w:vMerge="cont" w:vMergeOrig="rest"/>${other('tcPrChange', '<w:tcPr/>')}`,
        ),
      ),
    ),
    table(
      row(
        text(
          '',
          `<w:vMerge w:val="continue"/>${other('tcPrChange', '<w:tcPr><w:vMerge w:val="continue"/></w:tcPr>')}`,
        ),
      ),
    ),
    table(
      row(
        text(
          '',
          `<w:vMerge w:val="restart"/>${other('tcPrChange', '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>')}`,
        ),
      ),
    ),
  ],
];

/** Decides every revision of author A. */
function settledByA(content: string, verdict: Verdict): string {
  const xml = `<w:body>${content}</w:body>`;
  const ours = revisionOffsets(xml).filter((at) => xml.slice(at, xml.indexOf('>', at)).includes('"A"'));
  const { xml: done } = settle(parseXml(xml, 64), new Map(ours.map((at) => [at, verdict])));
  return done.replace(/^<w:body>|<\/w:body>$/g, '');
}

describe('deciding what one of two authors changed', () => {
  test.each(OF_TWO)('%s', (_, before, whenAccepted, whenRejected) => {
    expect(closed(settledByA(before, 'accept'))).toBe(closed(whenAccepted));
    expect(closed(settledByA(before, 'reject'))).toBe(closed(whenRejected));
  });
});

test('a comparison may reject what its inputs already hold', () => {
  const tracked = p(r('a ') + del('b') + ins(r('c')));
  const [original, modified] = [docx(tracked), docx(p(r('a ') + ins(r('x')) + r('y')))];
  const result = compare(original, modified, { tracked: 'reject' }, nodeCodec);
  const saysNow = (verdict: Verdict): string => {
    const root = openPackage(result.redline, nodeCodec, DEFAULT_LIMITS).root('word/document.xml');
    return settleAll(root, verdict).replace(/<[^>]*>/g, '');
  };
  expect([saysNow('reject'), saysNow('accept')]).toEqual(['a b', 'a y']);
  expect(result.report.verification.exact).toBe(true);
});

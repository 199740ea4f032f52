import { describe, expect, test } from 'vitest';
import { documentXml, partXml } from '../../../../test/support/package.ts';
import {
  bookmark,
  box,
  cell,
  change,
  del,
  docx,
  field,
  gone,
  ins,
  mark,
  markOf,
  moved,
  noteRef,
  p,
  r,
  row,
  type Source,
  t,
  tag,
  tbl,
  withHeader,
  withNotes,
} from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { openPackage } from '../../ooxml/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import { blackline } from './blackline.ts';
import { type BlacklineOptions, DEFAULT_BLACKLINE } from './looks.ts';

function written(source: Source, part = 'word/document.xml', options?: BlacklineOptions): string {
  return openPackage(
    blackline(docx(source), nodeCodec, DEFAULT_LIMITS, options),
    nodeCodec,
    DEFAULT_LIMITS,
  ).text(part);
}

const NEW = '<w:color w:val="0000C8"/><w:u w:val="double"/>';
const OLD = '<w:strike/><w:color w:val="C00000"/>';
const AWAY = '<w:dstrike/><w:color w:val="00703C"/>';
const HERE = '<w:color w:val="00703C"/><w:u w:val="dash"/>';
const shade = (fill: string): string => `<w:shd w:val="clear" w:color="auto" w:fill="${fill}"/>`;
const run = (rPr: string, content: string): string => `<w:r><w:rPr>${rPr}</w:rPr>${content}</w:r>`;
const NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>';
const DOTS = '<w:u w:val="dotted"/>';
const FORMATTED = p(r('a', `<w:i/>${change('rPr', '<w:b/>')}`), `<w:jc w:val="center"/>${change('pPr', '')}`);
const REVISION =
  /<w:(ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|delText|delInstrText|\w+Change|move\w+Range\w+|customXml\w+Range\w+)[\s/>]/;

interface Case {
  readonly name: string;
  readonly source: Source;
  readonly shows: readonly string[];
  readonly hides?: readonly string[];
  readonly part?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'words that were replaced',
    source: p(`${r('a ')}${del('old')}${ins(r('new', '<w:b/><w:u w:val="single"/>'))}${r(' z')}`),
    shows: [`<w:p>${r('a ')}${run(OLD, t('old'))}${run(`<w:b/>${NEW}`, t('new'))}${r(' z')}</w:p>`],
  },
  {
    name: 'both ends of a move',
    source: p(moved('moveFrom', 'it')) + p(moved('moveTo', 'it', 'm1', 901)),
    shows: [`<w:p>${run(AWAY, t('it'))}</w:p><w:p>${run(HERE, t('it'))}</w:p>`],
  },
  {
    name: 'a deletion inside an insertion has both lines, and the colour of the deletion',
    source: p(ins(`${r('kept')}${del('dropped')}`)),
    shows: [
      run(NEW, t('kept')),
      run(`<w:strike/><w:color w:val="C00000"/><w:u w:val="double"/>`, t('dropped')),
    ],
  },
  {
    name: 'formatting as it is now, marked',
    source: FORMATTED,
    shows: [
      `<w:p><w:pPr><w:jc w:val="center"/></w:pPr>${run(`<w:i/>${DOTS}`, t('a'))}${run(DOTS, t('¶'))}</w:p>`,
    ],
  },
  {
    name: 'inserted text whose formatting changed has both lines where they differ, and the colour of the insertion',
    source: p(ins(r('a', `<w:i/>${change('rPr', '<w:b/>')}`))),
    shows: [run(`<w:i/>${NEW}`, t('a'))],
  },
  {
    name: 'a paragraph that came, with its mark',
    source: p(ins(r('new')), markOf('ins')),
    shows: [`<w:p><w:pPr><w:rPr>${NEW}</w:rPr></w:pPr>${run(NEW, t('new'))}</w:p>`],
    hides: ['¶'],
  },
  {
    name: 'a paragraph that was split shows where',
    source: p(r('one'), markOf('ins')) + p(r('two')),
    shows: [`${r('one')}${run(NEW, t('¶'))}</w:p>`],
  },
  {
    name: 'a deleted page or section break breaks nothing',
    source:
      p(
        `<w:del w:id="1" w:author="A"><w:r><w:br w:type="page"/><w:delText>x</w:delText></w:r></w:del>`,
        `${markOf('del')}<w:sectPr/>`,
      ) + p(r('y')),
    shows: [`<w:p><w:pPr><w:rPr>${OLD}</w:rPr></w:pPr>${run(OLD, '<w:t>x</w:t>')}</w:p>`],
  },
  {
    name: 'a field that went away is text',
    source: p(
      `<w:del w:id="1" w:author="A"><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:delInstrText>REF a</w:delInstrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${gone('4.2')}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:del>${ins(field('REF b', '4.3'))}`,
    ),
    shows: [run(OLD, t('4.2')), 'REF b'],
    hides: ['REF a'],
  },
  {
    name: 'the code of a nested field that went away is not shown',
    source: p(
      `<w:moveFrom w:id="1" w:author="A"><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF </w:instrText></w:r>${field('REF a', 'hidden')}<w:r><w:fldChar w:fldCharType="separate"/></w:r>${r('shown')}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:moveFrom>${r('after')}`,
    ),
    shows: [`<w:p>${run(AWAY, t('shown'))}${r('after')}</w:p>`],
  },
  {
    name: 'rows that came and went, with their empty cells',
    source: tbl(
      row(cell(p('')), mark('ins')) +
        row(cell(p(del('x')), '<w:vAlign w:val="top"/>'), mark('del')) +
        row(cell(p(r('y')))),
    ),
    shows: [
      `<w:tr><w:tc><w:tcPr>${shade('E6ECFA')}</w:tcPr>`,
      `<w:tr><w:tc><w:tcPr>${shade('FBE9E7')}<w:vAlign w:val="top"/></w:tcPr>${p(run(OLD, t('x')), `<w:rPr>${OLD}</w:rPr>`)}</w:tc></w:tr>`,
      `<w:tr>${cell(p(r('y')))}</w:tr>`,
    ],
  },
  {
    name: 'a row of a table inside a row that went away is not its row',
    source: tbl(row(cell(tbl(row(cell(p(r('x'))))) + p('')), mark('del'))),
    shows: [cell(p(run(OLD, t('x')), `<w:rPr>${OLD}</w:rPr>`))],
  },
  {
    name: 'cells that came, went and merged all stand there',
    source: tbl(
      row(
        cell(p(r('a')), mark('cellIns')) +
          cell(p(r('b')), mark('cellDel')) +
          cell(p(r('c')), '<w:cellMerge w:id="7" w:author="A" w:vMerge="cont"/>'),
      ),
    ),
    shows: [run(NEW, t('a')), run(OLD, t('b')), r('c'), shade('E6ECFA'), shade('FBE9E7')],
    hides: ['vMerge'],
  },
  {
    name: 'a header',
    source: withHeader(p(del('draft'))),
    part: 'word/header1.xml',
    shows: [run(OLD, t('draft'))],
  },
  {
    name: 'a text box in text that came',
    source: p(ins(box(p(r('boxed'))))),
    shows: [run(NEW, t('boxed'))],
    hides: ['picture]'],
  },
  {
    name: 'a picture says what became of it',
    source: p(ins('<w:r><w:drawing/></w:r>')),
    shows: [
      `${run(NEW, '<w:drawing/>')}${run(`<w:caps w:val="0"/><w:smallCaps w:val="0"/><w:color w:val="0000C8"/><w:sz w:val="18"/><w:szCs w:val="18"/><w:u w:val="double"/>`, t('[inserted picture]'))}`,
    ],
  },
  {
    name: 'a formula',
    source: p(tag('del', '<m:oMath><m:r><m:rPr><m:nor/></m:rPr><m:t>x</m:t></m:r></m:oMath>')),
    shows: [`<m:oMath><m:r><m:rPr><m:nor/></m:rPr><w:rPr>${OLD}</w:rPr><m:t>x</m:t></m:r></m:oMath>`],
  },
  {
    name: 'bookmarks stay',
    source: p(ins(bookmark('b', r('x')))),
    shows: [bookmark('b', run(NEW, t('x')))],
  },
  {
    name: 'numbers of paragraphs that went away are text, and do not count',
    source: {
      'word/document.xml': documentXml(p(del('x'), `${NUMBERED}${markOf('del')}`) + p(r('y'), NUMBERED)),
      'word/numbering.xml': partXml(
        'w:numbering',
        '<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="4"/><w:lvlText w:val="%1."/><w:pPr><w:ind w:left="720"/></w:pPr></w:lvl></w:abstractNum>' +
          '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>',
      ),
    },
    shows: [
      `<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr><w:ind w:left="720"/><w:rPr>${OLD}</w:rPr></w:pPr>`,
      `${run(OLD, '<w:t xml:space="preserve">4.</w:t><w:tab/>')}${run(OLD, t('x'))}</w:p>`,
      p(r('y'), NUMBERED),
    ],
  },
];

describe('a static comparison', () => {
  test.each(CASES)('shows $name', ({ source, shows, hides = [], part }) => {
    const xml = written(source, part);
    for (const text of shows) expect(xml).toContain(text);
    for (const text of hides) expect(xml).not.toContain(text);
    expect(xml).not.toMatch(REVISION);
  });

  test('formatting is not marked where nobody wants it', () => {
    const xml = written(FORMATTED, undefined, { ...DEFAULT_BLACKLINE, formatting: null });
    expect(xml).toContain(`<w:p><w:pPr><w:jc w:val="center"/></w:pPr>${r('a', '<w:i/>')}</w:p>`);
  });

  test('numbers the notes of the modified document, and the note that went away as before', () => {
    const source = withNotes(p(`${r('a')}<w:del w:id="1" w:author="A">${noteRef(2)}</w:del>${noteRef(3)}`), {
      2: p(`<w:r><w:footnoteRef/></w:r>${r('Gone.')}`),
      3: p(`<w:r><w:footnoteRef/></w:r>${r('Stays.')}`),
    });
    expect(written(source)).toContain(
      `${run(OLD, '<w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>1</w:t>')}${noteRef(3)}`,
    );
    const notes = written(source, 'word/footnotes.xml');
    expect(notes).toContain(`${run(OLD, '<w:t>1</w:t>')}${run(OLD, t('Gone.'))}`);
    expect(notes).toContain(`<w:r><w:footnoteRef/></w:r>${r('Stays.')}`);
  });

  test('takes the looks that are asked for', () => {
    const options: BlacklineOptions = {
      ...DEFAULT_BLACKLINE,
      insertion: { decoration: 'wavy-underline', color: null },
      deletion: { decoration: 'double-strike', color: 'ab00cd' },
    };
    const xml = written(p(ins(r('new', '<w:color w:val="111111"/>')) + del('old')), undefined, options);
    expect(xml).toContain(run('<w:color w:val="111111"/><w:u w:val="wave"/>', t('new')));
    expect(xml).toContain(run('<w:dstrike/><w:color w:val="AB00CD"/>', t('old')));
  });

  test.each([
    ['a colour', { color: 'red', decoration: 'strike' }],
    ['markup as a colour', { color: '"/><w:b/', decoration: 'strike' }],
    ['a decoration', { color: null, decoration: 'blink' }],
  ])('refuses %s that is none', (_, look) => {
    const options = { ...DEFAULT_BLACKLINE, deletion: look } as BlacklineOptions;
    expect(() => written(p(''), undefined, options)).toThrow(
      expect.objectContaining({ code: 'options/invalid' }),
    );
  });

  test('gives a document without changes back byte by byte, and the same bytes twice', () => {
    const plain = docx(p(r('a')));
    expect(blackline(plain, nodeCodec, DEFAULT_LIMITS)).toBe(plain);
    const redline = docx(p(ins(r('a'))));
    expect(blackline(redline, nodeCodec, DEFAULT_LIMITS)).toEqual(
      blackline(redline, nodeCodec, DEFAULT_LIMITS),
    );
  });

  test('no longer tracks', () => {
    const source: Source = [
      {
        'word/settings.xml':
          '<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:trackRevisions/><w:zoom w:percent="100"/></w:settings>',
      },
      [],
    ];
    const xml = written(source, 'word/settings.xml');
    expect(xml).toContain('zoom');
    expect(xml).not.toContain('trackRevisions');
  });
});

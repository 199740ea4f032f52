import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildDocx, documentXml, type Parts, partXml } from '../support/package.ts';
import { strict } from '../support/strict.ts';

/** A document to start from. */
export interface Base {
  readonly name: string;
  readonly data: Uint8Array;
}

const t = (text: string): string => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
const p = (content: string, pPr = ''): string => `<w:p>${pPr && `<w:pPr>${pPr}</w:pPr>`}${content}</w:p>`;
const cell = (content: string, tcPr = ''): string =>
  `<w:tc>${tcPr && `<w:tcPr>${tcPr}</w:tcPr>`}${content}</w:tc>`;
const row = (...cells: string[]): string => `<w:tr>${cells.join('')}</w:tr>`;
const table = (columns: number, ...rows: string[]): string =>
  `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>${'<w:gridCol w:w="2000"/>'.repeat(columns)}</w:tblGrid>${rows.join('')}</w:tbl>`;
const run = (content: string): string => `<w:r>${content}</w:r>`;
const field = (code: string, result: string): string =>
  `${run('<w:fldChar w:fldCharType="begin"/>')}${run(`<w:instrText xml:space="preserve">${code}</w:instrText>`)}${run('<w:fldChar w:fldCharType="separate"/>')}${t(result)}${run('<w:fldChar w:fldCharType="end"/>')}`;
const list = (level: number): string => `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="1"/></w:numPr>`;
const sdt = (content: string, tag: string): string =>
  `<w:sdt><w:sdtPr><w:tag w:val="${tag}"/></w:sdtPr><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
const mark = (id: number, content: string): string =>
  `<w:bookmarkStart w:id="${id}" w:name="_Ref${id}"/>${content}<w:bookmarkEnd w:id="${id}"/>`;
const PAGE = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:docGrid w:linePitch="360"/></w:sectPr>';
const body = (content: string, section = PAGE): Parts => ({
  'word/document.xml': documentXml(content + section),
});

const CLAUSES = [
  'This Agreement is made between the Supplier and the Customer on the date set out below.',
  'The Supplier shall provide the Services with reasonable skill and care and in line with Schedule 1.',
  'The Customer shall pay each invoice within thirty (30) days of its date, without any deduction.',
  'Either party may terminate this Agreement by giving not less than ninety days&#8217; written notice.',
  'Neither party is liable for indirect loss, loss of profit or loss of data, however it arises.',
  'The Supplier&apos;s total liability in each year is limited to 100% of the fees paid in that year.',
  'Each party keeps the other party&#8217;s information secret &amp; uses it for the Services alone.',
  'This Agreement is governed by the laws of Norway; the courts of Oslo have exclusive jurisdiction.',
];

const NUMBERING = partXml(
  'w:numbering',
  `<w:abstractNum w:abstractNumId="0">${[0, 1, 2, 3].map((n) => `<w:lvl w:ilvl="${n}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%${n + 1}."/></w:lvl>`).join('')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`,
);

function contract(): Parts {
  const clauses = CLAUSES.map((c, i) => p(t(c), list(i % 3)));
  return {
    ...body(p(t('SERVICES AGREEMENT'), '<w:jc w:val="center"/>') + clauses.join('') + p('')),
    'word/numbering.xml': NUMBERING,
  };
}

function tables(): Parts {
  const words = (text: string): string => cell(p(t(text)));
  const prices = table(
    3,
    row(words('Service'), words('Price'), words('Term')),
    ...['Hosting', 'Support', 'Training', 'Advice'].map((name, i) =>
      row(words(name), words(`${i + 1}00 EUR`), words(`${i + 1} months`)),
    ),
  );
  const merged = table(
    2,
    row(cell(p(t('Both')), '<w:gridSpan w:val="2"/>')),
    row(cell(p(t('Left')), '<w:vMerge w:val="restart"/>'), words('One')),
    row(cell(p(''), '<w:vMerge/>'), words('Two')),
  );
  const nested = table(
    1,
    row(cell(p(t('Outer')) + table(1, row(words('Inner one')), row(words('Inner two'))) + p(''))),
  );
  return body(p(t(CLAUSES[0] ?? '')) + prices + p(t('Between.')) + merged + p('') + nested + p(t('End.')));
}

function inline(): Parts {
  const link = `<w:hyperlink w:anchor="_Ref1">${t('the first clause')}</w:hyperlink>`;
  const contents = [
    p(
      run('<w:fldChar w:fldCharType="begin"/>') +
        run('<w:instrText>TOC \\o</w:instrText>') +
        run('<w:fldChar w:fldCharType="separate"/>') +
        t('Scope 1'),
    ),
    p(t('Price 2')),
    p(t('Term 3') + run('<w:fldChar w:fldCharType="end"/>')),
  ];
  return body(
    contents.join('') +
      p(mark(1, t('1. Scope.')) + t(' The Supplier provides the Services.')) +
      p(t('See ') + field(' REF _Ref1 \\h ', 'clause 1') + t(' and ') + link + t(' above.')) +
      p(
        `${t('Name: ') + sdt(t('Ann Example'), 'name') + t(', page ')}<w:fldSimple w:instr=" PAGE ">${t('3')}</w:fldSimple>`,
      ) +
      sdt(p(t('The parties agree on the following.')) + p(t('They sign it.')), 'block') +
      p(mark(2, t('2. Term.')) + run('<w:tab/>') + t('Two years') + run('<w:br/>') + t('from signing.')) +
      p(t('End.')),
  );
}

function stories(): Parts {
  const note = (id: number): string => run(`<w:footnoteReference w:id="${id}"/>`);
  const first = `<w:sectPr><w:headerReference w:type="default" r:id="header1"/><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>`;
  const last = `<w:sectPr><w:headerReference w:type="default" r:id="header2"/><w:footerReference w:type="default" r:id="footer1"/><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>`;
  return {
    ...body(
      p(t(CLAUSES[0] ?? '') + note(1)) +
        p(t(CLAUSES[1] ?? ''), first) +
        p(t(CLAUSES[2] ?? '') + note(2) + t(' More.')) +
        p(t(CLAUSES[3] ?? '')),
      last,
    ),
    'word/footnotes.xml': partXml(
      'w:footnotes',
      `<w:footnote w:id="1">${p(t('As amended from time to time.'))}</w:footnote><w:footnote w:id="2">${p(t('Net of tax.'))}${p(t('And fees.'))}</w:footnote>`,
    ),
    'word/header1.xml': partXml('w:hdr', p(t('Draft of 1 May'))),
    'word/header2.xml': partXml('w:hdr', p(t('Confidential'))),
    'word/footer1.xml': partXml(
      'w:ftr',
      p(`${t('Page ')}<w:fldSimple w:instr=" PAGE ">${t('1')}</w:fldSimple>`),
    ),
  };
}

function boxes(): Parts {
  const content = `<w:txbxContent>${p(t('Seal of the Supplier'))}${p(t('Oslo'))}</w:txbxContent>`;
  const drawing = `<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="100" cy="100"/><wp:docPr id="1" name="Box"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr/><wps:txbx>${content}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>${content}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>`;
  return body(
    p(t(CLAUSES[4] ?? '') + run(drawing)) +
      p(t('甲方应当在收到发票后三十日内付款。')) +
      p(`<w:bdo w:val="rtl">${t('שלום עולם')}</w:bdo>`) +
      p(t(CLAUSES[5] ?? '')),
  );
}

/** What few documents hold: readings, tags, permissions, form fields, equations, other directions. */
function special(): Parts {
  const tag = (name: string, content: string): string =>
    `<w:${name} w:uri="urn:example" w:element="party">${content}</w:${name}>`;
  const reading = `<w:ruby><w:rubyPr><w:rubyAlign w:val="center"/></w:rubyPr><w:rt>${t('とうきょう')}</w:rt><w:rubyBase>${t('東京')}</w:rubyBase></w:ruby>`;
  const check = `${run('<w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="Check1"/><w:enabled/><w:checkBox><w:sizeAuto/><w:default w:val="0"/></w:checkBox></w:ffData></w:fldChar>')}${run('<w:instrText> FORMCHECKBOX </w:instrText>')}${run('<w:fldChar w:fldCharType="end"/>')}`;
  return body(
    p(`${t('Seat: ')}${run(reading)}${t('。 The ')}${tag('smartTag', t('Supplier'))}${t(' signs.')}`) +
      p(`${check}${t(' The ')}${tag('customXml', t('Customer'))}${t(' has read the schedule.')}`) +
      p(
        `<w:permStart w:id="9" w:edGrp="everyone"/>${t('Fill in the name.')}<w:permEnd w:id="9"/><w:proofErr w:type="spellStart"/>${t('Recieved')}<w:proofErr w:type="spellEnd"/>`,
      ) +
      p(
        `${t('Where ')}<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>${t(' is the rate.')}${field(' IF 1 = 1 "yes" ', 'yes')}`,
      ) +
      p(`<w:dir w:val="rtl">${t('שלום 12')}</w:dir>${t(' end')}`, '<w:bidi/>') +
      p(
        `${run('<w:sym w:font="Wingdings" w:char="F0FE"/>')}${run('<w:tab/>')}${t('Agreed, cafe\u0301 😀.')}`,
      ) +
      p(t('End.')),
  );
}

/** Tables with controls around rows and cells, bound and repeating ones. */
function controls(): Parts {
  const words = (text: string): string => cell(p(t(text)));
  const repeated = (content: string, name: string): string =>
    `<w:sdt><w:sdtPr><w15:${name} xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"/></w:sdtPr><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
  const bound = `<w:sdt><w:sdtPr><w:tag w:val="city"/><w:dataBinding w:xpath="/contract/city" w:storeItemID="{00000000-0000-0000-0000-000000000001}"/></w:sdtPr><w:sdtContent>${t('Oslo')}</w:sdtContent></w:sdt>`;
  const item = (name: string): string => repeated(row(words(name), words('1 unit')), 'repeatingSectionItem');
  return body(
    p(t('Place: ') + bound) +
      table(
        2,
        row(words('Item'), words('Amount')),
        repeated(item('Hosting') + item('Support'), 'repeatingSection'),
      ) +
      p(t('Between the tables.')) +
      table(
        2,
        sdt(row(words('Left'), words('Right')), 'row'),
        row(sdt(words('Inner'), 'cell'), words('Outer')),
      ) +
      sdt(p(t('A clause in a control.')) + sdt(p(t('Another in that one.')), 'inner'), 'outer') +
      p(t('End.')),
  );
}

const MADE: Readonly<Record<string, () => Parts>> = {
  contract,
  tables,
  inline,
  stories,
  boxes,
  special,
  controls,
};

/** Small documents of our own: one for each kind of content, and one of the strict conformance class. */
export const SMALL: readonly Base[] = [
  ...Object.entries(MADE).map(([name, make]) => ({ name, data: buildDocx(make()) })),
  { name: 'strict', data: strict(buildDocx(stories())) },
];

/** Not valid in ways that the laws do not speak of: no schema allows these. */
const ODD: ReadonlySet<string> = new Set([
  // A table inside of a paragraph, which counts as one thing.
  'lo_tdf111550',
  // Runs with two sets of properties: which of them holds where an edit empties one?
  'lo_tdf104713_undefinedStyles',
]);

/** Documents of the corpus (`REDLINE_CORPUS`), where there is one, up to a size in bytes. */
export function corpusBases(mostBytes: number): Base[] {
  const corpus = process.env.REDLINE_CORPUS ?? resolve(import.meta.dirname, '../../../shared/corpus');
  return ['contracts', 'wml', 'fixtures', 'rich', 'stress'].flatMap((set) => {
    const folder = join(corpus, set);
    const names = existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => !ODD.has(name))
          .sort()
      : [];
    return names.flatMap((name) => {
      const file = join(folder, name, 'original.docx');
      return existsSync(file) && statSync(file).size <= mostBytes
        ? [{ name: `${set}/${name}`, data: new Uint8Array(readFileSync(file)) }]
        : [];
    });
  });
}

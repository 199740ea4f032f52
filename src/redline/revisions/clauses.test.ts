import { expect, test } from 'vitest';
import { partXml } from '../../../test/support/package.ts';
import { body, cell, docx, p, r, row, tbl } from '../../../test/support/redlines.ts';
import { nodeCodec } from '../../kit/index.ts';
import { type ChangedClause, compare } from '../index.ts';

const level = (at: number, format: string, text: string): string =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
const numbering = partXml(
  'w:numbering',
  `<w:abstractNum w:abstractNumId="1">${level(0, 'decimal', '%1.')}${level(1, 'decimal', '%1.%2')}${level(2, 'lowerLetter', '(%3)')}</w:abstractNum>` +
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>',
);
const styles = partXml(
  'w:styles',
  '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>',
);
const at = (ilvl: number, text: string, style = ''): string =>
  p(
    r(text),
    `${style && `<w:pStyle w:val="${style}"/>`}<w:numPr><w:ilvl w:val="${ilvl}"/><w:numId w:val="1"/></w:numPr>`,
  );
const clause = (text: string): string => at(1, `${text} shall be as agreed between both of them`);
const contract = (...blocks: string[]): Uint8Array =>
  docx({ ...body(blocks.join('')), 'word/numbering.xml': numbering, 'word/styles.xml': styles });
const [PRICE, TERM, TAX, LAW] = [
  clause('The price'),
  clause('The term'),
  clause('All tax'),
  clause('Local law'),
];
const [PAYMENT, END] = [at(0, 'Payment', 'H'), p(r('the end'))];

test.each<[what: string, original: Uint8Array, modified: Uint8Array, clauses: Partial<ChangedClause>[]]>([
  ['nothing', contract(PAYMENT, PRICE), contract(PAYMENT, PRICE), []],
  [
    'a word of one',
    contract(PAYMENT, PRICE, TERM),
    contract(PAYMENT, PRICE, clause('The new term')),
    [{ clause: '1.2', heading: 'Payment', change: 'changed' }],
  ],
  [
    'an item, by the numbers above it',
    contract(PAYMENT, PRICE, at(2, 'one item'), at(2, 'another item'), END),
    contract(PAYMENT, PRICE, at(2, 'one item'), at(2, 'another thing'), END),
    [{ clause: '1.1(b)', heading: 'Payment', change: 'changed' }],
  ],
  [
    'one goes, and its neighbours do not',
    contract(PAYMENT, PRICE, TERM, TAX),
    contract(PAYMENT, PRICE, TAX),
    [{ clause: '1.2', change: 'deleted' }],
  ],
  [
    'one comes, by its number in the modified document',
    contract(PAYMENT, PRICE, TAX, END),
    contract(PAYMENT, PRICE, TERM, TAX, END),
    [{ clause: '1.2', change: 'inserted' }],
  ],
  [
    'one moves, and is named where it went',
    contract(PAYMENT, PRICE, TERM, TAX, LAW, END),
    contract(PAYMENT, TERM, TAX, LAW, PRICE, END),
    [{ clause: '1.4', change: 'moved' }],
  ],
  [
    'a paragraph within one comes',
    contract(PAYMENT, PRICE, TERM),
    contract(PAYMENT, PRICE, p(r('in euro')), TERM),
    [{ clause: '1.1', change: 'changed' }],
  ],
  [
    'a row of a table within one goes',
    contract(PAYMENT, PRICE, tbl(row(cell(p(r('a b')))) + row(cell(p(r('c d'))))), TERM),
    contract(PAYMENT, PRICE, tbl(row(cell(p(r('a b'))))), TERM),
    [{ clause: '1.1', change: 'changed' }],
  ],
])('%s', (_, original, modified, clauses) => {
  const { report } = compare(original, modified, {}, nodeCodec);
  expect(report.verification.exact).toBe(true);
  expect(report.clauses).toMatchObject(clauses);
  expect(report.clauses).toHaveLength(clauses.length);
});

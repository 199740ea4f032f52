import { Paragraph, type Table, TableRow, TextRun, UnderlineType } from 'docx';
import {
  type ChangeReport,
  type Codec,
  figuresOf,
  placeOfClause,
  type ReportedChange,
  type ReportedClause,
  sidesOf,
  subjectOf,
} from '../redline/index.ts';
import { cell, figureTable, HEAD, heading, line, packed, SOFT, said, table, title, WIDTH } from './paper.ts';

const COLUMNS = [2438, 3600, 3600] as const;
/** Characters of a row that need not be kept on one page. */
const LONG_ROW = 1500;
const [INSERTED, DELETED] = ['0B5CAD', 'B3261E'];

/** A change report as a Word document; equal reports make equal bytes. */
export async function reportDocx(report: ChangeReport, codec: Codec): Promise<Uint8Array> {
  const { original, modified, date, authors } = report;
  const children = [
    title('Change report'),
    ...said([
      ['Original', original],
      ['Modified', modified],
      ['Date', date === null ? null : date.slice(0, 10)],
      ['Changes by', authors.length === 0 ? null : authors.join(', ')],
    ]),
    figureTable(figuresOf(report)),
    ...section('Changes of substance', 'The words are the same in both versions.', report.substance),
    ...section('Formatting and numbering', 'Nothing changed but words.', report.formatting),
  ];
  return await packed('Change report', children, date, codec);
}

function section(name: string, none: string, clauses: readonly ReportedClause[]): (Paragraph | Table)[] {
  const head = heading(name);
  if (clauses.length === 0) return [head, line([new TextRun({ text: none, color: SOFT })])];
  const titles = ['Change', 'Before', 'After'].map((text, at) =>
    cell(COLUMNS[at] ?? 0, [line([new TextRun({ text, bold: true })])], HEAD),
  );
  const rows = clauses.flatMap((clause) => [clauseRow(clause), ...clause.changes.map(changeRow)]);
  return [head, table(COLUMNS, [new TableRow({ tableHeader: true, children: titles }), ...rows])];
}

function clauseRow(clause: ReportedClause): TableRow {
  const text = new TextRun({ text: placeOfClause(clause), bold: true });
  const paragraph = new Paragraph({ keepNext: true, children: [text] });
  return new TableRow({ cantSplit: true, children: [cell(WIDTH, [paragraph], HEAD, COLUMNS.length)] });
}

function changeRow(change: ReportedChange): TableRow {
  const [before, after] = sidesOf(change);
  const what = [line([new TextRun({ text: change.what, bold: true })])];
  const words = subjectOf(change);
  if (words !== '') what.push(line([new TextRun({ text: words, size: 18 })]));
  for (const text of [change.author, change.date?.slice(0, 10) ?? ''].filter((part) => part !== ''))
    what.push(line([new TextRun({ text, size: 16, color: SOFT })]));
  const plain = change.format !== null;
  return new TableRow({
    cantSplit: before.length + after.length < LONG_ROW,
    children: [
      cell(COLUMNS[0], what),
      cell(COLUMNS[1], lines(before, plain ? {} : { strike: true, color: DELETED })),
      cell(
        COLUMNS[2],
        lines(after, plain ? {} : { underline: { type: UnderlineType.DOUBLE }, color: INSERTED }),
      ),
    ],
  });
}

type Look = Pick<ConstructorParameters<typeof TextRun>[0] & object, 'strike' | 'underline' | 'color'>;

/** Paragraph marks in a text are paragraphs, tabs stay tabs. */
function lines(text: string, look: Look): Paragraph[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((part) => line([new TextRun({ text: part, ...look })]));
}

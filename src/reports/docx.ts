import {
  AlignmentType,
  BorderStyle,
  Document,
  Footer,
  Header,
  HeadingLevel,
  Packer,
  PageNumber,
  Paragraph,
  ShadingType,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  UnderlineType,
  VerticalAlignTable,
  WidthType,
} from 'docx';
import {
  type ChangeReport,
  type Codec,
  DEFAULT_LIMITS,
  figuresOf,
  placeOfClause,
  type ReportedChange,
  type ReportedClause,
  repack,
  sidesOf,
  subjectOf,
} from '../redline/index.ts';

/** Twentieths of a point: A4 with margins of 2 cm. */
const WIDTH = 9638;
const COLUMNS = [2438, 3600, 3600] as const;
/** Characters of a row that need not be kept on one page. */
const LONG_ROW = 1500;
const LINE = { style: BorderStyle.SINGLE, size: 4, color: 'BFC4CA' } as const;
const BORDERS = { top: LINE, bottom: LINE, left: LINE, right: LINE } as const;
const [SOFT, HEAD, INSERTED, DELETED] = ['5A6068', 'F0F2F4', '0B5CAD', 'B3261E'];

/** The library reads the clock; equal reports must make equal files. */
const NOW = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** Of a report that says no date: the earliest that a ZIP can hold. */
const NO_DATE = '1980-01-01T00:00:00Z';

/** A change report as a Word document; equal reports make equal bytes. */
export async function reportDocx(report: ChangeReport, codec: Codec): Promise<Uint8Array> {
  const packed = await Packer.toBuffer(documentOf(report));
  const date = report.date ?? NO_DATE;
  const rewrite = (name: string, text: string): string =>
    name === 'docProps/core.xml' ? text.replace(NOW, date) : text;
  return repack(new Uint8Array(packed), rewrite, codec, DEFAULT_LIMITS);
}

function documentOf(report: ChangeReport): Document {
  const footer = new Paragraph({
    alignment: AlignmentType.RIGHT,
    children: [
      new TextRun({
        children: ['Page ', PageNumber.CURRENT, ' of ', PageNumber.TOTAL_PAGES],
        size: 16,
        color: SOFT,
      }),
    ],
  });
  const header = new Paragraph({ children: [new TextRun({ text: 'Change report', size: 16, color: SOFT })] });
  return new Document({
    title: 'Change report',
    creator: 'Redline',
    lastModifiedBy: 'Redline',
    styles: {
      default: {
        document: { run: { font: 'Calibri', size: 20 } },
        title: { run: { font: 'Calibri', size: 36, bold: true }, paragraph: { spacing: { after: 60 } } },
        heading1: {
          run: { font: 'Calibri', size: 26, bold: true },
          paragraph: { spacing: { before: 320, after: 120 }, keepNext: true },
        },
      },
    },
    sections: [
      {
        properties: { page: { size: { width: 11906, height: 16838 }, margin: margin(1134) } },
        headers: { default: new Header({ children: [header] }) },
        footers: { default: new Footer({ children: [footer] }) },
        children: [
          new Paragraph({ heading: HeadingLevel.TITLE, children: [new TextRun('Change report')] }),
          ...names(report),
          figures(report),
          ...section('Changes of substance', 'The words are the same in both versions.', report.substance),
          ...section('Formatting and numbering', 'Nothing changed but words.', report.formatting),
        ],
      },
    ],
  });
}

function margin(all: number) {
  return { top: all, bottom: all, left: all, right: all, header: 567, footer: 567 };
}

function names({ original, modified, date, authors }: ChangeReport): Paragraph[] {
  const lines: [string, string | null][] = [
    ['Original', original],
    ['Modified', modified],
    ['Date', date === null ? null : date.slice(0, 10)],
    ['Changes by', authors.length === 0 ? null : authors.join(', ')],
  ];
  const said = lines.filter(([, text]) => text !== null);
  return said.map(
    ([name, text], at) =>
      new Paragraph({
        spacing: { after: at === said.length - 1 ? 200 : 20 },
        children: [
          new TextRun({ text: `${name}: `, color: SOFT }),
          new TextRun({ text: text ?? '', bold: true }),
        ],
      }),
  );
}

function figures(report: ChangeReport): Table {
  const rows = figuresOf(report).map(
    ([name, count]) =>
      new TableRow({
        cantSplit: true,
        children: [
          cell(3600, [line([new TextRun(name)])]),
          cell(1200, [line([new TextRun({ text: String(count), bold: true })], AlignmentType.RIGHT)]),
        ],
      }),
  );
  return table([3600, 1200], rows);
}

function section(title: string, none: string, clauses: readonly ReportedClause[]): (Paragraph | Table)[] {
  const head = new Paragraph({ heading: HeadingLevel.HEADING_1, children: [new TextRun(title)] });
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

function line(
  children: TextRun[],
  alignment: (typeof AlignmentType)['LEFT' | 'RIGHT'] = AlignmentType.LEFT,
): Paragraph {
  return new Paragraph({ alignment, children });
}

function cell(width: number, children: Paragraph[], fill?: string, columnSpan = 1): TableCell {
  return new TableCell({
    children,
    columnSpan,
    borders: BORDERS,
    verticalAlign: VerticalAlignTable.TOP,
    margins: { top: 50, bottom: 50, left: 100, right: 100 },
    width: { size: width, type: WidthType.DXA },
    ...(fill === undefined ? {} : { shading: { type: ShadingType.CLEAR, color: 'auto', fill } }),
  });
}

function table(columns: readonly number[], rows: TableRow[]): Table {
  const width = columns.reduce((sum, column) => sum + column, 0);
  return new Table({
    rows,
    columnWidths: [...columns],
    layout: TableLayoutType.FIXED,
    width: { size: width, type: WidthType.DXA },
  });
}

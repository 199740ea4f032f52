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
  VerticalAlignTable,
  WidthType,
} from 'docx';
import { type Codec, DEFAULT_LIMITS, repack } from '../redline/index.ts';

/** Twentieths of a point: A4 with margins of 2 cm. */
export const WIDTH = 9638;
const LINE = { style: BorderStyle.SINGLE, size: 4, color: 'BFC4CA' } as const;
const BORDERS = { top: LINE, bottom: LINE, left: LINE, right: LINE } as const;
export const [SOFT, HEAD] = ['5A6068', 'F0F2F4'] as const;

/** The library reads the clock; equal reports must make equal files. */
const NOW = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
/** Of a report that says no date: the earliest that a ZIP can hold. */
const NO_DATE = '1980-01-01T00:00:00Z';

/**
 * A report as a Word document; equal contents make equal bytes.
 *
 * @param date of the document's properties, ISO 8601 in UTC to the second.
 */
export async function packed(
  name: string,
  children: readonly (Paragraph | Table)[],
  date: string | null,
  codec: Codec,
): Promise<Uint8Array> {
  const bytes = await Packer.toBuffer(documentOf(name, children));
  const rewrite = (part: string, text: string): string =>
    part === 'docProps/core.xml' ? text.replace(NOW, date ?? NO_DATE) : text;
  return repack(new Uint8Array(bytes), rewrite, codec, DEFAULT_LIMITS);
}

function documentOf(name: string, children: readonly (Paragraph | Table)[]): Document {
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
  const header = new Paragraph({ children: [new TextRun({ text: name, size: 16, color: SOFT })] });
  return new Document({
    title: name,
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
        children: [...children],
      },
    ],
  });
}

function margin(all: number) {
  return { top: all, bottom: all, left: all, right: all, header: 567, footer: 567 };
}

export function title(text: string): Paragraph {
  return new Paragraph({ heading: HeadingLevel.TITLE, children: [new TextRun(text)] });
}

export function heading(text: string): Paragraph {
  return new Paragraph({ heading: HeadingLevel.HEADING_1, children: [new TextRun(text)] });
}

/** Facts under the title, a line each; what is `null` is not said. */
export function said(facts: readonly (readonly [string, string | null])[]): Paragraph[] {
  const known = facts.filter(([, text]) => text !== null);
  return known.map(
    ([name, text], at) =>
      new Paragraph({
        spacing: { after: at === known.length - 1 ? 200 : 20 },
        children: [
          new TextRun({ text: `${name}: `, color: SOFT }),
          new TextRun({ text: text ?? '', bold: true }),
        ],
      }),
  );
}

export function figureTable(figures: readonly (readonly [string, number])[]): Table {
  const rows = figures.map(
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

/** A paragraph of a table. */
export function line(
  children: TextRun[],
  alignment: (typeof AlignmentType)['LEFT' | 'RIGHT'] = AlignmentType.LEFT,
): Paragraph {
  return new Paragraph({ alignment, children });
}

export function cell(width: number, children: Paragraph[], fill?: string, columnSpan = 1): TableCell {
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

export function table(columns: readonly number[], rows: TableRow[]): Table {
  const width = columns.reduce((sum, column) => sum + column, 0);
  return new Table({
    rows,
    columnWidths: [...columns],
    layout: TableLayoutType.FIXED,
    width: { size: width, type: WidthType.DXA },
  });
}

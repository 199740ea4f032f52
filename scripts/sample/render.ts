import {
  AlignmentType,
  Bookmark,
  BorderStyle,
  Document,
  ExternalHyperlink,
  Footer,
  FootnoteReferenceRun,
  Header,
  NumberedItemReference,
  NumberedItemReferenceFormat,
  PageNumber,
  Paragraph,
  type ParagraphChild,
  ShadingType,
  Table,
  TableCell,
  TableRow,
  TabStopType,
  TextRun,
  VerticalAlign,
  WidthType,
} from 'docx';
import { LISTS, LOOKS, STYLES } from './looks.ts';
import type { Agreement, Block, Table as TableData } from './model.ts';
import { numbersOf } from './numbers.ts';

/** What a paragraph's markup may refer to. */
interface References {
  readonly numbers: ReadonlyMap<string, string>;
  /** Identifiers of blocks that a cross-reference leads to. */
  readonly targets: ReadonlySet<string>;
  /** Footnote identifier → number, by first mention. */
  readonly notes: ReadonlyMap<string, number>;
}

const MARKUP = /\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)]+)\)|\{([Cc])lause:([\w-]+)\}|\{note:([\w-]+)\}/g;
const TEXT_WIDTH = 9000;
/** Blocks that begin on a new page. */
const STARTS_PAGE: ReadonlySet<string> = new Set(['dated', 'schedule-services']);

/** The agreement as a Word document. */
export function render(agreement: Agreement): Document {
  const blocks = [...agreement.cover, ...agreement.body];
  const references = referencesOf(agreement);
  const footnotes = Object.fromEntries(
    [...references.notes].map(([id, number]) => [
      number,
      { children: [note(agreement.notes[id] ?? missing(id))] },
    ]),
  );
  return new Document({
    title: 'Services Agreement',
    creator: 'Redline',
    lastModifiedBy: 'Redline',
    styles: {
      default: { document: { run: { font: 'Arial', size: 20, language: { value: 'en-GB' } } } },
      paragraphStyles: [...STYLES],
    },
    numbering: { config: LISTS },
    footnotes,
    sections: [
      {
        properties: {
          titlePage: true,
          page: { margin: { top: 1440, bottom: 1300, left: 1440, right: 1440 } },
        },
        headers: {
          default: new Header({ children: [headerLine(agreement.header)] }),
          first: new Header({ children: [] }),
        },
        footers: {
          default: new Footer({ children: [footerLine()] }),
          first: new Footer({ children: [footerLine()] }),
        },
        children: blocks.flatMap((block) => renderBlock(block, references)),
      },
    ],
  });
}

function referencesOf(agreement: Agreement): References {
  const blocks = [...agreement.cover, ...agreement.body];
  const mentions = blocks.flatMap(textsOf).flatMap((text) => [...text.matchAll(MARKUP)]);
  const noteIds = mentions.flatMap((match) => match[6] ?? []);
  return {
    numbers: numbersOf(blocks),
    targets: new Set(mentions.flatMap((match) => match[5] ?? [])),
    notes: new Map([...new Set(noteIds)].map((id, index) => [id, index + 1])),
  };
}

function textsOf(block: Block): string[] {
  return block.kind === 'paragraph' ? [block.text] : [...block.head, ...block.rows.flat()];
}

function missing(what: string): never {
  throw new Error(`Nothing is known of "${what}".`);
}

function headerLine(text: string): Paragraph {
  return new Paragraph({
    alignment: AlignmentType.RIGHT,
    border: { bottom: { style: BorderStyle.SINGLE, size: 4, space: 4, color: '808080' } },
    children: [new TextRun({ text, size: 17 })],
  });
}

function footerLine(): Paragraph {
  return new Paragraph({
    tabStops: [{ type: TabStopType.RIGHT, position: TEXT_WIDTH }],
    children: [
      new TextRun({ text: 'Confidential', size: 17 }),
      new TextRun({ children: ['\tPage ', PageNumber.CURRENT, ' of ', PageNumber.TOTAL_PAGES], size: 17 }),
    ],
  });
}

function note(text: string): Paragraph {
  return new Paragraph({ children: [new TextRun({ text: ` ${text}`, size: 18 })] });
}

function renderBlock(block: Block, references: References): (Paragraph | Table)[] {
  if (block.kind === 'table') return [renderTable(block, references), new Paragraph({ style: 'TableText' })];
  const look = LOOKS[block.look];
  const runs = inline(block.text, references);
  const children = references.targets.has(block.id)
    ? [new Bookmark({ id: bookmarkName(block.id), children: runs })]
    : runs;
  const numbering =
    look.list === undefined ? {} : { numbering: { reference: look.list, level: look.level ?? 0 } };
  return [
    new Paragraph({
      style: look.style,
      children,
      ...numbering,
      ...(STARTS_PAGE.has(block.id) ? { pageBreakBefore: true } : {}),
    }),
  ];
}

function bookmarkName(id: string): string {
  return `_Ref_${id.replaceAll('-', '_')}`;
}

function inline(text: string, references: References): ParagraphChild[] {
  const children: ParagraphChild[] = [];
  let at = 0;
  for (const match of text.matchAll(MARKUP)) {
    if (match.index > at) children.push(new TextRun(text.slice(at, match.index)));
    children.push(...marked(match, references));
    at = match.index + match[0].length;
  }
  if (at < text.length) children.push(new TextRun(text.slice(at)));
  return children;
}

function marked(match: RegExpMatchArray, references: References): ParagraphChild[] {
  const [, bold, shown, link, initial, clause, noteId] = match;
  if (bold !== undefined) return [new TextRun({ text: bold, bold: true })];
  if (shown !== undefined && link !== undefined)
    return [new ExternalHyperlink({ link, children: [new TextRun({ text: shown, style: 'Hyperlink' })] })];
  if (clause !== undefined) {
    const number = references.numbers.get(clause) ?? missing(clause);
    const format = { referenceFormat: NumberedItemReferenceFormat.FULL_CONTEXT };
    return [new TextRun(`${initial}lause `), new NumberedItemReference(bookmarkName(clause), number, format)];
  }
  return [new FootnoteReferenceRun(references.notes.get(noteId ?? '') ?? missing(noteId ?? 'a note'))];
}

function renderTable(table: TableData, references: References): Table {
  const head = table.head.length === 0 ? [] : [renderRow(table, table.head, references, true)];
  return new Table({
    width: { size: table.widths.reduce((sum, width) => sum + width, 0), type: WidthType.DXA },
    columnWidths: [...table.widths],
    ...(table.lines ? {} : { borders: noLines() }),
    rows: [...head, ...table.rows.map((row) => renderRow(table, row, references, false))],
  });
}

function renderRow(
  table: TableData,
  cells: readonly string[],
  references: References,
  isHead: boolean,
): TableRow {
  return new TableRow({
    tableHeader: isHead,
    cantSplit: true,
    children: cells.map((text, column) => {
      const isNumeric = table.numeric?.includes(column) ?? false;
      return new TableCell({
        width: { size: table.widths[column] ?? missing(`column ${column}`), type: WidthType.DXA },
        verticalAlign: VerticalAlign.CENTER,
        margins: { left: 100, right: 100 },
        ...(table.lines ? {} : { borders: noLines() }),
        ...(isHead ? { shading: { type: ShadingType.CLEAR, color: 'auto', fill: 'E7EBF0' } } : {}),
        children: [
          new Paragraph({
            style: 'TableText',
            keepNext: !table.lines,
            ...(isNumeric ? { alignment: AlignmentType.RIGHT } : {}),
            children: isHead ? [new TextRun({ text, bold: true })] : inline(text, references),
          }),
        ],
      });
    }),
  });
}

function noLines() {
  const none = { style: BorderStyle.NONE, size: 0, color: 'auto' };
  return { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none };
}

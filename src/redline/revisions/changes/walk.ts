import { attribute, child, decodeText, elements, isElement, type XmlElement } from '../../ooxml/index.ts';
import { isMoveStart, TRACK, WRAPPERS } from '../decide/names.ts';
import { markersOf } from '../decide/properties.ts';
import type { Presence } from './clauses.ts';
import { Cursor, type Paragraph, type Reading } from './cursor.ts';
import { Formats } from './formats.ts';
import { addText, agrees, type Group, SIDES, type Side } from './group.ts';
import { joinBlanks, type ParagraphEnd, shiftMarks } from './ledger.ts';
import { plainParagraphs } from './scan.ts';
import { Tables } from './tables.ts';

/** What stands for content that is not text: a picture, a note's reference, an equation's structure. */
const OBJECT = '\ufffc';
const SHOWN: Readonly<Record<string, string>> = {
  'w:tab': '\t',
  'w:ptab': '\t',
  'w:br': '\n',
  'w:cr': '\n',
  'w:noBreakHyphen': '\u2011',
  'w:softHyphen': '\u00ad',
  'w:sym': OBJECT,
  'w:footnoteReference': OBJECT,
  'w:endnoteReference': OBJECT,
  'w:drawing': OBJECT,
  'w:pict': OBJECT,
  'w:object': OBJECT,
  'w:pgNum': OBJECT,
};
const TEXT = new Set(['w:t', 'w:delText', 'm:t']);
const CODE = new Set(['w:instrText', 'w:delInstrText']);

/** Characters of the paragraph above that tell where blank and short ones stand: most changes come later in it. */
const ABOVE = 12;

function startOf(text: string): string {
  return text.trimStart().slice(0, ABOVE);
}

/** Reads the revisions of a part into the ledger. */
export class PartReader {
  readonly #at: Cursor;
  readonly #formats: Formats;
  readonly #tables: Tables;

  constructor(reading: Reading) {
    this.#at = new Cursor(reading);
    this.#formats = new Formats(this.#at);
    this.#tables = new Tables(this.#at, this.#formats, {
      walk: (element) => this.#walk(element),
      blocks: (children) => this.#blocks(children),
      scan: (element, structure) => this.#scan(element, structure),
    });
  }

  /** Has everything done that waits for somebody to ask. */
  finish(): void {
    this.#at.backlog.finish();
  }

  story(name: string, content: XmlElement): void {
    this.#at.backlog.add(() => {
      this.#at.order.above = '';
    });
    this.blocks(name, content);
  }

  /** Blocks of a story, which may be some of many. */
  blocks(name: string, content: XmlElement): void {
    this.#at.story = name;
    this.#at.paragraph = this.#at.between;
    this.#blocks(elements(content));
  }

  #blocks(children: readonly XmlElement[]): void {
    const outside = this.#at.ends;
    this.#at.ends = [];
    for (const c of children) {
      if (this.#at.isInside || this.#at.reading.holds(c)) this.#walk(c);
      else this.#plain(c);
      if (c.name !== 'w:p' && !/Range|^w:(?:bookmark|proofErr)/.test(c.name)) this.#at.ends.push(undefined);
    }
    shiftMarks(this.#at.ends, this.#at.ledger);
    joinBlanks(this.#at.ends, this.#at.ledger);
    this.#at.ends = outside;
  }

  /** A block without revisions: only its numbers and words are of interest. */
  #plain(block: XmlElement): void {
    const structure = this.#at.structure();
    this.#at.backlog.add(() => this.#scan(block, structure));
    if (block.name === 'w:p') this.#at.ends.push({ whole: undefined, mark: undefined, blank: false });
  }

  /** For the backlog: what stands in an element without revisions. */
  #scan(element: XmlElement, structure: () => string): void {
    const { order, reading } = this.#at;
    for (const found of plainParagraphs(element.source.slice(element.start, element.end))) {
      if (found === null) {
        order.tables++;
        continue;
      }
      order.paragraphs++;
      reading.clauses?.plain(found.pPr, () => found.text);
      order.keys.next(found.text, structure());
      if (found.text.trim() !== '') order.above = startOf(found.text);
    }
  }

  #walk(element: XmlElement): void {
    const { name } = element;
    const shown = SHOWN[name];
    if (shown !== undefined) this.#at.text(shown);
    if (name === 'w:p') this.#readParagraph(element);
    else if (TEXT.has(name))
      this.#at.text(decodeText(element.source.slice(element.innerStart, element.innerEnd)));
    else if (CODE.has(name))
      this.#at.code(decodeText(element.source.slice(element.innerStart, element.innerEnd)));
    else if (TRACK.has(name)) this.#tracked(element, SIDES[name] ?? 'ins');
    else if (name === 'w:r' || name === 'm:r') this.#formats.run(element, () => this.#walkAll(element));
    else if (name === 'w:tbl') this.#tables.readTable(element);
    else if (name === 'w:tr') this.#tables.row(element);
    else if (name === 'w:tc') this.#tables.cell(element);
    else if (name === 'w:sectPr') this.#formats.former(element, 'section');
    else if (name === 'mc:AlternateContent') this.#alternates(element);
    else if (name === 'w:txbxContent') this.#box(element);
    else if (WRAPPERS.has(name)) this.#wrapper(element);
    else if (!this.#at.ranges.read(element, () => this.#at.place())) this.#walkAll(element);
  }

  #walkAll(element: XmlElement): void {
    for (const c of element.children) if (isElement(c)) this.#walk(c);
  }

  #tracked(element: XmlElement, side: Side): void {
    // LibreOffice begins the range of a move inside of what moved.
    const [first] = elements(element);
    const begins = first && isMoveStart(first) ? first : undefined;
    if (begins) this.#walk(begins);
    const group = this.#at.groupOf(element, side);
    this.#at.inside(group, side, () => {
      for (const c of element.children) if (isElement(c) && c !== begins) this.#walk(c);
    });
  }

  #readParagraph(element: XmlElement): void {
    const [outside, outsideFormat] = [this.#at.paragraph, this.#at.runFormat];
    this.#at.backlog.add(() => {
      this.#at.order.paragraphs++;
    });
    const p = this.#at.newParagraph(element);
    this.#at.paragraph = p;
    this.#at.runFormat = undefined;
    const pPr = child(element, 'w:pPr');
    if (pPr) this.#formats.paragraphFormats(pPr);
    for (const c of element.children) if (isElement(c) && c !== pPr) this.#walk(c);
    const mark = child(pPr, 'w:rPr');
    if (mark) this.#formats.markFormat(mark);
    const end = this.#mark(markersOf(mark));
    const section = child(pPr, 'w:sectPr');
    if (section) this.#walk(section);
    this.#finish(pPr, p, end);
    if (this.#at.table) this.#at.table.paragraph++;
    this.#at.paragraph = outside;
    this.#at.runFormat = outsideFormat;
  }

  #finish(pPr: XmlElement | undefined, p: Paragraph, mark: ParagraphEnd['mark']): void {
    const gone = (fate: 'ins' | 'del'): boolean =>
      (mark !== undefined && agrees(mark.side, fate)) ||
      this.#at.around.some((a) => a.group.subject === 'row' && agrees(a.side, fate));
    const presence = { accepted: !gone('del'), rejected: !gone('ins') };
    this.#number(pPr, p, presence);
    const [only] = p.inside;
    const whole =
      p.inside.size === 1 && p.slot.text === '' && this.#at.around.length === 0 ? only : undefined;
    const blank =
      p.length === 0 &&
      p.inside.size === 0 &&
      mark?.group.subject === 'text' &&
      mark.group.elements.length === 1;
    this.#at.ends.push({ whole, mark, blank });
    this.#at.separate('\n');
  }

  /** Has a paragraph counted where its turn is. */
  #number(pPr: XmlElement | undefined, p: Paragraph, presence: Presence): void {
    const { awaiting, backlog, order, reading } = this.#at;
    const structure = this.#at.structure();
    this.#at.awaiting = [];
    backlog.add(() => {
      Object.assign(
        p.where,
        reading.clauses?.next(pPr, () => p.shown || p.slot.text, presence),
      );
      for (const where of awaiting) Object.assign(where, p.where);
      p.key = order.keys.next(p.slot.text, structure());
      if (p.slot.text.trim() !== '') order.above = startOf(p.slot.text);
    });
    p.settle = backlog.upToHere();
  }

  /** A tracked paragraph mark; where several authors tracked it, the first is the one around the others. */
  #mark(markers: readonly XmlElement[]): ParagraphEnd['mark'] {
    let end: ParagraphEnd['mark'];
    for (const element of markers) {
      const side = SIDES[element.name] ?? 'ins';
      const group = this.#markGroup(element, side);
      group.hasMark = true;
      if (!this.#at.around.some((a) => a.group === group)) addText(group, side, '\n');
      end ??= { group, element, side };
    }
    return end;
  }

  #markGroup(element: XmlElement, side: Side): Group {
    const { slot } = this.#at.paragraph;
    const { current } = slot;
    const [only] = this.#at.paragraph.inside;
    const moved =
      only?.subject === 'move' && this.#at.paragraph.inside.size === 1 && slot.text === '' ? only : undefined;
    if (moved && moved.author === attribute(element, 'w:author') && this.#at.around.length === 0) {
      moved.elements.push(element);
      return moved;
    }
    if (current && current.subject !== 'text') slot.current = undefined;
    return this.#at.groupOf(element, side);
  }

  #wrapper(element: XmlElement): void {
    this.#at.ranges.wrapper(
      element,
      () => this.#at.place(),
      () => this.#walkAll(element),
    );
  }

  /** Both copies of a text box hold the same changes (ECMA-376 Part 3 §7.5): they are read and decided as one. */
  #alternates(element: XmlElement): void {
    const [choice, ...others] = elements(element);
    const [from, before] = [this.#at.ledger.groups.length, this.#at.boxes];
    if (choice) this.#walk(choice);
    const copies = this.#at.ledger.groups.length;
    const [silent, boxes] = [this.#at.silentBelow, this.#at.boxes];
    const { length, shown } = this.#at.paragraph;
    this.#at.silentBelow = copies;
    for (const other of others) {
      this.#at.boxes = before;
      this.#walk(other);
    }
    this.#at.silentBelow = silent;
    this.#at.boxes = boxes;
    this.#at.paragraph.length = length;
    this.#at.paragraph.shown = shown;
    this.#at.ledger.mergeCopies(from, copies);
  }

  #box(element: XmlElement): void {
    const { story, table, order } = this.#at;
    let above = '';
    this.#at.backlog.add(() => {
      above = order.above;
    });
    const [format, paragraph] = [this.#at.runFormat, this.#at.paragraph];
    this.#at.paragraph = this.#at.between;
    this.#at.boxes++;
    this.#at.story = `text box ${this.#at.boxes} in ${story.replace(/^text box \d+ in /, '')}`;
    this.#at.table = undefined;
    this.#at.runFormat = undefined;
    this.#blocks(elements(element));
    this.#at.story = story;
    this.#at.table = table;
    this.#at.backlog.add(() => {
      order.above = above;
    });
    this.#at.runFormat = format;
    this.#at.paragraph = paragraph;
  }
}

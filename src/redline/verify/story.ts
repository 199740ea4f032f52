import { append } from './append.ts';
import type { Block, NoteReference } from './block.ts';
import { alternate, canonical, properties } from './canonical.ts';
import type { Context } from './context.ts';
import { attribute, child, type Element, withChildren } from './element.ts';
import { countRows, isRangeEnd } from './leftover.ts';
import { TRACK } from './names.ts';
import { chunkLine, controlProperties, readParagraph, readPlain } from './paragraph.ts';

/** What one flow of paragraphs says (body, header, footer, note), in the order of reading. */
export interface Story {
  readonly lines: readonly Line[];
  readonly read: (line: Line) => Block;
  /** Controls around blocks, rows and cells: which paragraphs they hold and what they are. */
  readonly controls: readonly string[];
  /** Sections without their headers and footers: index of the last paragraph, and properties. */
  readonly sections: readonly string[];
  /** Names in lower case. */
  readonly bookmarks: ReadonlySet<string>;
  readonly notes: readonly NoteReference[];
  /** The `w:sectPr` of each section, for its headers and footers. */
  readonly sectionElements: readonly Element[];
}

/**
 * A line of a story; or a paragraph that needs no reading before it is compared, because the same element says the
 * same in every document of the verification.
 */
export type Line = Block | Element;

const EMPTY_PARAGRAPH: Element = { name: 'w:p', attributes: [], children: [], text: '', flags: 0 };
/** What makes the grid of a table rather than its looks. */
const SPANS = new Set(['w:gridCol', 'w:gridSpan', 'w:vMerge', 'w:hMerge', 'w:gridBefore', 'w:gridAfter']);
const NO_SECTION: Element = { name: 'w:sectPr', attributes: [], children: [], text: '', flags: 0 };

/** @param holder the element whose children are the story's blocks; `root`: the root of its part. */
export function readStory(holder: Element, root: Element, context: Context): Story {
  const reader = new StoryReader(context, attribute(root, 'xml:space') === 'preserve');
  reader.blocks(holder.name === 'w:body' ? wholeBody(holder) : holder.children);
  return reader.story;
}

/** A story whose element is missing, such as the body of a note that is only referred to. */
export function storyOf(line: string): Story {
  const block = { ...MARK, line };
  return {
    lines: [block],
    read: () => block,
    controls: [],
    sections: [],
    bookmarks: new Set(),
    notes: [],
    sectionElements: [],
  };
}

/**
 * The body as Word opens it: with at least one paragraph, and with a last section of its own (§17.6.17), which stands behind
 * everything else even where a file has it before.
 */
function wholeBody(body: Element): readonly Element[] {
  const sections = body.children.filter((c) => c.name === 'w:sectPr');
  const content = body.children.filter((c) => !isRangeEnd(c));
  const blocks = sections.length === 1 ? body.children.filter((c) => c !== sections[0]) : body.children;
  const last = sections.length === 1 ? sections : sections.length === 0 ? [NO_SECTION] : [];
  return [...(content.length > sections.length ? [] : [EMPTY_PARAGRAPH]), ...blocks, ...last];
}

const MARK: Block = {
  line: '',
  format: '',
  style: '',
  numbering: '',
  direct: '',
  links: '',
  objects: '',
  controls: '',
  table: '',
  properties: undefined,
};

class StoryReader {
  private readonly context: Context;
  private readonly preserve: boolean;
  private readonly lines: Line[] = [];
  private readonly controls: string[] = [];
  private readonly sections: string[] = [];
  private readonly sectionElements: Element[] = [];
  private readonly notes: NoteReference[] = [];
  private readonly bookmarks = new Set<string>();
  /** Names of bookmarks that have begun, by id. */
  private readonly begun = new Map<string | undefined, string>();
  private paragraphs = 0;

  constructor(context: Context, preserve: boolean) {
    this.context = context;
    this.preserve = preserve;
  }

  get story(): Story {
    return {
      lines: this.lines,
      read: (line) => ('line' in line ? line : readPlain(line, this.context)),
      controls: this.controls,
      sections: this.sections,
      bookmarks: this.bookmarks,
      notes: this.notes,
      sectionElements: this.sectionElements,
    };
  }

  blocks(elements: readonly Element[]): void {
    for (const el of elements) this.block(el);
  }

  private block(el: Element): void {
    switch (el.name) {
      case 'w:p':
        this.paragraph(el);
        break;
      case 'w:tbl':
        this.table(el);
        break;
      case 'w:sdt':
        this.control(el, (inner) => this.blocks(inner));
        break;
      case 'mc:AlternateContent':
        this.blocks(alternate(el));
        break;
      case 'w:sectPr':
        this.section(el);
        break;
      case 'w:altChunk':
        this.mark(chunkLine(el, this.context));
        break;
      case 'w:customXml':
        this.blocks(el.children);
        break;
      default:
        if (TRACK.has(el.name)) this.blocks(el.children);
        else this.rangeEnd(el);
    }
  }

  private mark(line: string, table = ''): void {
    const { marks } = this.context.memory;
    let alike = marks.get(line);
    if (alike === undefined) {
      alike = new Map();
      marks.set(line, alike);
    }
    let block = alike.get(table);
    if (block === undefined) {
      block = { ...MARK, line, table };
      alike.set(table, block);
    }
    this.lines.push(block);
  }

  private paragraph(el: Element): void {
    this.paragraphs += 1;
    if (!this.preserve && this.context.isPlain(el)) {
      this.lines.push(el);
      return;
    }
    const read = readParagraph(el, this.context, this.preserve);
    this.lines.push(read);
    for (const end of read.ends) this.rangeEnd(end);
    if (read.notes.length > 0) append(this.notes, read.notes);
    if (read.section !== undefined) this.section(read.section);
    for (const box of read.boxes) {
      this.mark('TXBX');
      this.blocks(box.children);
      this.mark('/TXBX');
    }
  }

  /** A table without rows shows nothing, and no tracked change can speak of it: the report does. */
  private table(el: Element): void {
    if (countRows(el.children) === 0) return;
    this.mark('TBL', this.shape(child(el, 'w:tblPr'), child(el, 'w:tblGrid')));
    this.rows(el.children);
    this.mark('/TBL');
  }

  private rows(elements: readonly Element[]): void {
    for (const el of elements) {
      if (el.name === 'w:tr') this.row(el);
      else if (el.name === 'w:sdt') this.control(el, (inner) => this.rows(inner));
      else if (el.name === 'w:customXml') this.rows(el.children);
      else this.rangeEnd(el);
    }
  }

  /** Properties of a table, a row or a cell; only what it spans where formatting is ignored. */
  private shape(...holders: readonly (Element | undefined)[]): string {
    const { ignore } = this.context.memory;
    if (!ignore.formatting) return holders.map((el) => properties(el, this.context)).join('\n');
    return holders
      .flatMap((el) => el?.children ?? [])
      .filter((el) => SPANS.has(el.name))
      .map((el) => (el.name === 'w:gridCol' ? el.name : canonical(el, this.context)))
      .sort()
      .join(' ');
  }

  private row(el: Element): void {
    this.mark('TR', this.shape(child(el, 'w:trPr'), child(el, 'w:tblPrEx')));
    this.cells(el.children);
  }

  private cells(elements: readonly Element[]): void {
    for (const el of elements) {
      if (el.name === 'w:tc') this.cell(el);
      else if (el.name === 'w:sdt') this.control(el, (inner) => this.cells(inner));
      else if (el.name === 'w:customXml') this.cells(el.children);
      else this.rangeEnd(el);
    }
  }

  private cell(el: Element): void {
    this.mark('TC', this.shape(child(el, 'w:tcPr')));
    this.blocks(el.children);
    this.mark('/TC');
  }

  private control(el: Element, read: (content: readonly Element[]) => void): void {
    const slot = this.controls.push('') - 1;
    const start = this.paragraphs;
    read(child(el, 'w:sdtContent')?.children ?? []);
    this.controls[slot] = `${start}-${this.paragraphs} ${controlProperties(el, this.context)}`;
  }

  private section(el: Element): void {
    const bare = el.children.filter((c) => c.name !== 'w:headerReference' && c.name !== 'w:footerReference');
    const own = bare.length === el.children.length ? el : withChildren(el, bare);
    const looks = this.context.memory.ignore.formatting ? '' : properties(own, this.context);
    this.sections.push(`${this.paragraphs} ${looks}`);
    this.sectionElements.push(el);
  }

  private rangeEnd(el: Element): void {
    const id = attribute(el, 'w:id');
    if (el.name === 'w:bookmarkStart') {
      this.begun.set(id, attribute(el, 'w:name') ?? '');
    } else if (el.name === 'w:bookmarkEnd') {
      const name = this.begun.get(id);
      this.begun.delete(id);
      // Word's own mark of the last place of editing.
      if (name !== undefined && name !== '_GoBack') this.bookmarks.add(name.toLowerCase());
    }
  }
}

import { attribute, child, encodeText, outer, startTag, type XmlElement } from '../../ooxml/index.ts';
import { deletedText } from '../writer.ts';
import type { Draft } from './draft.ts';
import { editFault } from './faults.ts';
import { type Cell, cellXml, type Holder, REVISIONS } from './tape.ts';

/** How a cell is written: as it stands, or marked by this edit. */
export type CellState = 'keep' | 'del' | 'moveFrom';

/** A revision of our own around runs; its tag is stamped each time that it is opened. */
interface Ours {
  readonly kind: 'ours';
  readonly name: 'w:ins' | 'w:del' | 'w:moveFrom' | 'w:moveTo';
}

type Frame = Holder | Ours;

/** The id of a record of former run properties. */
const RECORD = /(<w:rPrChange\b[^>]*?\sw:id=)"([^"]*)"/;

const OURS = {
  ins: { kind: 'ours', name: 'w:ins' },
  del: { kind: 'ours', name: 'w:del' },
  moveFrom: { kind: 'ours', name: 'w:moveFrom' },
  moveTo: { kind: 'ours', name: 'w:moveTo' },
} as const satisfies Record<string, Ours>;

/** Run properties without what is no property (`w:rPrChange`). */
export function plainProperties(run: XmlElement | undefined): string {
  const rPr = child(run, 'w:rPr');
  if (!rPr) return '';
  return rPr.children.map((c) => (c.kind === 'element' && c.name !== 'w:rPrChange' ? outer(c) : '')).join('');
}

/** Text as the content of a run: tabs and line breaks are elements. */
export function textXml(text: string): string {
  return text
    .split(/([\t\n])/)
    .map((piece) => {
      if (piece === '') return '';
      if (piece === '\t') return '<w:tab/>';
      if (piece === '\n') return '<w:br/>';
      return `<w:t xml:space="preserve">${encodeText(piece)}</w:t>`;
    })
    .join('');
}

/** A run of its own. */
export function runXml(properties: string, content: string): string {
  return `<w:r>${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}${content}</w:r>`;
}

/** Writes the content of a paragraph: what holds runs is opened and closed as they need it, runs are kept together. */
export class Weaver {
  readonly #draft: Draft;
  readonly #part: string;
  readonly #opened = new Set<Holder>();
  readonly #written = new Set<string>();
  #out: string[] = [];
  #stack: Frame[] = [];
  #run: { readonly element: XmlElement; readonly properties: string } | undefined;

  constructor(draft: Draft, part: string) {
    this.#draft = draft;
    this.#part = part;
  }

  /** What was written since the last call, complete in itself. */
  take(): string {
    this.#enter([]);
    this.#closeRun();
    const text = this.#out.join('');
    this.#out = [];
    return text;
  }

  /** A cell as it stands or marked; @param properties  of its run, as they are to be written */
  cell(cell: Cell, state: CellState, properties: string): void {
    const simple = state === 'keep' ? -1 : cell.holders.findIndex((h) => h.kind === 'field');
    const holders = simple < 0 ? cell.holders : cell.holders.slice(0, simple);
    this.#enter(state === 'keep' ? holders : [...holders, OURS[state]]);
    const xml =
      cell.text === undefined ? this.#draft.render(this.#part, cell.element) : cellXml(cell, encodeText);
    if (cell.run) this.#openRun(cell.run, properties);
    else this.#closeRun();
    this.#out.push(state === 'del' ? deletedText(xml) : xml);
  }

  /** A simple field (§17.16.19) that is deleted becomes a complex one: the schema has no place for it in a revision. */
  fieldPart(
    holders: readonly Holder[],
    state: Exclude<CellState, 'keep'> | 'ins' | 'moveTo',
    content: string,
  ): void {
    this.#enter([...holders, OURS[state]]);
    this.#closeRun();
    this.#out.push(`<w:r>${state === 'del' ? deletedText(content) : content}</w:r>`);
  }

  /** A copy of a cell as new content; @param xml  what stands for it, where that is not what it is */
  copy(
    cell: Cell,
    holders: readonly Holder[],
    kind: 'ins' | 'moveTo',
    properties: string,
    xml?: string,
  ): void {
    this.#enter([...holders, OURS[kind]]);
    if (cell.run) this.#openRun(cell.run, properties);
    else this.#closeRun();
    this.#out.push(xml ?? (cell.text === undefined ? outer(cell.element) : cellXml(cell, encodeText)));
  }

  /** Something as it is given, in whatever holds it. */
  put(cell: Cell, holders: readonly Holder[], xml: string, properties: string): void {
    this.#enter(holders);
    if (cell.run) this.#openRun(cell.run, properties);
    else this.#closeRun();
    this.#out.push(xml);
  }

  /** Tracked runs of our own. */
  fresh(holders: readonly Holder[], kind: 'ins' | 'moveTo', runs: string): void {
    this.#enter([...holders, OURS[kind]]);
    this.#closeRun();
    this.#out.push(runs);
  }

  /** Something that is not tracked, such as the start of a comment's range. */
  mark(holders: readonly Holder[], xml: string): void {
    this.#enter(holders);
    this.#closeRun();
    this.#out.push(xml);
  }

  #enter(to: readonly Frame[]): void {
    let same = 0;
    while (same < to.length && to[same] === this.#stack[same]) same++;
    if (same === to.length && same === this.#stack.length) return;
    this.#closeRun();
    while (this.#stack.length > same) {
      const frame = this.#stack.pop();
      if (frame) this.#out.push(frame.kind === 'ours' ? `</${frame.name}>` : frame.close);
    }
    for (const frame of to.slice(same)) {
      this.#out.push(this.#opening(frame));
      this.#stack.push(frame);
    }
  }

  #opening(frame: Frame): string {
    if (frame.kind === 'ours') return `<${frame.name}${this.#draft.stamp()}>`;
    if (!this.#opened.has(frame)) {
      this.#opened.add(frame);
      return frame.open;
    }
    if (frame.kind === 'control' || frame.kind === 'field')
      throw editFault('edit/not-editable', 'A content control or field would have to be cut in two.');
    if (!REVISIONS.has(frame.kind)) return frame.open;
    return frame.open.replace(/(\sw:id=)"[^"]*"/, `$1"${this.#draft.freshId()}"`);
  }

  #openRun(element: XmlElement, properties: string): void {
    if (this.#run?.element === element && this.#run.properties === properties) return;
    this.#closeRun();
    const own = child(element, 'w:rPr');
    const same = own !== undefined && properties === own.source.slice(own.innerStart, own.innerEnd);
    const all = same ? outer(own) : properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`;
    const rPr = this.#unique(all);
    this.#out.push(startTag(element).replace(/\/>$/, '>'), rPr);
    this.#run = { element, properties };
  }

  /** Where runs share the record of their formatting, each has it under an id of its own. */
  #unique(rPr: string): string {
    const record = RECORD.exec(rPr);
    if (!record) return rPr;
    const [whole, head = '', id = ''] = record;
    if (!this.#written.has(id)) {
      this.#written.add(id);
      return rPr;
    }
    return rPr.replace(whole, `${head}"${this.#draft.freshId()}"`);
  }

  #closeRun(): void {
    if (this.#run) this.#out.push('</w:r>');
    this.#run = undefined;
  }
}

/** Is the cell part of an insertion by this author? */
export function isOwn(cell: Cell, author: string): boolean {
  return cell.holders.some((h) => h.kind === 'ins' && h.author === author);
}

/** What a simple field begins with as a complex one: the content of one run each. */
export function fieldHead(holder: Holder): readonly string[] {
  const code = encodeText(attribute(holder.element, 'w:instr') ?? '');
  return [
    '<w:fldChar w:fldCharType="begin"/>',
    `<w:instrText xml:space="preserve">${code}</w:instrText>`,
    '<w:fldChar w:fldCharType="separate"/>',
  ];
}

export const FIELD_END = '<w:fldChar w:fldCharType="end"/>';

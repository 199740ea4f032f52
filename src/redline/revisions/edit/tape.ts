import {
  attribute,
  child,
  childValue,
  decodeText,
  elements,
  inner,
  outer,
  startTag,
  type XmlElement,
} from '../../ooxml/index.ts';

export type HolderKind = 'ins' | 'del' | 'moveFrom' | 'moveTo' | 'hyperlink' | 'field' | 'control' | 'other';

/** An element around runs: its tags are written again wherever what it holds is written. */
export interface Holder {
  readonly kind: HolderKind;
  readonly element: XmlElement;
  readonly open: string;
  readonly close: string;
  /** `w:author`, of a revision. */
  readonly author: string | undefined;
  /** The content of a control that its lock keeps from being edited (§17.5.2.23). */
  readonly locked: boolean;
}

/** A complex field that begins and ends in the paragraph; its result is not edited in part. */
export interface Field {
  readonly first: number;
  last: number;
}

/** Something in a paragraph, in order. */
export interface Cell {
  readonly holders: readonly Holder[];
  /** The run that holds it; none for what stands beside runs. */
  readonly run: XmlElement | undefined;
  readonly element: XmlElement;
  /** Offsets in the visible text; equal for what takes no room. */
  readonly from: number;
  readonly to: number;
  /** Text of a `w:t`, when it has to be written anew. */
  readonly text: string | undefined;
  /** Of the content: it goes when what is around it goes. Bookmarks, comments and other marks stay. */
  readonly content: boolean;
  /** Deleted or moved away by an earlier change. */
  readonly hidden: boolean;
  readonly field: Field | undefined;
}

export interface Tape {
  readonly cells: readonly Cell[];
  /** Text as it shows with every change accepted: UTF-16 offsets in it are what edits speak of. */
  readonly text: string;
  readonly hasRevisions: boolean;
}

const KINDS: Readonly<Record<string, HolderKind>> = {
  'w:ins': 'ins',
  'w:del': 'del',
  'w:moveFrom': 'moveFrom',
  'w:moveTo': 'moveTo',
  'w:hyperlink': 'hyperlink',
  'w:fldSimple': 'field',
  'w:sdt': 'control',
  'w:smartTag': 'other',
  'w:customXml': 'other',
  'w:dir': 'other',
  'w:bdo': 'other',
};
const HIDING: ReadonlySet<HolderKind> = new Set(['del', 'moveFrom']);
export const REVISIONS: ReadonlySet<HolderKind> = new Set(['ins', 'del', 'moveFrom', 'moveTo']);
/** Elements of a run that show as one character. */
const CHARACTERS: Readonly<Record<string, string>> = {
  'w:tab': '\t',
  'w:ptab': '\t',
  'w:br': '\n',
  'w:cr': '\n',
  'w:noBreakHyphen': '\u2011',
  'w:softHyphen': '\u00ad',
};
/** Elements of a run that are not content: they stay when the words around them go. */
const MARKS = new Set(['w:commentReference', 'w:lastRenderedPageBreak', 'w:annotationRef']);
const MATH = new Set(['m:oMath', 'm:oMathPara']);

/** Reads a paragraph's content in order, with its text as it shows. */
export function readTape(paragraph: XmlElement): Tape {
  const reader = new Reader();
  reader.walk(paragraph, []);
  return reader.tape();
}

class Reader {
  readonly #cells: Cell[] = [];
  readonly #open: { first: number; last: number }[] = [];
  readonly #fields: Field[] = [];
  #text = '';
  #revised = false;

  tape(): Tape {
    const cells = this.#cells.map((cell, i) => {
      const field = this.#fields.find((f) => f.first <= i && i <= f.last);
      return field === undefined ? cell : { ...cell, field };
    });
    return { cells, text: this.#text, hasRevisions: this.#revised };
  }

  walk(parent: XmlElement, holders: readonly Holder[]): void {
    for (const c of elements(parent)) {
      if (c.name === 'w:pPr' || c.name === 'w:proofErr') continue;
      if (c.name === 'w:r') this.#run(c, holders);
      else this.#beside(c, holders);
    }
  }

  #beside(element: XmlElement, holders: readonly Holder[]): void {
    const kind = KINDS[element.name];
    const content = element.name === 'w:sdt' ? child(element, 'w:sdtContent') : element;
    if (kind === undefined || content === undefined || !holdsRuns(content)) {
      this.#add(element, undefined, '', holders, MATH.has(element.name));
      return;
    }
    if (REVISIONS.has(kind)) this.#revised = true;
    this.walk(content, [...holders, holderOf(element, content, kind)]);
  }

  #run(run: XmlElement, holders: readonly Holder[]): void {
    for (const c of elements(run)) {
      if (c.name === 'w:rPr') continue;
      const text = c.name === 'w:t' ? shown(c) : (CHARACTERS[c.name] ?? '');
      if (c.name === 'w:fldChar') this.#fieldChar(attribute(c, 'w:fldCharType'));
      this.#add(c, run, text, holders, !MARKS.has(c.name));
    }
  }

  #fieldChar(type: string | undefined): void {
    const at = this.#cells.length;
    if (type === 'begin') this.#open.push({ first: at, last: at });
    else if (type === 'end') {
      const field = this.#open.pop();
      if (field === undefined || this.#open.length > 0) return;
      field.last = at;
      this.#fields.push(field);
    }
  }

  #add(
    element: XmlElement,
    run: XmlElement | undefined,
    text: string,
    holders: readonly Holder[],
    content: boolean,
  ): void {
    const hidden = holders.some((h) => HIDING.has(h.kind));
    const from = this.#text.length;
    if (!hidden) this.#text += text;
    const to = this.#text.length;
    this.#cells.push({ holders, run, element, from, to, text: undefined, content, hidden, field: undefined });
  }
}

function holdsRuns(element: XmlElement): boolean {
  return elements(element).some(
    (c) =>
      c.name === 'w:r' ||
      (KINDS[c.name] !== undefined && holdsRuns(c.name === 'w:sdt' ? (child(c, 'w:sdtContent') ?? c) : c)),
  );
}

function holderOf(element: XmlElement, content: XmlElement, kind: HolderKind): Holder {
  const lock = kind === 'control' ? childValue(child(element, 'w:sdtPr'), 'w:lock') : undefined;
  const control = content !== element;
  return {
    kind,
    element,
    open: control
      ? `${element.source.slice(element.start, content.start)}${startTag(content)}`
      : startTag(element),
    close: control ? element.source.slice(content.innerEnd, element.end) : `</${element.name}>`,
    author: attribute(element, 'w:author'),
    locked: lock === 'contentLocked' || lock === 'sdtContentLocked',
  };
}

/** Text as it shows: without `xml:space="preserve"` outer blanks are lost (XML 1.0 §2.10). */
function shown(element: XmlElement): string {
  const text = decodeText(inner(element));
  if (attribute(element, 'xml:space') === 'preserve') return text;
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

/** The tape with its text cut at the given offsets, so that each stretch between them is made of whole cells. */
export function cutTape(tape: Tape, offsets: ReadonlySet<number>): Cell[] {
  const cuts = [...offsets].sort((a, b) => a - b);
  return tape.cells.flatMap((cell) => {
    const inside = cuts.filter((at) => cell.from < at && at < cell.to);
    if (inside.length === 0) return [cell];
    const bounds = [cell.from, ...inside, cell.to];
    return bounds.slice(1).map((to, i) => {
      const from = bounds[i] ?? cell.from;
      return { ...cell, from, to, text: tape.text.slice(from, to) };
    });
  });
}

/** Begins or ends a field that goes on in another paragraph. */
export function isLooseField(cell: Cell): boolean {
  return cell.field === undefined && !cell.hidden && /^w:(?:fldChar|instrText)$/.test(cell.element.name);
}

/** A cell as it stands, or the part of its text that it is. */
export function cellXml({ element, text }: Cell, encode: (text: string) => string): string {
  return text === undefined ? outer(element) : `<w:t xml:space="preserve">${encode(text)}</w:t>`;
}

import {
  Counters,
  child,
  childValue,
  elements,
  type ListPlace,
  type Numbering,
  type Package,
  parseXml,
  placeOf,
  readNumbering,
  readStyles,
  type Styles,
  type XmlElement,
} from '../../ooxml/index.ts';
import { plainText, visibleText } from './spot.ts';
import { paragraphAt, paragraphOf, paragraphsOf, type Story } from './story.ts';

/** A paragraph of the body and its label as displayed with every change accepted. */
export interface Labelled {
  readonly story: Story;
  /** Offset of the paragraph in the source of its part. */
  readonly start: number;
  /** `''` where it has none. */
  readonly label: string;
  /** With the labels above it where its own does not hold them: `4.2(b)`. */
  readonly full: string;
  /** 0-based. */
  readonly level: number;
}

/** A label that was typed: `4.2`, `4.2.1.`, `(b)`, `Article IV`. */
const TYPED =
  /^\s*((?:\d+\.)*\d+\.?|\([a-z]{1,5}\)|(?:Article|Section|Clause|Schedule)\s+[\dIVXL.]+)(?=[\s:]|$)/i;
/** Level of a typed label without numbers. */
const LETTERED = 5;
const SLASH = 47;
/** Depth of properties that are read; what nests deeper was refused with the part. */
const DEPTH = 512;

/** The paragraphs of the body with their labels, in order. */
export function clausesOf(pkg: Package, stories: readonly Story[]): Labelled[] {
  return stories.filter((s) => s.kind === 'body').flatMap((story) => labelsOf(story, pkg));
}

function labelsOf(story: Story, pkg: Package): Labelled[] {
  const labels = new Labels(story, pkg);
  const above: string[] = [];
  return paragraphStarts(story.root).map((start) => {
    const { label, level } = labels.next(start);
    if (label === '') return { story, start, label, full: '', level };
    const parent = above.slice(0, level).findLast((l) => l !== undefined) ?? '';
    const full = standsAlone(label) ? label : `${parent.replace(/[.:]$/, '')}${label}`;
    above.length = Math.min(above.length, level);
    above[level] = full;
    return { story, start, label, full, level };
  });
}

const PARAGRAPH = /<w:p(?=[\s>/])|<(\/?)mc:Fallback(?=[\s>])/g;

/** Where paragraphs begin, as `paragraphsOf` gives them; without reading what is in them. */
function paragraphStarts(root: XmlElement): number[] {
  const { source, start, end } = root;
  if (source.includes('<!', start)) return Array.from(paragraphsOf(root), (path) => paragraphOf(path).start);
  const starts: number[] = [];
  let copies = 0;
  for (const { 0: tag, 1: close, index } of source.matchAll(PARAGRAPH)) {
    if (index < start || index >= end) continue;
    if (tag !== '<w:p') copies += close === '/' ? -1 : 1;
    else if (copies === 0) starts.push(index);
  }
  return starts;
}

/** What may begin with a label, as far as one piece of text shows; shorter pieces are all looked into. */
const MAYBE = /^\s*(?:[\d(]|(?:article|section|clause|schedule)\s)/i;
const TOLD = 10;
const PIECE = /<w:(?:t(?:\s[^>]*)?>([^<]*)|(?:p|moveFrom|ruby)[\s>/])/g;

/** Computes labels paragraph by paragraph. */
class Labels {
  readonly #story: Story;
  readonly #styles: Styles;
  readonly #numbering: Numbering;
  readonly #counters = new Counters();
  readonly #read = new Map<string, Said>();

  constructor(story: Story, pkg: Package) {
    this.#story = story;
    this.#styles = readStyles(pkg);
    this.#numbering = readNumbering(pkg, this.#styles);
  }

  next(start: number): Pick<Labelled, 'label' | 'level'> {
    const none = { label: '', level: 0 };
    const { source } = this.#story.root;
    const inner = source.indexOf('>', start) + 1;
    const { isGone, place, mayBeTyped } = this.#said(source, inner);
    if (isGone) return none;
    if (place) return { label: this.#counters.next(place), level: place.level };
    if (!mayBeTyped || source.charCodeAt(inner - 2) === SLASH || !mayBegin(source, inner)) return none;
    const typed = TYPED.exec(this.#text(start, inner))?.[1];
    return typed === undefined ? none : { label: typed, level: typedLevel(typed) };
  }

  #text(start: number, inner: number): string {
    const { root } = this.#story;
    // Where a paragraph holds another one, it is no plain text.
    const plain = plainText(root.source, inner, root.source.indexOf('</w:p>', inner));
    if (plain !== undefined) return plain;
    const path = paragraphAt(root, start);
    return path ? visibleText(paragraphOf(path)) : '';
  }

  /** Many paragraphs have the same properties: they are read once. */
  #said(source: string, inner: number): Said {
    const has = source.charCodeAt(inner - 2) !== SLASH && /^<w:pPr[\s>]/.test(source.slice(inner, inner + 7));
    // A change keeps the former properties at their end: what stands before tells them apart.
    const key = has ? source.slice(inner, source.indexOf('</w:pPr>', inner)) : '';
    const known = this.#read.get(key);
    if (known) return known;
    const pPr = has ? parseXml(source, DEPTH, inner) : undefined;
    const mark = child(pPr, 'w:rPr');
    const style = childValue(pPr, 'w:pStyle') ?? this.#styles.defaultParagraph;
    const fresh = {
      isGone: mark !== undefined && elements(mark).some((m) => m.name === 'w:del' || m.name === 'w:moveFrom'),
      place: placeOf(pPr, style, this.#styles, this.#numbering),
      mayBeTyped: !/^toc \d/i.test(this.#styles.name(style)),
    };
    this.#read.set(key, fresh);
    return fresh;
  }
}

/** May the words of a paragraph begin with a label? Only where it is plain to see that they do not, the answer is no. */
function mayBegin(source: string, inner: number): boolean {
  PIECE.lastIndex = inner;
  const text = PIECE.exec(source)?.[1];
  if (text === undefined || text.includes('&')) return true;
  return text.trimStart().length < TOLD || MAYBE.test(text);
}

/** What the properties of a paragraph say about its label. */
interface Said {
  readonly isGone: boolean;
  readonly place: ListPlace | undefined;
  readonly mayBeTyped: boolean;
}

function typedLevel(label: string): number {
  const numbers = label.match(/\d+/g);
  return numbers ? numbers.length - 1 : LETTERED;
}

/** Labels that begin with a number or a word hold those above them already. */
function standsAlone(label: string): boolean {
  return /^[\p{L}\d]/u.test(label);
}

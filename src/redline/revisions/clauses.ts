import {
  bodyOf,
  decodeText,
  elements,
  outer,
  type Package,
  readNumbering,
  readStyles,
  relatedPart,
  samePart,
  type XmlElement,
} from '../ooxml/index.ts';
import type { ChangedClause, ClauseChange } from '../report.ts';
import { Clauses } from './changes/clauses.ts';
import { Looks } from './changes/looks.ts';
import type { Side } from './context.ts';

/** A block of the body that was marked, as it stands in the tree that was compared. */
export interface Marked {
  readonly side: Side;
  readonly element: XmlElement;
  readonly change: ClauseChange;
}

interface Place {
  readonly clause: string;
  readonly heading: string;
  /** Is it the paragraph that the clause begins with? */
  readonly first: boolean;
}

/** Longer openings are neither headings nor typed numbers. */
const MOST_TEXT = 200;
const HOLDERS = /^w:(tbl|tr|tc|sdt|sdtContent|customXml)$/;
const TEXT = /<w:t(?:\s[^>]*)?>([^<]*)<|<w:tab\s*\/>/g;

/**
 * The clauses that hold marked blocks: those of the original in its order, then those that only the modified document
 * has.  The properties of all paragraphs up to the last of them are read for numbers; what paragraphs say, only from where
 * the clause of a marked block begins.
 *
 * @param compared  the bodies as they were compared: the modified one has ids of its own
 */
export function changedClauses(
  marked: readonly Marked[],
  original: Package,
  modified: Package,
  compared: Readonly<Record<Side, XmlElement>>,
): ChangedClause[] {
  const found = new Map<string, ChangedClause>();
  const packages = { original, modified };
  const looks = looksOf(original, modified);
  for (const side of ['original', 'modified'] as const) {
    const mine = marked.filter((m) => m.side === side);
    if (mine.length === 0) continue;
    const paragraphs = paragraphsOf(compared[side]);
    const indexed = mine.map((m) => ({
      ...m,
      index: indexAt(paragraphs, firstParagraph(m.element)?.start ?? -1),
    }));
    const body = bodyOf(packages[side].root(packages[side].main));
    const places = placesOf(
      body === compared[side] ? paragraphs : paragraphsOf(body),
      new Set(indexed.map(({ index }) => index)),
      looks[side](),
    );
    for (const { index, change } of indexed.sort((x, y) => x.index - y.index)) {
      const place = places.get(index);
      if (place) note(found, place, place.first ? change : 'changed');
    }
  }
  const copies = new Map<string, string>();
  const copyOf = (text: string): string => {
    const known = copies.get(text) ?? copied(text);
    copies.set(text, known);
    return known;
  };
  return Array.from(found.values(), (c) => ({ ...c, clause: copyOf(c.clause), heading: copyOf(c.heading) }));
}

/** Index of the paragraph that starts there; -1 where none does. */
function indexAt(paragraphs: readonly Span[], start: number): number {
  let [low, high] = [0, paragraphs.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((paragraphs[middle]?.start ?? 0) > start) high = middle - 1;
    else low = middle;
  }
  return paragraphs[low]?.start === start ? low : -1;
}

/** A text of its own: hosts keep a whole part in memory for a piece that was cut out of it. */
function copied(text: string): string {
  return [...text].join('');
}

function note(found: Map<string, ChangedClause>, { clause, heading }: Place, change: ClauseChange): void {
  const key = `${clause}\u0001${heading}`;
  const known = found.get(key);
  found.set(key, { clause, heading, change: known && known.change !== change ? 'changed' : change });
}

/** The looks of each side, read when they are asked for, and once where both sides have the same definitions. */
function looksOf(original: Package, modified: Package): Readonly<Record<Side, () => Looks>> {
  const read = (pkg: Package): (() => Looks) => {
    let looks: Looks | undefined;
    return () => {
      if (looks) return looks;
      const styles = readStyles(pkg);
      looks = new Looks(styles, readNumbering(pkg, styles));
      return looks;
    };
  };
  const mine = read(original);
  const shared = DEFINITIONS.every((kind) => isShared(original, modified, kind));
  return { original: mine, modified: shared ? mine : read(modified) };
}

const DEFINITIONS = ['styles', 'numbering'];

function isShared(original: Package, modified: Package, kind: string): boolean {
  const [mine, theirs] = [original, modified].map((pkg) => relatedPart(pkg, pkg.main, kind));
  return mine === undefined || theirs === undefined
    ? mine === theirs
    : samePart(original, mine, modified, theirs);
}

/** Where some paragraphs stand, by their index. */
function placesOf(
  paragraphs: readonly Span[],
  wanted: ReadonlySet<number>,
  looks: Looks,
): Map<number, Place> {
  const clauses = new Clauses(looks);
  const places = new Map<number, Place>();
  const end = 1 + [...wanted].reduce((most, i) => Math.max(most, i), -1);
  for (const [i, p] of paragraphs.slice(0, end).entries()) {
    const before = wanted.has(i) ? clauses.here().clause : undefined;
    clauses.pass(p, openingOf(p));
    if (before === undefined) continue;
    const { clause, heading } = clauses.here();
    places.set(i, { clause, heading, first: clause !== before });
  }
  return places;
}

/** A paragraph by its place in the source: the trees of most are not needed. */
type Span = Pick<XmlElement, 'source' | 'start' | 'innerStart' | 'end'>;

function paragraphsOf(parent: XmlElement): Span[] {
  const found: Span[] = [];
  const walk = (element: XmlElement): void => {
    for (const e of elements(element)) {
      if (e.name === 'w:p') found.push(e);
      else if (!HOLDERS.test(e.name)) continue;
      else if (UNCOMMON.test(outer(e))) walk(e);
      else paragraphsIn(e, found);
    }
  };
  walk(parent);
  return found;
}

/** Where paragraphs stand that do not count, or what looks like one: there the tree is read. */
const UNCOMMON = /<mc:|<!/;
const PARAGRAPH = /<w:p(?=[\s/>])/g;
const END = '</w:p>';
const SLASH = 0x2f;

/** The outermost paragraphs of a table or control, found without reading it; those in them stand in text boxes. */
function paragraphsIn({ source, innerStart, innerEnd }: XmlElement, found: Span[]): void {
  for (let at = nextParagraph(source, innerStart); at >= 0 && at < innerEnd; ) {
    const start = at;
    const inside = insideOf(source, start);
    let end = inside;
    at = nextParagraph(source, inside);
    if (!isClosed(source, inside)) {
      let close = source.indexOf(END, inside);
      for (; at >= 0 && at < close; at = nextParagraph(source, insideOf(source, at)))
        if (!isClosed(source, insideOf(source, at))) close = source.indexOf(END, close + 1);
      if (close < 0) return;
      end = close + END.length;
    }
    found.push({ source, start, innerStart: inside, end });
  }
}

function nextParagraph(source: string, from: number): number {
  PARAGRAPH.lastIndex = from;
  return PARAGRAPH.exec(source)?.index ?? -1;
}

/** Behind the start tag at `at`. */
function insideOf(source: string, at: number): number {
  return source.indexOf('>', at) + 1;
}

/** Does an element end with its start tag? */
function isClosed(source: string, inside: number): boolean {
  return source.charCodeAt(inside - 2) === SLASH;
}

function firstParagraph(block: XmlElement): Span | undefined {
  return block.name === 'w:p' ? block : paragraphsOf(block)[0];
}

/** The beginning of what a paragraph says, read when it is asked for. */
function openingOf({ source, innerStart, end }: Span): () => string {
  let known: string | undefined;
  return () => {
    known ??= openingIn(source.slice(innerStart, end));
    return known;
  };
}

function openingIn(xml: string): string {
  let text = '';
  TEXT.lastIndex = 0;
  for (let m = TEXT.exec(xml); m && text.length < MOST_TEXT; m = TEXT.exec(xml)) text += m[1] ?? '\t';
  return decodeText(text).slice(0, MOST_TEXT);
}

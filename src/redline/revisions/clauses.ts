import {
  bodyOf,
  child,
  decodeText,
  elements,
  type Package,
  readNumbering,
  readStyles,
  type XmlElement,
} from '../ooxml/index.ts';
import type { ChangedClause, ClauseChange } from '../report.ts';
import { Clauses } from './changes/clauses.ts';
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
 * has.  Both documents are read once for their numbers; the rest is work by marked block.
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
  for (const side of ['original', 'modified'] as const) {
    const mine = marked.filter((m) => m.side === side);
    if (mine.length === 0) continue;
    const at = new Map(paragraphsOf(compared[side]).map((p, i) => [p.start, i]));
    const places = placesOf(packages[side]);
    const indexed = mine.map((m) => ({ ...m, index: at.get(firstParagraph(m.element)?.start ?? -1) ?? -1 }));
    for (const { index, change } of indexed.sort((x, y) => x.index - y.index)) {
      const place = places[index];
      if (place) note(found, place, place.first ? change : 'changed');
    }
  }
  return [...found.values()];
}

function note(found: Map<string, ChangedClause>, { clause, heading }: Place, change: ClauseChange): void {
  const key = `${clause}\u0001${heading}`;
  const known = found.get(key);
  found.set(key, { clause, heading, change: known && known.change !== change ? 'changed' : change });
}

function placesOf(pkg: Package): Place[] {
  const styles = readStyles(pkg);
  const clauses = new Clauses(styles, readNumbering(pkg, styles));
  const always = { accepted: true, rejected: true };
  let last = '';
  return paragraphsOf(bodyOf(pkg.root(pkg.main))).map((p) => {
    const { clause, heading } = clauses.next(child(p, 'w:pPr'), openingOf(p), always);
    const first = clause !== last;
    last = clause;
    return { clause, heading, first };
  });
}

function paragraphsOf(parent: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  const walk = (element: XmlElement): void => {
    for (const e of elements(element)) {
      if (e.name === 'w:p') found.push(e);
      else if (HOLDERS.test(e.name)) walk(e);
    }
  };
  walk(parent);
  return found;
}

function firstParagraph(block: XmlElement): XmlElement | undefined {
  return block.name === 'w:p' ? block : paragraphsOf(block)[0];
}

function openingOf(p: XmlElement): string {
  let text = '';
  TEXT.lastIndex = p.innerStart;
  for (let m = TEXT.exec(p.source); m && m.index < p.end && text.length < MOST_TEXT; m = TEXT.exec(p.source))
    text += m[1] ?? '\t';
  return decodeText(text).slice(0, MOST_TEXT);
}

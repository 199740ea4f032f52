import {
  child,
  elements,
  isElement,
  outer,
  parseXml,
  startTag,
  withInner,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { Verdict } from '../decide/decision.ts';
import { hasRevisions, revisionOffsets, TRACK } from '../decide/names.ts';
import { undeleted } from '../decide/remains.ts';
import { settle } from '../decide/settle.ts';
import { blockWord, type Earlier, type EarlierTable, earlierOf, HOLDERS, MARK } from './table.ts';

/** What a revision around content may hold so that its runs can carry it alone. */
const PLAIN = new Set(['w:r', 'w:hyperlink', 'w:proofErr', 'w:ins', 'w:del']);
/** What may not be taken out whole: it is tied to other parts or to the section. */
const TIED = /<w:(?:sectPr|footnoteReference|endnoteReference)\b|\sr:(?:id|embed|link)=/;
const BLOCKS = /^w:(?:p|tbl|sdt)$/;
const NOISE = / (?:w:rsid\w*|w14:paraId|w14:textId|w:id)="[^"]*"/g;

/** How a block with revisions is kept while two documents are compared. */
type Fate = 'runs' | 'whole' | 'settled';

/** What holds the blocks of a part's stories. */
function holders(root: XmlElement): XmlElement[] {
  if (root.name === 'w:document') return elements(root).filter((e) => e.name === 'w:body');
  return /^w:(?:footnotes|endnotes)$/.test(root.name) ? elements(root) : [root];
}

/** Blocks that follow each other and that ranges of revisions or bookmarks hold together; most are one block. */
interface Unit {
  readonly blocks: readonly XmlElement[];
  readonly xml: string;
}

function unitsOf(holder: XmlElement): Unit[] {
  const units: Unit[] = [];
  const open = new Set<string>();
  let blocks: XmlElement[] = [];
  for (const block of elements(holder)) {
    blocks.push(block);
    for (const mark of block.source.slice(block.start, block.end).matchAll(RANGE_MARK)) {
      const key = `${mark[1]} ${mark[3]}`;
      if (mark[2] === 'Start') open.add(key);
      else open.delete(key);
    }
    if (open.size > 0) continue;
    units.push(unitOf(blocks));
    blocks = [];
  }
  return blocks.length > 0 ? [...units, unitOf(blocks)] : units;
}

function unitOf(blocks: readonly XmlElement[]): Unit {
  const [first, last] = [blocks[0], blocks.at(-1)];
  return { blocks, xml: first && last ? first.source.slice(first.start, last.end) : '' };
}

const RANGE_MARK =
  /<w:((?:move|customXml)\w+Range|bookmark|commentRange|perm)(Start|End)\b[^>]*?\sw:id="([^"]*)"/g;

/** How revisions are kept. */
export interface Keeping {
  /** Keys of blocks that both documents can take out whole. */
  readonly shared: ReadonlySet<string>;
  /** Do properties carry revisions, too: of marks, rows and formatting? Else only runs do. */
  readonly deep: boolean;
}

/** Keys of the units of a part that could be taken out whole. */
export function wholeUnits(root: XmlElement, deep: boolean): Set<string> {
  return new Set(
    holders(root)
      .flatMap(unitsOf)
      .filter((unit) => isWhole(unit, deep))
      .map(keyOf),
  );
}

function isWhole(unit: Unit, deep: boolean): boolean {
  return hasRevisions(unit.xml) && !isCarried(unit, deep) && !TIED.test(unit.xml) && isClosed(unit);
}

/** Can runs and properties carry all revisions? */
function isCarried({ blocks }: Unit, deep: boolean): boolean {
  return blocks.every(
    (b) => !hasRevisions(outer(b)) || (BLOCKS.test(b.name) && uncarried(b, deep).length === 0),
  );
}

/** Does every range that starts in a unit end there, and the other way round? */
function isClosed({ xml }: Unit): boolean {
  const marks = Array.from(xml.matchAll(RANGE_MARK));
  const keys = (end: string): string[] => marks.filter((m) => m[2] === end).map((m) => `${m[1]} ${m[3]}`);
  const [starts, ends] = [keys('Start'), keys('End')];
  return starts.length === ends.length && starts.every((key) => ends.includes(key));
}

function keyOf({ xml }: Unit): string {
  return xml.replace(NOISE, '');
}

/** Offsets in the part of the revisions of a block that neither its runs nor its properties can carry. */
function uncarried(block: XmlElement, deep: boolean): number[] {
  const carried = new Set<number>();
  const walk = (element: XmlElement, inside: boolean): void => {
    for (const c of element.children) {
      if (!isElement(c) || (inside && !PLAIN.has(c.name))) continue;
      if (HOLDERS.has(c.name)) {
        if (deep) for (const own of revisionsOf(c, element.name)) carried.add(own.start);
        if (c.name === 'w:pPr') walk(c, false);
      } else if (/^w:(?:ins|del)$/.test(c.name) && !/Pr$/.test(element.name)) {
        if (elements(c).every((x) => PLAIN.has(x.name))) carried.add(c.start);
        walk(c, true);
      } else if (!/Pr$/.test(element.name)) walk(c, inside && c.name === 'w:hyperlink');
    }
  };
  walk(block, false);
  return revisionOffsets(outer(block)).flatMap((at) =>
    carried.has(block.start + at) ? [] : [block.start + at],
  );
}

/** The revisions of properties that these can carry: the change of them, and those of a mark or a row. */
function revisionsOf(holder: XmlElement, parent: string): XmlElement[] {
  if (holder.name === 'w:rPr' && parent !== 'w:r' && parent !== 'w:pPr') return [];
  const marks = holder.name === 'w:trPr' || parent === 'w:pPr';
  return elements(holder).filter(
    (c) => c.name === HOLDERS.get(holder.name) || (marks && /^w:(?:ins|del)$/.test(c.name)),
  );
}

/** What a part becomes for the comparison. */
export interface Encoded {
  readonly xml: string;
  /** Revisions that could not be kept and were settled. */
  readonly settled: number;
}

/**
 * A part without revisions: runs and properties carry those around and in them, blocks that both documents hold alike are taken
 * out whole, all others are settled.
 */
export function encodePart(
  root: XmlElement,
  verdict: Verdict,
  keeping: Keeping,
  table: EarlierTable,
  depth: number,
): Encoded {
  let [now, settled] = [root, 0];
  for (let n = 0; ; n++) {
    const verdicts = unkept(now, verdict, keeping, n < PARTLY);
    if (verdicts.size === 0) break;
    settled += verdicts.size;
    now = parseXml(settle(now, verdicts).xml, depth);
  }
  return { xml: new Encoder(keeping, table).part(now), settled };
}

/** How often only some revisions of a block are settled, before all of them are. */
const PARTLY = 3;

function fateOf(unit: Unit, { shared, deep }: Keeping): Fate {
  if (isCarried(unit, deep)) return 'runs';
  return isWhole(unit, deep) && shared.has(keyOf(unit)) ? 'whole' : 'settled';
}

/** Revisions of units that cannot be kept. */
function unkept(root: XmlElement, verdict: Verdict, keeping: Keeping, partly: boolean): Map<number, Verdict> {
  const out = new Map<number, Verdict>();
  const tracked = holders(root)
    .flatMap(unitsOf)
    .filter((unit) => hasRevisions(unit.xml));
  const lost = new Set(tracked.filter((unit) => fateOf(unit, keeping) === 'settled'));
  // Both ends of a move are kept, or none.
  for (let before = -1; before !== lost.size; ) {
    before = lost.size;
    const names = new Set([...lost].flatMap(moveNames));
    for (const unit of tracked) if (moveNames(unit).some((name) => names.has(name))) lost.add(unit);
  }
  for (const unit of lost) {
    const first = unit.blocks[0]?.start ?? 0;
    const all = revisionOffsets(unit.xml).map((at) => first + at);
    const some = partly && keeping.deep ? unit.blocks.flatMap((b) => uncarried(b, true)) : [];
    for (const at of some.length > 0 ? some : all) out.set(at, verdict);
  }
  return out;
}

function moveNames({ xml }: Unit): string[] {
  return Array.from(xml.matchAll(/<w:move\w+RangeStart\b[^>]*?\sw:name="([^"]*)"/g), (m) => m[1] ?? '');
}

class Encoder {
  readonly #keeping: Keeping;
  readonly #table: EarlierTable;

  constructor(keeping: Keeping, table: EarlierTable) {
    this.#keeping = keeping;
    this.#table = table;
  }

  part(root: XmlElement): string {
    const { source } = root;
    let [text, at] = ['', 0];
    for (const unit of holders(root).flatMap(unitsOf)) {
      const [first, last] = [unit.blocks[0], unit.blocks.at(-1)];
      if (!first || !last || !hasRevisions(unit.xml)) continue;
      text += source.slice(at, first.start) + this.#unit(unit);
      at = last.end;
    }
    return text + source.slice(at);
  }

  #unit(unit: Unit): string {
    if (fateOf(unit, this.#keeping) === 'runs') return unit.blocks.map((b) => this.#element(b, [])).join('');
    const number = this.#table.block(keyOf(unit), unit.xml);
    return `<w:p><w:r><w:t>${blockWord(number)}</w:t></w:r></w:p>`;
  }

  #element(element: XmlElement, stack: readonly Earlier[]): string {
    if (TRACK.has(element.name)) {
      const deeper = [...stack, earlierOf(element)];
      return this.#content(element, deeper);
    }
    if (stack.length === 0 && !hasRevisions(outer(element))) return outer(element);
    if (element.name === 'w:r') return this.#run(element, stack);
    if (this.#keeping.deep && HOLDERS.has(element.name)) return this.#holder(element, '');
    return withInner(element, this.#content(element, stack));
  }

  #content(element: XmlElement, stack: readonly Earlier[]): string {
    return element.children.map((c) => (isElement(c) ? this.#element(c, stack) : c.raw)).join('');
  }

  /** Properties with a mark in the place of their revisions. */
  #holder(holder: XmlElement, parent: string): string {
    const own = revisionsOf(holder, parent);
    const rest = holder.children.map((c) => {
      if (!isElement(c)) return c.raw;
      if (own.includes(c)) return '';
      return holder.name === 'w:pPr' && c.name === 'w:rPr' ? this.#holder(c, 'w:pPr') : outer(c);
    });
    return withInner(holder, (own.length > 0 ? this.#mark(own.map(earlierOf)) : '') + rest.join(''));
  }

  #mark(stack: readonly Earlier[]): string {
    return `<${MARK} w:val="${this.#table.stack(stack)}"/>`;
  }

  #run(run: XmlElement, around: readonly Earlier[]): string {
    const rPr = child(run, 'w:rPr');
    const changes = rPr && this.#keeping.deep ? revisionsOf(rPr, 'w:r') : [];
    const stack = [...around, ...changes.map(earlierOf)];
    const kept = rPr?.children.map((c) => (isElement(c) ? (changes.includes(c) ? '' : outer(c)) : c.raw));
    const properties = `${stack.length > 0 ? this.#mark(stack) : ''}${kept?.join('') ?? ''}`;
    const content = run.children.map((c) => (c === rPr ? '' : isElement(c) ? this.#element(c, []) : c.raw));
    const holder = properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`;
    return `${startTag(run)}${holder}${undeleted(content.join(''))}</w:r>`;
  }
}

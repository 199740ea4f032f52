import {
  child,
  elements,
  inner,
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
import { blockWord, type Earlier, type EarlierTable, earlierOf, MARK } from './table.ts';

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

/** Keys of the units of a part that could be taken out whole. */
export function wholeUnits(root: XmlElement): Set<string> {
  return new Set(holders(root).flatMap(unitsOf).filter(isWhole).map(keyOf));
}

function isWhole(unit: Unit): boolean {
  return hasRevisions(unit.xml) && !isCarried(unit) && !TIED.test(unit.xml) && isClosed(unit);
}

/** Can the runs carry all revisions? */
function isCarried({ blocks }: Unit): boolean {
  return blocks.every((b) => !hasRevisions(outer(b)) || (BLOCKS.test(b.name) && inRuns(b)));
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

/** Are all its revisions around runs, so that the runs can carry them? */
function inRuns(block: XmlElement): boolean {
  const offsets = revisionOffsets(outer(block)).length;
  let carried = 0;
  const walk = (element: XmlElement, inside: boolean): void => {
    for (const c of element.children) {
      if (!isElement(c)) continue;
      if (inside && !PLAIN.has(c.name)) continue;
      if (/^w:(?:ins|del)$/.test(c.name) && !/Pr$/.test(element.name)) {
        if (elements(c).every((x) => PLAIN.has(x.name))) carried++;
        walk(c, true);
      } else walk(c, inside && c.name === 'w:hyperlink');
    }
  };
  walk(block, false);
  return carried === offsets;
}

/** What a part becomes for the comparison. */
export interface Encoded {
  readonly xml: string;
  /** Revisions that could not be kept and were settled. */
  readonly settled: number;
}

/**
 * A part without revisions: those around runs are carried by the runs, blocks that both documents hold alike are taken
 * out whole, all others are settled.
 *
 * @param shared  keys of blocks that the other document can take out as well
 */
export function encodePart(
  root: XmlElement,
  verdict: Verdict,
  shared: ReadonlySet<string>,
  table: EarlierTable,
  depth: number,
): Encoded {
  let [now, settled] = [root, 0];
  for (;;) {
    const verdicts = unkept(now, verdict, shared);
    if (verdicts.size === 0) break;
    settled += verdicts.size;
    now = parseXml(settle(now, verdicts).xml, depth);
  }
  return { xml: new Encoder(shared, table).part(now), settled };
}

function fateOf(unit: Unit, shared: ReadonlySet<string>): Fate {
  if (isCarried(unit)) return 'runs';
  return isWhole(unit) && shared.has(keyOf(unit)) ? 'whole' : 'settled';
}

/** Revisions of units that cannot be kept. */
function unkept(root: XmlElement, verdict: Verdict, shared: ReadonlySet<string>): Map<number, Verdict> {
  const out = new Map<number, Verdict>();
  const tracked = holders(root)
    .flatMap(unitsOf)
    .filter((unit) => hasRevisions(unit.xml));
  const lost = new Set(tracked.filter((unit) => fateOf(unit, shared) === 'settled'));
  // Both ends of a move are kept, or none.
  for (let before = -1; before !== lost.size; ) {
    before = lost.size;
    const names = new Set([...lost].flatMap(moveNames));
    for (const unit of tracked) if (moveNames(unit).some((name) => names.has(name))) lost.add(unit);
  }
  for (const unit of lost) {
    for (const at of revisionOffsets(unit.xml)) out.set((unit.blocks[0]?.start ?? 0) + at, verdict);
  }
  return out;
}

function moveNames({ xml }: Unit): string[] {
  return Array.from(xml.matchAll(/<w:move\w+RangeStart\b[^>]*?\sw:name="([^"]*)"/g), (m) => m[1] ?? '');
}

class Encoder {
  readonly #shared: ReadonlySet<string>;
  readonly #table: EarlierTable;

  constructor(shared: ReadonlySet<string>, table: EarlierTable) {
    this.#shared = shared;
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
    if (fateOf(unit, this.#shared) === 'runs') return unit.blocks.map((b) => this.#element(b, [])).join('');
    const number = this.#table.block(keyOf(unit), unit.xml);
    return `<w:p><w:r><w:t>${blockWord(number)}</w:t></w:r></w:p>`;
  }

  #element(element: XmlElement, stack: readonly Earlier[]): string {
    if (TRACK.has(element.name)) {
      const deeper = [...stack, earlierOf(element)];
      return this.#content(element, deeper);
    }
    if (element.name === 'w:r' && stack.length > 0) return this.#run(element, stack);
    if (stack.length === 0 && !hasRevisions(outer(element))) return outer(element);
    return withInner(element, this.#content(element, stack));
  }

  #content(element: XmlElement, stack: readonly Earlier[]): string {
    return element.children.map((c) => (isElement(c) ? this.#element(c, stack) : c.raw)).join('');
  }

  #run(run: XmlElement, stack: readonly Earlier[]): string {
    const rPr = child(run, 'w:rPr');
    const mark = `<${MARK} w:val="${this.#table.stack(stack)}"/>`;
    const properties = `<w:rPr>${mark}${rPr ? inner(rPr) : ''}</w:rPr>`;
    const content = run.children.map((c) => (c === rPr ? '' : isElement(c) ? outer(c) : c.raw)).join('');
    return `${startTag(run)}${properties}${undeleted(content)}</w:r>`;
  }
}

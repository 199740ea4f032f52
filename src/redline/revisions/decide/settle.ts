import {
  child,
  elements,
  inner,
  isElement,
  outer,
  startTag,
  withInner,
  type XmlElement,
  type XmlNode,
} from '../../ooxml/index.ts';
import { controlContent, doomedControls } from './controls.ts';
import type { Verdict } from './decision.ts';
import { FORMER, RANGE_OF_REVISION, revisionOffsets, TRACK, WRAPPERS } from './names.ts';
import {
  dissolvedMath,
  holdsProperties,
  markersOf,
  replacedProperties,
  settledProperties,
  takesAway,
  type VerdictOf,
} from './properties.ts';
import { isBare, isVacated, looseEnds, rangeEnds, undeleted } from './remains.ts';

/** A part's text with every revision accepted or rejected; the same text where it has none. */
export function settleAll(root: XmlElement, verdict: Verdict): string {
  const offsets = revisionOffsets(root.source);
  return offsets.length === 0 ? root.source : settled(root, offsets, () => verdict).xml;
}

/**
 * A part's text with some revisions decided (ECMA-376 Part 1 §17.13.5); blocks without any of them keep their text.
 *
 * @param verdicts  offset of a revision's tag in the root's source to what was decided
 */
export function settle(root: XmlElement, verdicts: ReadonlyMap<number, Verdict>): Settled {
  if (verdicts.size === 0) return { xml: root.source, gone: [] };
  const offsets = [...verdicts.keys()].sort((a, b) => a - b);
  return settled(root, offsets, (element) => verdicts.get(element.start));
}

/** A part after decisions. */
export interface Settled {
  readonly xml: string;
  /** What went, as offsets into the former text: undecided revisions in there went along. */
  readonly gone: readonly (readonly [from: number, to: number])[];
}

function settled(root: XmlElement, offsets: readonly number[], verdictOf: VerdictOf): Settled {
  const { source } = root;
  const settler = new Settler(root, offsets, verdictOf);
  const content = settler.element(root);
  return { xml: `${source.slice(0, root.start)}${content}${source.slice(root.end)}`, gone: settler.gone };
}

/** A paragraph or other block on its way through. */
interface Piece {
  xml: string;
  /** The paragraph's parts, once something joins it or it joins something. */
  paragraph?: { readonly head: string; content: string; readonly markGone: boolean };
  readonly element?: XmlElement;
  /** Range marks and sections do not count as blocks. */
  readonly mark: boolean;
}

/** A place of blocks; inside a paragraph, controls that lose everything stay as Word keeps them. */
const BLOCK_HOLDER = /^w:(?:body|tc|hdr|ftr|footnote|endnote|txbxContent|tbl|tr)$/;
/** Properties that held nothing but revisions are gone with them, so that they equal those that never were. */
const OPTIONAL = new Set(['w:rPr', 'w:pPr', 'w:trPr', 'w:tcPr', 'w:tblPrEx']);
const NO_BLOCK = /^w:(?:bookmark|commentRange|perm|proofErr|sectPr|move\w+Range|customXml\w+Range)/;

class Settler {
  readonly gone: (readonly [from: number, to: number])[] = [];
  readonly #offsets: readonly number[];
  readonly #verdictOf: VerdictOf;
  readonly #doomed: ReadonlySet<XmlElement>;
  /** Deletions around the present place that nobody has decided. */
  #pendingDeletions = 0;
  #inParagraph = false;
  /** Controls that went because they lost everything. */
  readonly #emptied = new Set<XmlElement>();

  constructor(root: XmlElement, offsets: readonly number[], verdictOf: VerdictOf) {
    this.#verdictOf = verdictOf;
    this.#doomed = doomedControls(root, verdictOf);
    const doomed = Array.from(this.#doomed, (e) => e.start);
    this.#offsets = doomed.length === 0 ? offsets : [...offsets, ...doomed].sort((a, b) => a - b);
  }

  /** What outlives an element that goes. */
  #removed(element: XmlElement): string {
    this.gone.push([element.start, element.end]);
    return looseEnds(outer(element));
  }

  /** Does anything that was decided stand in the element? */
  #touches(element: XmlElement): boolean {
    let [low, high] = [0, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#offsets[middle] ?? 0) < element.start) low = middle + 1;
      else high = middle;
    }
    return (this.#offsets[low] ?? Number.POSITIVE_INFINITY) < element.end;
  }

  /** An element that stays, with its content settled. @param followed  does anything follow the control that it belongs to? */
  element(element: XmlElement, followed = false): string {
    if (!this.#touches(element)) return outer(element);
    const around = this.#inParagraph;
    if (element.name === 'w:p') this.#inParagraph = true;
    else if (BLOCK_HOLDER.test(element.name)) this.#inParagraph = false;
    const xml = this.#touched(element, followed);
    this.#inParagraph = around;
    return xml;
  }

  #touched(element: XmlElement, followed: boolean): string {
    const { name } = element;
    if (holdsProperties(name)) return this.#properties(element);
    if (name === 'w:numPr') return this.#numbering(element);
    if (name === 'm:ctrlPr') return withInner(element, this.#controlCharacter(element));
    const content = this.#holdsBlocks(element)
      ? this.#blocks(element, followed)
      : this.#inline(element.children, name === 'w:sdt' && followed);
    const left = remains(element, content);
    if (left !== undefined) {
      this.gone.push([element.start, element.end]);
      return left;
    }
    return content === '' && inner(element) === '' ? outer(element) : withInner(element, content);
  }

  #properties(element: XmlElement): string {
    for (const c of replacedProperties(element, this.#verdictOf)) this.gone.push([c.start, c.end]);
    const content = settledProperties(element, this.#verdictOf, (c) => this.element(c));
    return content === '' && OPTIONAL.has(element.name) ? '' : withInner(element, content);
  }

  #numbering(element: XmlElement): string {
    if (markersOf(element).some((c) => takesAway(c.name, this.#verdictOf(c)))) {
      this.gone.push([element.start, element.end]);
      return '';
    }
    return withInner(element, settledProperties(element, this.#verdictOf, outer));
  }

  /** Properties of a math control character, which its markers stand around. */
  #controlCharacter(element: XmlElement): string {
    return elements(element)
      .map((c) => {
        if (!TRACK.has(c.name)) return this.element(c);
        const content = this.#controlCharacter(c);
        return this.#verdictOf(c) === undefined ? withInner(c, content) : content;
      })
      .join('');
  }

  /** Blocks, or a control around blocks that is about to go: what it holds joins what is beside it. */
  #holdsBlocks(element: XmlElement): boolean {
    return elements(element).some(
      (c) =>
        c.name === 'w:p' ||
        c.name === 'w:tbl' ||
        (!this.#inParagraph && WRAPPERS.has(c.name)) ||
        (this.#doomed.has(c) && this.#holdsBlocks(child(c, 'w:sdtContent') ?? c)),
    );
  }

  #inline(nodes: readonly XmlNode[], followed = false): string {
    return nodes.map((c) => (isElement(c) ? this.#child(c, followed) : c.raw)).join('');
  }

  #child(element: XmlElement, followed = false): string {
    if (!this.#touches(element)) return outer(element);
    const { name } = element;
    if (TRACK.has(name)) return this.#tracked(element);
    if (FORMER.has(name) || RANGE_OF_REVISION.test(name))
      return this.#verdictOf(element) === undefined ? outer(element) : '';
    if (name === 'w:tr' && this.#marked(element, 'w:trPr')) return this.#removed(element);
    if (name === 'w:tc' && this.#marked(element, 'w:tcPr')) return this.#removed(element);
    if (this.#doomed.has(element)) return this.#inline(controlContent(element));
    const argumentsOnly = dissolvedMath(element, this.#verdictOf);
    if (argumentsOnly) return this.#inline(argumentsOnly);
    const xml = this.element(element, followed);
    if (name !== 'w:sdt' || this.#inParagraph || !isEmptied(element, xml, this.#emptied)) return xml;
    this.#emptied.add(element);
    return rangeEnds(xml);
  }

  /** Content in a revision: it goes, it stays without the revision around it, or nothing was decided. */
  #tracked(element: XmlElement): string {
    const { name } = element;
    const verdict = this.#verdictOf(element);
    if (takesAway(name, verdict)) return this.#removed(element);
    if (verdict === undefined) {
      const deletion = name === 'w:del' ? 1 : 0;
      this.#pendingDeletions += deletion;
      const content = this.#inline(element.children);
      this.#pendingDeletions -= deletion;
      if (content !== '') return withInner(element, content);
      this.gone.push([element.start, element.end]);
      return '';
    }
    const content = this.#inline(element.children);
    const back = name === 'w:del' || name === 'w:moveFrom';
    return back && this.#pendingDeletions === 0 ? undeleted(content) : content;
  }

  /** Is it a row or cell that goes away? */
  #marked(element: XmlElement, properties: string): boolean {
    const holder = child(element, properties);
    return holder !== undefined && elements(holder).some((c) => takesAway(c.name, this.#verdictOf(c)));
  }

  /** Blocks of a story or cell; a paragraph whose mark is gone joins the following one, whose properties it takes. */
  #blocks(parent: XmlElement, followed: boolean): string {
    const wraps = parent.name === 'w:sdtContent' || parent.name === 'w:customXml';
    const pieces = this.#pieces(parent.children, wraps && followed);
    for (let i = 0; i < pieces.length; i++) {
      const piece = pieces[i];
      const p = piece?.paragraph;
      if (!piece || !p?.markGone) continue;
      const next = nextBlock(pieces, i);
      const follower = pieces[next]?.element && this.#opened(pieces[next]);
      if (follower) {
        const between = pieces.slice(i + 1, next);
        follower.content = p.content + between.map((x) => x.xml).join('') + follower.content;
        this.#goneProperties(piece.element);
        for (const gone of [piece, ...between]) {
          gone.xml = '';
          delete gone.paragraph;
        }
        i = next - 1;
      } else if ((next < pieces.length || (wraps && followed)) && isBare(p.content)) {
        this.#goneProperties(piece.element);
        piece.xml = rangeEnds(p.content);
        delete piece.paragraph;
      }
    }
    return pieces.map(textOf).join('');
  }

  #goneProperties(paragraph: XmlElement | undefined): void {
    const pPr = child(paragraph, 'w:pPr');
    if (pPr) this.gone.push([pPr.start, pPr.end]);
  }

  /** Read from the end, because what becomes of a control's last paragraph depends on whether anything follows. */
  #pieces(nodes: readonly XmlNode[], followed: boolean): Piece[] {
    const out: Piece[] = [];
    let following = followed;
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i];
      if (!node) continue;
      const made = isElement(node) ? this.#piece(node, following) : [{ xml: node.raw, mark: true }];
      for (const piece of made.toReversed()) {
        out.push(piece);
        following ||= !piece.mark;
      }
    }
    return out.reverse();
  }

  #piece(element: XmlElement, followed: boolean): Piece[] {
    if (this.#doomed.has(element)) return this.#pieces(controlContent(element), followed);
    if (element.name !== 'w:p') {
      const xml = this.#child(element, followed);
      return xml === '' ? [] : [{ xml, mark: NO_BLOCK.test(element.name) || isBare(xml) }];
    }
    const piece: Piece = { xml: '', mark: false, element };
    if (this.#touches(element)) this.#opened(piece);
    else piece.xml = outer(element);
    return [piece];
  }

  /** A paragraph apart: its start tag with properties, and its content. */
  #opened(piece: Piece): Piece['paragraph'] {
    const p = piece.element;
    if (piece.paragraph || !p) return piece.paragraph;
    const pPr = child(p, 'w:pPr');
    const gone = markersOf(child(pPr, 'w:rPr')).some((m) => takesAway(m.name, this.#verdictOf(m)));
    const around = this.#inParagraph;
    this.#inParagraph = true;
    const content = this.#inline(p.children.filter((c) => c !== pPr));
    const properties = pPr ? this.element(pPr) : '';
    this.#inParagraph = around;
    const head = startTag(p).replace(/\/>$/, '>') + properties;
    piece.paragraph = { head, content, markGone: gone };
    return piece.paragraph;
  }
}

const ROW = /<w:tr[\s>]/;
const CELL = /<w:tc[\s>]/;

/** What is left of a holder that lost all that it was there for; `undefined` where it stays, as one that had nothing does. */
function remains(element: XmlElement, content: string): string | undefined {
  const { name } = element;
  const held = name === 'w:tbl' ? ROW : name === 'w:tr' ? CELL : undefined;
  if (held?.test(inner(element)) && !held.test(content)) return looseEnds(content);
  return isVacated(name, content) ? rangeEnds(content) : undefined;
}

function textOf(piece: Piece): string {
  const p = piece.paragraph;
  return p ? `${p.head}${p.content}</w:p>` : piece.xml;
}

/** Index of the next block after `at`, or the number of pieces. */
function nextBlock(pieces: readonly Piece[], at: number): number {
  let next = at + 1;
  while (pieces[next]?.mark) next++;
  return next;
}

const CONTROL_CONTENT = /<w:sdtContent(?:\s[^>]*)?(?:\/>|>([\s\S]*)<\/w:sdtContent>)/;

/** Has a control lost everything that it held? One that held nothing but another control stays. */
function isEmptied(element: XmlElement, xml: string, emptied: ReadonlySet<XmlElement>): boolean {
  const content = child(element, 'w:sdtContent');
  if (!content || isBare(inner(content)) || elements(content).some((c) => emptied.has(c))) return false;
  return isBare(CONTROL_CONTENT.exec(xml)?.[1] ?? '');
}

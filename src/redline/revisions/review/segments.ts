import {
  attribute,
  bodyOf,
  child,
  elements,
  inner,
  isElement,
  outer,
  withInner,
  type XmlElement,
} from '../../ooxml/index.ts';
import { markersOf } from '../decide/properties.ts';

/** Neighbours without changes that are read as one. */
const PLAIN_TOGETHER = 16;
/** Blocks beside which a tracked paragraph mark still reaches the next one. */
const TRANSPARENT = /Range|^w:(?:bookmark|proofErr)/;
const MOVE_END = /^w:(move(?:From|To))Range(Start|End)$/;
const MOVE_TAG = /<w:move(?:From|To)Range(?:Start|End)[\s/>]/;
const MOVE_NAME = /<w:move(?:From|To)RangeStart\s[^>]*?\bw:name="([^"]*)"/g;

/** Blocks of a body that can be settled and read without those beside them. */
export interface SegmentSource {
  readonly text: string;
  /** Names of the moves that begin in it: what stands under one name is one change, wherever it is. */
  readonly moves: readonly string[];
}

/** A main part, cut up. */
export interface CutBody {
  readonly before: string;
  readonly segments: readonly SegmentSource[];
  readonly after: string;
}

/**
 * Cuts the body of a main part where nothing reaches over: no paragraph whose mark is tracked, no range around what moved.
 *
 * @returns `undefined` where the part is not written as settling would write it, or holds what reaches anywhere
 */
export function cutBody(root: XmlElement, holds: (element: XmlElement) => boolean): CutBody | undefined {
  const body = bodyOf(root);
  const { source } = root;
  if (source.includes('<w:customXml') || source.includes("w:name='") || !isAsSettled(root, body))
    return undefined;
  const cutter = new Cutter(holds);
  for (const node of body.children) {
    if (isElement(node)) cutter.block(node);
    else cutter.text(node.raw);
  }
  return {
    before: source.slice(0, body.innerStart),
    segments: cutter.finished(),
    after: source.slice(body.innerEnd),
  };
}

/** Would settling write what is around the blocks as it stands? It keeps no comments, for one. */
function isAsSettled(root: XmlElement, body: XmlElement): boolean {
  const { source } = root;
  const blocks = body.children.map((c) => (isElement(c) ? outer(c) : c.raw)).join('');
  if (blocks === '' || blocks !== inner(body)) return false;
  const content = root.children.map((c) => {
    if (!isElement(c)) return c.raw;
    return c === body ? withInner(body, blocks) : outer(c);
  });
  const written = withInner(root, content.join(''));
  return `${source.slice(0, root.start)}${written}${source.slice(root.end)}` === source;
}

class Cutter {
  readonly #holds: (element: XmlElement) => boolean;
  readonly #segments: SegmentSource[] = [];
  readonly #openRanges = new Set<string>();
  #text = '';
  #blocks = 0;
  #plain = true;
  /** The last block's mark is tracked. */
  #reaches = false;

  constructor(holds: (element: XmlElement) => boolean) {
    this.#holds = holds;
  }

  text(raw: string): void {
    this.#text += raw;
  }

  block(element: XmlElement): void {
    const plain = !this.#holds(element);
    const closed = !this.#reaches && this.#openRanges.size === 0;
    if (closed && (!plain || !this.#plain || this.#blocks >= PLAIN_TOGETHER)) this.#cut();
    this.#text += outer(element);
    this.#blocks++;
    this.#plain &&= plain;
    if (!plain) this.#follow(element);
    if (!TRANSPARENT.test(element.name)) this.#reaches = !plain && hasTrackedMark(element);
  }

  finished(): readonly SegmentSource[] {
    this.#cut();
    return this.#segments;
  }

  #cut(): void {
    if (this.#text !== '') this.#segments.push({ text: this.#text, moves: movesIn(this.#text) });
    this.#text = '';
    this.#blocks = 0;
    this.#plain = true;
  }

  #follow(element: XmlElement): void {
    if (!MOVE_TAG.test(outer(element))) return;
    const walk = (e: XmlElement): void => {
      const [, kind, end] = MOVE_END.exec(e.name) ?? [];
      const key = `${kind} ${attribute(e, 'w:id') ?? ''}`;
      if (end === 'Start') this.#openRanges.add(key);
      else if (end === 'End') this.#openRanges.delete(key);
      for (const c of elements(e)) walk(c);
    };
    walk(element);
  }
}

function hasTrackedMark(block: XmlElement): boolean {
  return block.name === 'w:p' && markersOf(child(child(block, 'w:pPr'), 'w:rPr')).length > 0;
}

function movesIn(text: string): string[] {
  return text.includes('<w:move') ? Array.from(text.matchAll(MOVE_NAME), (m) => m[1] ?? '') : [];
}

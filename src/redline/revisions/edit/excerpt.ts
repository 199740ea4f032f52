import { child, elements, type XmlElement } from '../../ooxml/index.ts';
import { type Splice, spliced } from './splice.ts';

/** Shorter parts are taken whole. */
const SHORT = 20_000;
/** What stands between blocks and is none. */
const MARK = /Range(?:Start|End)$|^w:(?:bookmark|perm)(?:Start|End)$|^w:proofErr$/;

/** A part before and after it was changed. */
export interface PartExcerpt {
  readonly before: string;
  readonly after: string;
  /** The part as it was, with something put into what is not left out. */
  readonly with: (inserts: readonly Splice[]) => string;
}

/**
 * A part before and after it was changed, without the blocks that are far from every difference. What is left out is
 * the same text on both sides; that is how it is found.
 *
 * @param places  offsets in the part as it was that are not left out
 */
export function excerptOf(root: XmlElement, after: string, places: readonly number[] = []): PartExcerpt {
  const before = root.source;
  const whole: PartExcerpt = {
    before,
    after,
    with: (inserts) => spliced(before, 0, before.length, inserts),
  };
  const holder = child(root, 'w:body') ?? root;
  const [prefix, suffix] = [commonPrefix(before, after), commonSuffix(before, after)];
  const behind = before.length - Math.min(suffix, before.length - prefix, after.length - prefix);
  if (before.length < SHORT || prefix < holder.innerStart || behind > holder.innerEnd) return whole;
  const blocks = elements(holder);
  const least = Math.min(prefix, ...places);
  const most = Math.max(behind, ...places);
  if (least < holder.innerStart || most > holder.innerEnd) return whole;
  const first = blocks.findIndex((block) => block.end >= least);
  const last = blocks.findLastIndex((block) => block.start <= most);
  if (first < 0 || last < first) return whole;
  // A mark that goes joins a paragraph with the next.
  const start = (beside(blocks, first, -1) ?? blocks[0])?.start ?? holder.innerStart;
  const end = (beside(blocks, last, 1) ?? blocks.at(-1))?.end ?? holder.innerEnd;
  const grown = after.length - before.length;
  const cut = (text: string, more: number): string =>
    text.slice(0, holder.innerStart) + text.slice(start, end + more) + text.slice(holder.innerEnd + more);
  const left = (middle: string): string =>
    before.slice(0, holder.innerStart) + middle + before.slice(holder.innerEnd);
  return {
    before: left(before.slice(start, end)),
    after: cut(after, grown),
    with: (inserts) => left(spliced(before, start, end, inserts)),
  };
}

/** The next block on one side. */
function beside(blocks: readonly XmlElement[], from: number, step: 1 | -1): XmlElement | undefined {
  let at = from + step;
  while (MARK.test(blocks[at]?.name ?? '')) at += step;
  return blocks[at];
}

/** Units that are compared at once, as long as they are equal. */
const STRIDE = 4096;

function commonPrefix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at + STRIDE <= most && a.slice(at, at + STRIDE) === b.slice(at, at + STRIDE)) at += STRIDE;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

function commonSuffix(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  const tail = (text: string, from: number, to: number): string =>
    text.slice(text.length - to, text.length - from);
  let at = 0;
  while (at + STRIDE <= most && tail(a, at, at + STRIDE) === tail(b, at, at + STRIDE)) at += STRIDE;
  while (at < most && a.charCodeAt(a.length - at - 1) === b.charCodeAt(b.length - at - 1)) at += 1;
  return at;
}

import { append } from './append.ts';
import { child, type Element, withChildren } from './element.ts';
import { isEmptyControl, isRangeEnd, isVacated, rangeEnds } from './leftover.ts';
import { FLAGS, localName, RANGE_MARKUP } from './names.ts';

/** The name of a paragraph whose mark goes away, until it has joined the following one. */
export const UNMARKED = 'paragraph without its mark';

const PENDING = FLAGS.unmarked | FLAGS.emptied;
const BLOCK_HOLDERS = new Set([
  'body',
  'tc',
  'hdr',
  'ftr',
  'footnote',
  'endnote',
  'txbxContent',
  'tbl',
  'tr',
]);

/**
 * Joins each paragraph whose mark goes away with the following one, whose properties the joined paragraph takes
 * (§17.13.5.15 as Word reads it). Without a following paragraph an empty one vanishes, unless it is the last of
 * its story or cell. Then controls that were left without any block vanish.
 */
export function joinMarks(root: Element): Element {
  return withoutEmptied(joinInside(root, false), false);
}

/** @param followed does anything follow the control or custom XML that `el` belongs to? */
function joinInside(el: Element, followed: boolean): Element {
  if ((el.flags & PENDING) === 0) return el;
  const wraps = el.name === 'w:sdt' || el.name === 'w:sdtContent' || el.name === 'w:customXml';
  const made = withChildren(el, new Joiner(el.children, wraps && followed).run());
  const emptied = isEmptyControl(made) && ((el.flags & FLAGS.emptied) !== 0 || !isEmptyControl(el));
  return emptied ? { ...made, flags: made.flags | FLAGS.emptied } : made;
}

class Joiner {
  private readonly children: readonly Element[];
  private readonly followed: boolean;
  private readonly out: Element[] = [];
  /** Content of paragraphs that lost their mark, until the paragraph comes that it joins. */
  private waiting: Element[] = [];

  constructor(children: readonly Element[], followed: boolean) {
    this.children = children;
    this.followed = followed;
  }

  run(): readonly Element[] {
    let at = 0;
    for (let el = this.children[0]; el !== undefined; el = this.children[at]) {
      if (el.name === UNMARKED) at = this.unmarked(el, at);
      else {
        if (el.name === 'w:p') this.paragraph(joinInside(el, false));
        else this.holder(el, at);
        at += 1;
      }
    }
    return this.out;
  }

  /** Returns where to go on. */
  private unmarked(el: Element, at: number): number {
    const inner = joinInside(el, false);
    const next = nextBlock(this.children, at);
    const name = this.children[next]?.name;
    append(
      this.waiting,
      inner.children.filter((c) => c.name !== 'w:pPr'),
    );
    if (name === 'w:p' || name === UNMARKED) {
      for (const between of this.children.slice(at + 1, next)) {
        (isMarkup(between) ? this.waiting : this.out).push(between);
      }
      return next;
    }
    this.end(inner, name !== undefined || this.followed);
    return at + 1;
  }

  /** A paragraph that keeps its mark takes what was waiting. */
  private paragraph(el: Element): void {
    if (this.waiting.length === 0) this.out.push(el);
    else {
      append(
        this.waiting,
        el.children.filter((c) => c.name !== 'w:pPr'),
      );
      this.out.push(this.filled(el));
    }
  }

  /** The mark should go, but there is no paragraph to join. */
  private end(el: Element, mayVanish: boolean): void {
    if (mayVanish && this.waiting.every(isMarkup)) {
      append(this.out, this.waiting.filter(isRangeEnd));
      this.waiting = [];
    } else {
      this.out.push({ ...this.filled(el), name: 'w:p' });
    }
  }

  /** The paragraph with its own properties and everything that was waiting. */
  private filled(el: Element): Element {
    const properties = child(el, 'w:pPr');
    const content = this.waiting;
    this.waiting = [];
    return withChildren(el, properties ? [properties, ...content] : content);
  }

  private holder(el: Element, at: number): void {
    if ((el.flags & PENDING) === 0) {
      this.out.push(el);
      return;
    }
    const inner = joinInside(el, this.followed || nextBlock(this.children, at) < this.children.length);
    if (isVacated(el.name, inner.children)) append(this.out, inner.children.filter(isRangeEnd));
    else this.out.push(inner);
  }
}

function isMarkup(el: Element): boolean {
  return RANGE_MARKUP.has(el.name);
}

/** Index of the next block after the one at `at`, or the length of the list. */
function nextBlock(children: readonly Element[], at: number): number {
  let next = at + 1;
  for (let el = children[next]; el !== undefined; el = children[next]) {
    if (!isMarkup(el) && el.name !== 'w:sectPr') break;
    next += 1;
  }
  return next;
}

/** Block controls that lost everything are gone; those inside a paragraph stay, as in Word. */
function withoutEmptied(el: Element, inParagraph: boolean): Element {
  if ((el.flags & FLAGS.emptied) === 0) return el;
  const inside = el.name === 'w:p' || (inParagraph && !BLOCK_HOLDERS.has(localName(el.name)));
  const children = el.children.flatMap((c) =>
    !inside && (c.flags & FLAGS.emptied) !== 0 && isEmptyControl(c)
      ? rangeEnds(c)
      : [withoutEmptied(c, inside)],
  );
  return withChildren(el, children);
}

import { FLAGS, flagsOf } from './names.ts';

export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/**
 * An element as verification reads it. Equal stretches of XML are one and the same value, within a part and
 * between the parts of one verification, so identity proves equality.
 */
export interface Element {
  /** Canonical: `w:p`. */
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly children: readonly Element[];
  /** Character data of an element without children; of others, what stands before the first child. */
  readonly text: string;
  /** `FLAGS` of the element and of everything inside it. */
  readonly flags: number;
}

/** The name under which text that stands between elements is kept; blanks between them are not. */
export const TEXT = '#text';

/** The same element around other children. */
export function withChildren(el: Element, children: readonly Element[]): Element {
  let flags = flagsOf(el.name) | (el.flags & FLAGS.link);
  for (const child of children) flags |= child.flags;
  return { name: el.name, attributes: el.attributes, children, text: el.text, flags };
}

export function attribute(el: Element, name: string): string | undefined {
  for (const a of el.attributes) if (a.name === name) return a.value;
  return undefined;
}

export function child(el: Element, name: string): Element | undefined {
  for (const c of el.children) if (c.name === name) return c;
  return undefined;
}

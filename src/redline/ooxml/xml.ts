import { damaged, decodeText, encodeText } from './character-data.ts';
import {
  mayHoldApostrophes,
  nameEnd,
  rootStart,
  type Span,
  skipSpecial,
  spanOf,
  tagEnd,
  tooDeep,
} from './span.ts';

/** Text between tags, as in the source: entities are not decoded. */
export interface XmlText {
  readonly kind: 'text';
  readonly raw: string;
}

/**
 * An element over the string it was read from.  `start…end` is the whole element and
 * `innerStart…innerEnd` its content, in UTF-16 offsets into `source`, so that what is not
 * changed is copied and not written anew.  Comments and processing instructions have no node.
 */
export interface XmlElement {
  readonly kind: 'element';
  /** Name with its prefix; prefixes are the customary ones (see namespaces.ts). */
  readonly name: string;
  readonly source: string;
  readonly start: number;
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly end: number;
  readonly children: readonly XmlNode[];
}

export type XmlNode = XmlElement | XmlText;

const NO_CHILDREN: readonly XmlNode[] = [];

interface Open {
  name: string;
  start: number;
  innerStart: number;
  children: XmlNode[];
}

/** Names repeat thousands of times; one string each keeps memory and comparisons small. */
const interned = new Map<string, string>();
const MAX_INTERNED = 4096;

function intern(name: string): string {
  const known = interned.get(name);
  if (known !== undefined) return known;
  // A name of a property is a text of its own: a piece would keep the whole part in memory that it was cut out of.
  const made = Object.keys({ [name]: 0 })[0] ?? name;
  if (interned.size < MAX_INTERNED) interned.set(made, made);
  return made;
}

/** Blocks of a body, rows and definitions: most of them are never looked into, so they are read when somebody does. */
const LAZY: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['w:body', new Set(['w:p', 'w:tbl', 'w:sdt'])],
  ['w:tbl', new Set(['w:tr'])],
  ['w:styles', new Set(['w:style'])],
  ['w:numbering', new Set(['w:abstractNum'])],
]);

/** An element whose content was checked to be balanced and is read when it is asked for. */
class LazyElement implements XmlElement {
  readonly kind = 'element';
  readonly name: string;
  readonly source: string;
  readonly start: number;
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly end: number;
  readonly #maxDepth: number;
  readonly #plain: boolean;
  #children: readonly XmlNode[] | undefined;

  constructor(name: string, source: string, start: number, span: Span, maxDepth: number, plain: boolean) {
    this.name = name;
    this.source = source;
    this.start = start;
    this.innerStart = span.innerStart;
    this.innerEnd = span.innerEnd;
    this.end = span.end;
    this.#maxDepth = maxDepth;
    this.#plain = plain;
  }

  get children(): readonly XmlNode[] {
    this.#children ??= parseXml(this.source, this.#maxDepth, this.start, this.#plain).children;
    return this.#children;
  }
}

function isName(source: string, from: number, to: number, name: string): boolean {
  return to - from === name.length && source.startsWith(name, from);
}

/**
 * The element that starts at `from` (by default the root, behind the prolog).
 *
 * @param quotes  is it known that no value stands in single quotes?
 * @throws {RedlineError} `document/damaged-part`, `document/dtd-forbidden`, `limits/exceeded` (depth).
 */
export function parseXml(
  source: string,
  maxDepth: number,
  from = rootStart(source),
  quotes?: boolean,
): XmlElement {
  const stack: Open[] = [];
  let plain = quotes;
  let at = from;
  for (;;) {
    const c = source.charCodeAt(at + 1);
    if (c === 47) {
      const close = source.indexOf('>', at);
      const open = stack.pop();
      const end = nameEnd(source, at + 2);
      if (open === undefined || close < 0 || !isName(source, at + 2, end, open.name))
        throw damaged('tags do not match');
      const element: XmlElement = {
        kind: 'element',
        name: open.name,
        source,
        start: open.start,
        innerStart: open.innerStart,
        innerEnd: at,
        end: close + 1,
        children: open.children,
      };
      const parent = stack[stack.length - 1];
      if (parent === undefined) return element;
      parent.children.push(element);
      at = close + 1;
    } else if (c === 33 || c === 63) {
      const end = skipSpecial(source, at);
      const parent = stack[stack.length - 1];
      if (parent && source.startsWith('<![CDATA[', at))
        parent.children.push({ kind: 'text', raw: encodeText(source.slice(at + 9, end - 3)) });
      at = end;
    } else {
      const close = tagEnd(source, at);
      const name = intern(source.slice(at + 1, nameEnd(source, at + 1)));
      if (name === '') throw damaged('a tag has no name');
      const holder = stack[stack.length - 1];
      if (holder !== undefined && LAZY.get(holder.name)?.has(name)) {
        plain ??= !mayHoldApostrophes(source.slice(at));
        const span = spanOf(source, at, maxDepth - stack.length, plain);
        holder.children.push(new LazyElement(name, source, at, span, maxDepth, plain));
        at = span.end;
      } else if (source.charCodeAt(close - 1) === 47) {
        const element: XmlElement = {
          kind: 'element',
          name,
          source,
          start: at,
          innerStart: close - 1,
          innerEnd: close - 1,
          end: close + 1,
          children: NO_CHILDREN,
        };
        const parent = stack[stack.length - 1];
        if (parent === undefined) return element;
        parent.children.push(element);
        at = close + 1;
      } else {
        if (stack.length >= maxDepth) throw tooDeep(maxDepth);
        stack.push({ name, start: at, innerStart: close + 1, children: [] });
        at = close + 1;
      }
    }
    const next = source.indexOf('<', at);
    if (next < 0) throw damaged('an element does not end');
    if (next > at) stack[stack.length - 1]?.children.push({ kind: 'text', raw: source.slice(at, next) });
    at = next;
  }
}

export function isElement(node: XmlNode): node is XmlElement {
  return node.kind === 'element';
}

export function elements(parent: XmlElement): XmlElement[] {
  return parent.children.filter(isElement);
}

export function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((c): c is XmlElement => c.kind === 'element' && c.name === name);
}

/** The element as it stands in the source. */
export function outer(element: XmlElement): string {
  return element.source.slice(element.start, element.end);
}

/** The content as it stands in the source. */
export function inner(element: XmlElement): string {
  return element.source.slice(element.innerStart, element.innerEnd);
}

/** The start tag as it stands, made an opening tag where the element is empty. */
export function startTag(element: XmlElement): string {
  const tag = element.source.slice(element.start, element.innerStart);
  return element.innerStart === element.innerEnd && !tag.endsWith('>') ? `${tag}>` : tag;
}

/** The start tag as that of an element with content. */
export function openTag(element: XmlElement): string {
  const tag = startTag(element);
  return tag.endsWith('/>') ? `${tag.slice(0, -2)}>` : tag;
}

/** The element with other content. */
export function withInner(element: XmlElement, content: string): string {
  return `${startTag(element)}${content}</${element.name}>`;
}

const ATTRIBUTE = /([^\s=/>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Attributes in source order, names with prefixes, values decoded. */
export function attributes(element: XmlElement): [string, string][] {
  const from = element.start + 1 + element.name.length;
  const text = element.source.slice(from, element.innerStart);
  if (text.length < 4) return [];
  return Array.from(text.matchAll(ATTRIBUTE), (m) => [m[1] ?? '', decodeText(m[2] ?? m[3] ?? '')]);
}

/** One attribute's decoded value. */
export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  if (element === undefined) return undefined;
  // Only the tag is searched: an attribute that is not there would otherwise be looked for to the end of the part.
  const tag = element.source.slice(element.start + 1 + element.name.length, element.innerStart);
  for (let at = tag.indexOf(name); at > 0; at = tag.indexOf(name, at + 1)) {
    if (tag.charCodeAt(at - 1) > 32) continue;
    const equals = /^\s*=\s*("[^"]*"|'[^']*')/.exec(tag.slice(at + name.length));
    if (equals?.[1] !== undefined) return decodeText(equals[1].slice(1, -1));
  }
  return undefined;
}

/** `w:val` of a child, the most frequent question of all. */
export function childValue(parent: XmlElement | undefined, name: string): string | undefined {
  return attribute(child(parent, name), 'w:val');
}

/** Character data of an element and all its descendants. */
export function textOf(element: XmlElement): string {
  return element.children.map((c) => (c.kind === 'text' ? decodeText(c.raw) : textOf(c))).join('');
}

/** Every descendant with one of the names, in document order. */
export function descendants(element: XmlElement, names: ReadonlySet<string>): XmlElement[] {
  const found: XmlElement[] = [];
  const walk = (e: XmlElement): void => {
    for (const c of e.children) {
      if (c.kind !== 'element') continue;
      if (names.has(c.name)) found.push(c);
      walk(c);
    }
  };
  walk(element);
  return found;
}

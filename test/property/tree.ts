import { parseXml, startTag, type XmlElement } from '../../src/redline/ooxml/index.ts';

/** An element that can be changed in place; text stays as it is in the source. */
export interface Node {
  readonly name: string;
  /** Attributes as in the source, with the blank in front. */
  attributes: string;
  children: (Node | string)[];
}

const DEPTH = 2000;

/** A part as a tree, with what stands before its root. */
export function parse(xml: string): { readonly prolog: string; readonly root: Node } {
  const root = parseXml(xml, DEPTH);
  return { prolog: xml.slice(0, root.start), root: convert(root) };
}

function convert(element: XmlElement): Node {
  const attributes = startTag(element)
    .slice(element.name.length + 1)
    .replace(/\s*\/?>$/, '');
  const children = element.children.map((c) => (c.kind === 'text' ? c.raw : convert(c)));
  return { name: element.name, attributes, children };
}

export function print(node: Node | string): string {
  if (typeof node === 'string') return node;
  const inner = node.children.map(print).join('');
  return inner === ''
    ? `<${node.name}${node.attributes}/>`
    : `<${node.name}${node.attributes}>${inner}</${node.name}>`;
}

/** An element from its markup; prefixes are those of the part that it goes into. */
export function make(xml: string): Node {
  return parse(xml).root;
}

export function clone(node: Node): Node {
  return { ...node, children: node.children.map((c) => (typeof c === 'string' ? c : clone(c))) };
}

export function elements(node: Node): Node[] {
  return node.children.filter((c) => typeof c !== 'string');
}

export function child(node: Node, name: string): Node | undefined {
  return elements(node).find((c) => c.name === name);
}

/** Every descendant with the name, in document order. */
export function all(node: Node, name: string): Node[] {
  const found: Node[] = [];
  const look = ({ children }: Node): void => {
    for (const c of children) {
      if (typeof c === 'string') continue;
      if (c.name === name) found.push(c);
      look(c);
    }
  };
  look(node);
  return found;
}

/** Every element of a tree with its parent. */
export function withParents(node: Node): { readonly node: Node; readonly parent: Node }[] {
  const found: { readonly node: Node; readonly parent: Node }[] = [];
  const look = (parent: Node): void => {
    for (const c of parent.children) {
      if (typeof c === 'string') continue;
      found.push({ node: c, parent });
      look(c);
    }
  };
  look(node);
  return found;
}

export function attribute(node: Node, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(node.attributes)?.[1];
}

export function setAttribute(node: Node, name: string, value: string): void {
  const pattern = new RegExp(`\\s${name}\\s*=\\s*(?:"[^"]*"|'[^']*')`);
  const bare = node.attributes.replace(pattern, '');
  node.attributes = `${bare} ${name}="${value}"`;
}

export function text(node: Node): string {
  return node.children.map((c) => (typeof c === 'string' ? c : text(c))).join('');
}

/** Puts a child where the schema wants it: behind those that come before it in `order`. */
export function insertOrdered(parent: Node, fresh: Node, order: readonly string[]): void {
  const rank = (name: string): number => {
    const at = order.indexOf(name);
    return at < 0 ? order.length : at;
  };
  parent.children = parent.children.filter((c) => typeof c === 'string' || c.name !== fresh.name);
  const at = parent.children.findIndex((c) => typeof c !== 'string' && rank(c.name) > rank(fresh.name));
  parent.children.splice(at < 0 ? parent.children.length : at, 0, fresh);
}

/** The child of that name, made as the first one where there is none. */
export function ensureFirst(parent: Node, name: string): Node {
  const known = child(parent, name);
  if (known) return known;
  const fresh: Node = { name, attributes: '', children: [] };
  parent.children.unshift(fresh);
  return fresh;
}

import { elements, type Package, type XmlElement } from '../../ooxml/index.ts';
import type { StoryKind } from './types.ts';

/** A part with stories of one kind. */
export interface Story {
  readonly kind: StoryKind;
  readonly part: string;
  readonly root: XmlElement;
}

const KIND_OF: Readonly<Record<string, StoryKind>> = {
  header: 'header',
  footer: 'footer',
  footnotes: 'footnote',
  endnotes: 'endnote',
  comments: 'comment',
};

/** The stories of a document: the body first, then as the relationships list them. */
export function storiesOf(pkg: Package): Story[] {
  const found: Story[] = [{ kind: 'body', part: pkg.main, root: pkg.root(pkg.main) }];
  const known = new Set([pkg.main]);
  for (const { type, part } of pkg.relationships(pkg.main)) {
    const kind = KIND_OF[type.slice(type.lastIndexOf('/') + 1)];
    if (kind === undefined || part === undefined || known.has(part)) continue;
    known.add(part);
    found.push({ kind, part, root: pkg.root(part) });
  }
  return found;
}

/** An element and what holds it, outermost first. */
export type Path = readonly XmlElement[];

/** The paragraph around a place in the source, innermost, with what holds it. */
export function paragraphAt(root: XmlElement, offset: number): Path | undefined {
  const path = [root];
  for (let at: XmlElement | undefined = root; at; ) {
    at = childAt(at, offset);
    if (at) path.push(at);
  }
  while (path.length > 0 && path[path.length - 1]?.name !== 'w:p') path.pop();
  return path.length === 0 ? undefined : path;
}

/** The child element around a place: children stand in order. */
function childAt(parent: XmlElement, offset: number): XmlElement | undefined {
  const { children } = parent;
  let [low, high] = [0, children.length - 1];
  if (children.length < 8) return elements(parent).find((c) => c.start <= offset && offset < c.end);
  while (low <= high) {
    const middle = (low + high) >> 1;
    const element = elementNear(children, middle, low);
    if (element === undefined) low = middle + 1;
    else if (offset < element.node.start) high = element.at - 1;
    else if (offset >= element.node.end) low = middle + 1;
    else return element.node;
  }
  return undefined;
}

/** The last element at or before an index; blanks between elements have no place. */
function elementNear(
  children: XmlElement['children'],
  from: number,
  low: number,
): { node: XmlElement; at: number } | undefined {
  for (let at = from; at >= low; at--) {
    const node = children[at];
    if (node?.kind === 'element') return { node, at };
  }
  return undefined;
}

/** What shows nothing of its own: second copies of text boxes, and boxes that were deleted or moved away. */
const UNSEEN = new Set(['mc:Fallback', 'w:del', 'w:moveFrom']);

/** Every paragraph of a part in the order of the document; those in second copies and deleted text boxes are left out. */
export function* paragraphsOf(root: XmlElement, above: Path = []): Generator<Path> {
  const path = [...above, root];
  for (const c of root.children) {
    if (c.kind !== 'element' || UNSEEN.has(c.name)) continue;
    if (c.name === 'w:p') {
      yield [...path, c];
      if (c.source.slice(c.start, c.end).includes('xbxContent')) yield* paragraphsOf(c, path);
    } else if (c.innerEnd > c.innerStart) yield* paragraphsOf(c, path);
  }
}

export function paragraphOf(path: Path): XmlElement {
  const last = path[path.length - 1];
  if (last === undefined) throw new Error('a path without a paragraph');
  return last;
}

/** Is the place in the second copy of a text box, or in one that is gone? */
export function isUnseen(path: Path): boolean {
  return path.some((e) => UNSEEN.has(e.name));
}

import { canonical } from './canonical.ts';
import { OFFICE_RELATIONSHIPS, type PackageEditor } from './editor.ts';
import { widenedStartTag } from './namespaces.ts';
import { type Package, relatedPart } from './package.ts';
import { samePart } from './same-parts.ts';
import { attribute, childValue, elements, inner, outer, startTag, type XmlElement } from './xml.ts';

/** How the styles (§17.7) of the modified document go into the original's. */
export interface StyleMap {
  /** Style id of the modified document to style id of the result. */
  readonly ids: ReadonlyMap<string, string>;
  /** Styles that have to be added, with their final ids. */
  readonly added: readonly { readonly element: XmlElement; readonly id: string }[];
  /** Names of styles in use whose definitions differ. */
  readonly changed: readonly string[];
}

const NOTHING: StyleMap = { ids: new Map(), added: [], changed: [] };
const REFERENCE: ReadonlySet<string> = new Set([
  'w:name',
  'w:rsid',
  'w:uiPriority',
  'w:semiHidden',
  'w:unhideWhenUsed',
  'w:qFormat',
  'w:locked',
]);

function stylesPart(pkg: Package): string | undefined {
  return relatedPart(pkg, pkg.main, 'styles');
}

interface Style {
  readonly id: string;
  readonly name: string;
  readonly element: XmlElement;
}

function readStyles(pkg: Package): Style[] {
  const part = stylesPart(pkg);
  if (part === undefined) return [];
  return elements(pkg.root(part))
    .filter((e) => e.name === 'w:style')
    .map((element) => ({
      id: attribute(element, 'w:styleId') ?? '',
      name: nameOf(element),
      element,
    }));
}

/** What tells a style apart: its name without regard to case, or its id where it has none. */
function nameOf(style: XmlElement): string {
  const name = childValue(style, 'w:name');
  return name === undefined ? `#${attribute(style, 'w:styleId') ?? ''}` : name.toLowerCase();
}

/**
 * Styles of the modified document by name: two styles with one name are one style.
 *
 * @param texts  what uses them
 */
export function mapStyles(original: Package, modified: Package, texts: readonly string[]): StyleMap {
  const [partA, partB] = [stylesPart(original), stylesPart(modified)];
  if (partA !== undefined && partB !== undefined && samePart(original, partA, modified, partB))
    return NOTHING;
  const [mine, theirs] = [readStyles(original), readStyles(modified)];
  const byName = new Map(mine.map((s) => [s.name, s]));
  const taken = new Set(mine.map((s) => s.id));
  const wanted = closure(theirs, usedStyles(texts));
  const ids = new Map<string, string>();
  const added: { element: XmlElement; id: string }[] = [];
  const changed: string[] = [];
  for (const style of theirs) {
    const same = byName.get(style.name);
    if (same) {
      if (same.id !== style.id) ids.set(style.id, same.id);
      if (wanted.has(style.id) && definition(same.element) !== definition(style.element))
        changed.push(style.name);
    } else if (wanted.has(style.id)) {
      let id = style.id;
      for (let n = 2; taken.has(id); n++) id = `${style.id}${n}`;
      taken.add(id);
      if (id !== style.id) ids.set(style.id, id);
      added.push({ element: style.element, id });
    }
  }
  return { ids, added, changed };
}

function definition(style: XmlElement): string {
  return elements(style)
    .filter((e) => !REFERENCE.has(e.name))
    .map((e) => canonical(e))
    .join('');
}

/** The used styles and those that they build on. */
function closure(styles: readonly Style[], used: ReadonlySet<string>): Set<string> {
  const byId = new Map(styles.map((s) => [s.id, s]));
  const found = new Set<string>();
  const queue = [
    ...used,
    ...styles.filter((s) => attribute(s.element, 'w:default') === '1').map((s) => s.id),
  ];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const style = byId.get(id);
    if (!style || found.has(id)) continue;
    found.add(id);
    for (const name of ['w:basedOn', 'w:next', 'w:link']) queue.push(childValue(style.element, name) ?? '');
  }
  return found;
}

/** Adds the missing styles to the result; `rebase` puts references in them into the result's terms. */
export function addStyles(
  editor: PackageEditor,
  modified: Package,
  map: StyleMap,
  rebase: (xml: string) => string,
): void {
  if (map.added.length === 0) return;
  const part = stylesPart(editor.base);
  const source = stylesPart(modified);
  if (part === undefined) {
    if (source !== undefined)
      editor.relate(editor.base.main, `${OFFICE_RELATIONSHIPS}/styles`, {
        part: editor.carry(modified, source),
      });
    return;
  }
  const root = editor.base.root(part);
  const text = map.added.map(({ element, id }) => {
    const tag = startTag(element)
      .replace(/\sw:default="[^"]*"/, '')
      .replace(/(\sw:styleId=)("[^"]*"|'[^']*')/, `$1"${id}"`);
    return `${tag}${rebase(inner(element))}</w:style>`;
  });
  const tag =
    source === undefined ? startTag(root) : widenedStartTag(startTag(root), root, modified.root(source));
  editor.replace(
    part,
    `${root.source.slice(0, root.start)}${tag}${inner(root)}${text.join('')}</${root.name}>${root.source.slice(root.end)}`,
  );
}

/** Ids of the styles that a part's text refers to. */
function usedStyles(texts: readonly string[]): Set<string> {
  const used = new Set<string>();
  for (const text of texts)
    for (const m of text.matchAll(/<w:(?:p|r|tbl)Style\s+w:val="([^"]*)"/g)) used.add(m[1] ?? '');
  return used;
}

/** Text of the styles in use, for what they refer to in turn. */
export function addedText(map: StyleMap): string {
  return map.added.map((s) => outer(s.element)).join('');
}

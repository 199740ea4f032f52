import { child, elements, type XmlElement } from '../ooxml/index.ts';

/** Children, with every `mc:AlternateContent` (ECMA-376 Part 3 §9) replaced by what stands in its first choice. */
export function contents(parent: XmlElement): XmlElement[] {
  const own = elements(parent);
  if (!own.some((e) => e.name === 'mc:AlternateContent')) return own;
  return own.flatMap((e) => {
    if (e.name !== 'mc:AlternateContent') return [e];
    const branch = child(e, 'mc:Choice') ?? child(e, 'mc:Fallback');
    return branch === undefined ? [] : contents(branch);
  });
}

/** The outermost descendants with one of the names; what stands inside them is not looked at. */
export function outermost(parent: XmlElement, names: ReadonlySet<string>): XmlElement[] {
  return contents(parent).flatMap((e) => (names.has(e.name) ? [e] : outermost(e, names)));
}

/** Elements that only group others, at any level of a document. */
const GROUPS: ReadonlySet<string> = new Set(['w:customXml', 'w:smartTag', 'w:dir', 'w:bdo', 'w:sdtContent']);

/** What a grouping element groups, or nothing when it is not one. */
export function grouped(element: XmlElement): XmlElement[] | undefined {
  if (GROUPS.has(element.name)) return contents(element);
  if (element.name !== 'w:sdt') return undefined;
  const content = child(element, 'w:sdtContent');
  return content === undefined ? [] : contents(content);
}

/** Rows of a table or cells of a row, through content controls and the like. */
export function through(parent: XmlElement, name: string): XmlElement[] {
  return contents(parent).flatMap((e) => {
    if (e.name === name) return [e];
    const group = grouped(e);
    return group === undefined ? [] : group.flatMap((g) => (g.name === name ? [g] : throughGroup(g, name)));
  });
}

function throughGroup(element: XmlElement, name: string): XmlElement[] {
  return (grouped(element) ?? []).flatMap((g) => (g.name === name ? [g] : throughGroup(g, name)));
}

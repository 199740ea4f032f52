import {
  attribute,
  bodyOf,
  descendants,
  elements,
  type Package,
  type XmlElement,
} from '../../ooxml/index.ts';

/** A story of a part and what holds its blocks. */
export interface PartStory {
  readonly name: string;
  readonly content: XmlElement;
}

const REFERENCE = /<w:(footnote|endnote)Reference\b[^>]*?\sw:id="([^"]*)"/g;
const SECTIONS: ReadonlySet<string> = new Set(['w:sectPr']);

/** Names the stories of a document's parts as the report of a comparison does: `body`, `header 1 default`, `footnote 3`. */
export function storyNames(pkg: Package): (part: string) => PartStory[] {
  const notes = noteNumbers(pkg.text(pkg.main));
  let margins: Map<string, string> | undefined;
  return (part) => {
    const root = pkg.root(part);
    if (part === pkg.main) return [{ name: 'body', content: bodyOf(root) }];
    if (root.name === 'w:footnotes' || root.name === 'w:endnotes') {
      const kind = root.name.slice(2, -1);
      return elements(root).map((note) => {
        const id = attribute(note, 'w:id') ?? '';
        return { name: `${kind} ${notes.get(`${kind} ${id}`) ?? `(${id})`}`, content: note };
      });
    }
    margins ??= marginNames(pkg);
    const kind = root.name === 'w:ftr' ? 'footer' : 'header';
    return [{ name: margins.get(part) ?? `${kind} (${part})`, content: root }];
  };
}

/** Notes are counted in the order of their references. */
function noteNumbers(xml: string): Map<string, number> {
  const numbers = new Map<string, number>();
  const counts = { footnote: 0, endnote: 0 };
  for (const [, kind, id] of xml.matchAll(REFERENCE)) {
    const key = `${kind} ${id}`;
    if ((kind === 'footnote' || kind === 'endnote') && !numbers.has(key)) numbers.set(key, ++counts[kind]);
  }
  return numbers;
}

function marginNames(pkg: Package): Map<string, string> {
  const parts = new Map(pkg.relationships(pkg.main).map((r) => [r.id, r.part]));
  const names = new Map<string, string>();
  descendants(bodyOf(pkg.root(pkg.main)), SECTIONS).forEach((section, i) => {
    for (const reference of elements(section)) {
      const kind = /^w:(header|footer)Reference$/.exec(reference.name)?.[1];
      const part = kind && parts.get(attribute(reference, 'r:id') ?? '');
      if (part && !names.has(part))
        names.set(part, `${kind} ${i + 1} ${attribute(reference, 'w:type') ?? 'default'}`);
    }
  });
  return names;
}

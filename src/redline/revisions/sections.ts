import {
  attribute,
  canonicalAttributes,
  canonicalChildren,
  descendants,
  elements,
  outer,
  type Package,
  rawKey,
  type XmlElement,
} from '../ooxml/index.ts';
import { contentKey } from './content.ts';
import type { MergeContext } from './context.ts';
import { PropsReader } from './props.ts';

/** Headers and footers in force in a section: kind and type to part name. */
export type Effective = ReadonlyMap<string, string>;

const SECTION_TAG = '<w:sectPr';
const SECTION: ReadonlySet<string> = new Set(['w:sectPr']);
const REFERENCES: ReadonlySet<string> = new Set(['w:headerReference', 'w:footerReference']);

/** Every section of a body in order, with the headers and footers in force (§17.10: they are inherited). */
export function effectiveSections(body: XmlElement, pkg: Package): Map<XmlElement, Effective> {
  const out = new Map<XmlElement, Effective>();
  let current: Effective = new Map();
  for (const section of sectionsOf(body)) {
    const own = new Map(current);
    for (const ref of elements(section)) {
      if (!REFERENCES.has(ref.name)) continue;
      const part = pkg.relationships(pkg.main).find((r) => r.id === attribute(ref, 'r:id'))?.part;
      const key = `${ref.name} ${attribute(ref, 'w:type') ?? 'default'}`;
      if (part === undefined) own.delete(key);
      else own.set(key, part);
    }
    out.set(section, own);
    current = own;
  }
  return out;
}

/** The sections of a body; only blocks that hold one are looked into. */
function sectionsOf(body: XmlElement): XmlElement[] {
  const found: XmlElement[] = [];
  const { source } = body;
  let tag = source.indexOf(SECTION_TAG, body.start);
  for (const block of elements(body)) {
    if (tag < 0) break;
    if (tag < block.start) tag = source.indexOf(SECTION_TAG, block.start);
    if (tag < 0 || tag >= block.end) continue;
    if (block.name === 'w:sectPr') found.push(block);
    else found.push(...descendants(block, SECTION));
  }
  return found;
}

/** A header or footer that shows nothing: at most one paragraph, without content. */
export function isBlank(root: XmlElement): boolean {
  const blocks = elements(root).filter((e) => !e.name.startsWith('w:bookmark'));
  const [first] = blocks;
  return (
    blocks.length === 0 ||
    (blocks.length === 1 &&
      first?.name === 'w:p' &&
      !/<(w:r|w:hyperlink|w:sdt|w:fldSimple|m:oMath)[\s>/]/.test(outer(first)))
  );
}

/** Where the header and footer parts of a section come from. */
export interface HeaderParts {
  /** Id of the relationship to a part that shows `original`, and `modified` once accepted. */
  readonly reference: (
    key: string,
    original: string | undefined,
    modified: string | undefined,
    kept: boolean,
  ) => string | undefined;
}

/** Writes section properties (§17.6.17) with the change from one side to the other. */
export class SectionWriter {
  readonly #a: ReadonlyMap<XmlElement, Effective>;
  readonly #b: ReadonlyMap<XmlElement, Effective>;
  readonly #parts: HeaderParts;
  readonly #rewrite: boolean;

  constructor(
    a: ReadonlyMap<XmlElement, Effective>,
    b: ReadonlyMap<XmlElement, Effective>,
    parts: HeaderParts,
    rewrite: boolean,
  ) {
    this.#a = a;
    this.#b = b;
    this.#parts = parts;
    this.#rewrite = rewrite;
  }

  /** Are references written anew everywhere? */
  get rewrites(): boolean {
    return this.#rewrite;
  }

  write(original: XmlElement | undefined, modified: XmlElement | undefined, ctx: MergeContext): string {
    const references =
      original && modified && !this.#rewrite
        ? ownReferences(original)
        : this.#references(original, modified, ctx);
    const shown = modified ?? original;
    if (!shown) return '';
    const content = (s: XmlElement): string =>
      elements(s)
        .filter((e) => !REFERENCES.has(e.name) && e.name !== 'w:sectPrChange')
        .map(outer)
        .join('');
    const plain = (s: XmlElement): string =>
      `<w:sectPr${attributesOf(s)}>${references}${content(s)}</w:sectPr>`;
    if (!original || !modified) return plain(shown);
    const key = (s: XmlElement): string => canonicalAttributes(s) + canonicalChildren(s, REFERENCES);
    if (key(original) === key(modified)) return this.#rewrite ? plain(original) : outer(original);
    if (ctx.ignore.formatting) {
      ctx.passOver('formatting');
      return this.#rewrite ? plain(original) : outer(original);
    }
    ctx.tally.sections++;
    const change = `<w:sectPrChange${ctx.stamp()}><w:sectPr${attributesOf(original)}>${content(original)}</w:sectPr></w:sectPrChange>`;
    return `<w:sectPr${attributesOf(modified)}>${references}${content(modified)}${change}</w:sectPr>`;
  }

  #references(
    original: XmlElement | undefined,
    modified: XmlElement | undefined,
    { ignore }: MergeContext,
  ): string {
    const theirs = ignore.headersAndFooters ? undefined : modified;
    const [a, b] = [original && this.#a.get(original), theirs && this.#b.get(theirs)];
    const keys = [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])].sort();
    return keys
      .map((key) => {
        const id = this.#parts.reference(
          key,
          a?.get(key),
          b?.get(key),
          original !== undefined && theirs !== undefined,
        );
        const [name, type] = key.split(' ');
        return id === undefined ? '' : `<${name} w:type="${type}" r:id="${id}"/>`;
      })
      .join('');
  }
}

function attributesOf(section: XmlElement): string {
  return section.source
    .slice(section.start + section.name.length + 1, section.innerStart)
    .replace(/\/?>$/, '')
    .replace(/\s+$/, '');
}

function ownReferences(section: XmlElement): string {
  return elements(section)
    .filter((e) => REFERENCES.has(e.name))
    .map(outer)
    .join('');
}

/** Do two headers show the same? Few are long enough for a second look to cost anything. */
export function sameContent(a: XmlElement, b: XmlElement): boolean {
  const key = (e: XmlElement): string => elements(e).map(rawKey).join('');
  if (key(a) === key(b)) return true;
  const props = new PropsReader();
  return contentKey(a, props) === contentKey(b, props);
}

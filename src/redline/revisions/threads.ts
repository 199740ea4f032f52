import {
  attribute,
  descendants,
  elements,
  outer,
  type Package,
  type PackageEditor,
  rawKey,
  relatedPart,
  startTag,
  widenedStartTag,
  type XmlElement,
} from '../ooxml/index.ts';

/** Parts beside the comments that speak of them by paragraph id (MS-DOCX 2.5.4), and of who wrote them. */
const COMPANIONS = ['commentsExtended', 'commentsIds', 'commentsExtensible', 'people'] as const;
const PARAGRAPH: ReadonlySet<string> = new Set(['w:p']);
/** Paragraph ids are below this (MS-DOCX 2.6.2.3); fresh ones are counted down from it. */
const MOST_ID = 0x80000000;

/** Paragraph ids of the modified document's comments in the result's terms. */
export type ParagraphIds = ReadonlyMap<string, string>;

function paragraphIds(comment: XmlElement): string[] {
  return descendants(comment, PARAGRAPH).map((p) => attribute(p, 'w14:paraId') ?? '');
}

/**
 * Says how paragraphs of the modified document's comments are called in the result: as in the original
 * where both have the comment, and otherwise by a name that the original has not given to another.
 *
 * @param pairs  comments of the modified document, each with the original's that says the same
 */
export function mapParagraphIds(
  original: readonly XmlElement[],
  pairs: readonly (readonly [theirs: XmlElement, mine: XmlElement | undefined])[],
): ParagraphIds {
  const taken = new Set([...original, ...pairs.map(([theirs]) => theirs)].flatMap(paragraphIds));
  const own = new Set(original.flatMap(paragraphIds));
  const ids = new Map<string, string>();
  let next = MOST_ID;
  const fresh = (): string => {
    for (;;) {
      next -= 1;
      const id = next.toString(16).toUpperCase();
      if (!taken.has(id)) return id;
    }
  };
  for (const [theirs, mine] of pairs) {
    const known = mine && paragraphIds(mine);
    paragraphIds(theirs).forEach((id, i) => {
      const to = known?.[i] ?? (own.has(id) ? fresh() : id);
      if (id !== '' && to !== '' && to !== id) ids.set(id, to);
    });
  }
  return ids;
}

const NAMES = /(\s(?:w14:paraId|w15:paraId|w15:paraIdParent|w16cid:paraId)=)"([^"]*)"/g;

/** The markup with its paragraphs called as in the result. */
export function renamedParagraphs(xml: string, ids: ParagraphIds): string {
  if (ids.size === 0) return xml;
  return xml.replace(NAMES, (whole, name: string, id: string) => {
    const to = ids.get(id);
    return to === undefined ? whole : `${name}"${to}"`;
  });
}

/** A part's root with more behind what it holds. */
export function append(root: XmlElement, entries: string, other: XmlElement): string {
  const tag = widenedStartTag(startTag(root), root, other);
  return `${root.source.slice(0, root.start)}${tag}${root.source.slice(root.innerStart, root.innerEnd)}${entries}</${root.name}>`;
}

/** Entries for paragraph ids and people that the original's parts lack. */
export function addCompanions(editor: PackageEditor, modified: Package, ids: ParagraphIds): void {
  for (const kind of COMPANIONS) {
    const [mine, theirs] = [
      relatedPart(editor.base, editor.base.main, kind),
      relatedPart(modified, modified.main, kind),
    ];
    if (theirs === undefined) continue;
    const other = modified.root(theirs);
    if (mine === undefined) addPart(editor, modified, theirs, ids);
    else {
      const root = editor.base.root(mine);
      const known = new Set(elements(root).map((e) => entryKey(e, new Map())));
      const missing = elements(other).filter((e) => !known.has(entryKey(e, ids)));
      const entries = missing.map((e) => renamedParagraphs(outer(e), ids)).join('');
      if (missing.length > 0) editor.replace(mine, append(root, entries, other));
    }
  }
}

function addPart(editor: PackageEditor, modified: Package, part: string, ids: ParagraphIds): void {
  const rel = modified.relationships(modified.main).find((r) => r.part === part);
  const { source } = modified.root(part);
  const renamed = renamedParagraphs(source, ids);
  const name =
    renamed === source ? editor.carry(modified, part) : editor.add(part, renamed, modified.contentType(part));
  if (rel) editor.relate(editor.base.main, rel.type, { part: name });
}

/** What an entry is about: the first of its attributes that names a paragraph, a comment or a person. */
function entryKey(entry: XmlElement, ids: ParagraphIds): string {
  const paragraph = attribute(entry, 'w15:paraId') ?? attribute(entry, 'w16cid:paraId');
  if (paragraph !== undefined) return ids.get(paragraph) ?? paragraph;
  return attribute(entry, 'w16cex:durableId') ?? attribute(entry, 'w15:author') ?? rawKey(entry);
}

/** Is a comment that both documents have resolved in one of them only, or the answer to another there? */
export function threadsDiffer(
  original: Package,
  modified: Package,
  shared: readonly XmlElement[],
  ids: ParagraphIds,
): boolean {
  const said = (pkg: Package, names: ParagraphIds): Map<string, string> => {
    const part = relatedPart(pkg, pkg.main, 'commentsExtended');
    const entries = part === undefined ? [] : elements(pkg.root(part));
    const of = (e: XmlElement): string =>
      `${attribute(e, 'w15:done') === '1'} ${names.get(attribute(e, 'w15:paraIdParent') ?? '') ?? attribute(e, 'w15:paraIdParent') ?? ''}`;
    return new Map(entries.map((e) => [entryKey(e, names), of(e)]));
  };
  const [mine, theirs] = [said(original, new Map()), said(modified, ids)];
  const nothing = 'false ';
  return shared
    .flatMap(paragraphIds)
    .some((id) => (mine.get(id) ?? nothing) !== (theirs.get(ids.get(id) ?? id) ?? nothing));
}

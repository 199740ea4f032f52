import {
  attribute,
  elements,
  type Package,
  type PackageEditor,
  rawKey,
  relatedPart,
  startTag,
  widenedStartTag,
  type XmlElement,
} from '../ooxml/index.ts';

/** How the comments (§17.13.4) of the modified document go into the result. */
export interface CommentMap {
  /** Comment id of the modified document to that of the result. */
  readonly ids: ReadonlyMap<string, string>;
  /** Ids in the result of comments that both sides have. */
  readonly shared: ReadonlySet<string>;
  /** Ids in the result of the only ones that are carried over; all of them without it. */
  readonly wanted?: ReadonlySet<string>;
}

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

function commentsOf(pkg: Package): { part: string | undefined; comments: XmlElement[] } {
  const part = relatedPart(pkg, pkg.main, 'comments');
  return {
    part,
    comments: part === undefined ? [] : elements(pkg.root(part)).filter((e) => e.name === 'w:comment'),
  };
}

/** Equal for comments by the same author at the same time with the same words. */
function commentKey(comment: XmlElement): string {
  return rawKey(comment).replace(/(<w:comment\b[^>]*?)\sw:id="[^"]*"/, '$1');
}

/** Pairs the comments of both sides; those of the modified document alone get fresh ids. */
export function mapComments(original: Package, modified: Package, freshId: () => number): CommentMap {
  const free = new Map<string, string[]>();
  for (const c of commentsOf(original).comments)
    free.set(commentKey(c), [...(free.get(commentKey(c)) ?? []), attribute(c, 'w:id') ?? '']);
  const ids = new Map<string, string>();
  const shared = new Set<string>();
  for (const c of commentsOf(modified).comments) {
    const same = free.get(commentKey(c))?.shift();
    if (same !== undefined) shared.add(same);
    ids.set(attribute(c, 'w:id') ?? '', same ?? String(freshId()));
  }
  return { ids, shared };
}

/** Parts beside the comments that speak of them by paragraph id, with the element that is one entry. */
const COMPANIONS = ['commentsExtended', 'commentsIds', 'commentsExtensible', 'people'] as const;

/** Adds the modified document's comments that the original lacks, with replies and resolution. */
export function addComments(
  editor: PackageEditor,
  modified: Package,
  map: CommentMap,
  rebase: (part: string, target: string) => string,
  parse: (xml: string) => XmlElement,
): void {
  const [mine, theirs] = [commentsOf(editor.base), commentsOf(modified)];
  const fresh = (c: XmlElement): boolean => {
    const id = map.ids.get(attribute(c, 'w:id') ?? '') ?? '';
    return !map.shared.has(id) && (map.wanted === undefined || map.wanted.has(id));
  };
  if (theirs.part === undefined || !theirs.comments.some(fresh)) return;
  const renamed = (root: XmlElement): string =>
    elements(root)
      .filter((c) => c.name === 'w:comment' && fresh(c))
      .map((c) =>
        c.source
          .slice(c.start, c.end)
          .replace(
            /(<w:comment\b[^>]*?\sw:id=)"([^"]*)"/,
            (_, head: string, id: string) => `${head}"${map.ids.get(id) ?? id}"`,
          ),
      )
      .join('');
  if (mine.part === undefined) {
    const name = editor.add('word/comments.xml', '', modified.contentType(theirs.part));
    editor.relate(editor.base.main, `${RELATIONSHIPS}/comments`, { part: name });
    const root = parse(rebase(theirs.part, name));
    editor.fill(name, `${root.source.slice(0, root.innerStart)}${renamed(root)}</${root.name}>`);
  } else {
    const root = editor.base.root(mine.part);
    const other = parse(rebase(theirs.part, mine.part));
    editor.replace(mine.part, append(root, renamed(other), other));
  }
  addCompanions(editor, modified);
}

function append(root: XmlElement, entries: string, other: XmlElement): string {
  const tag = widened(root, other);
  return `${root.source.slice(0, root.start)}${tag}${root.source.slice(root.innerStart, root.innerEnd)}${entries}</${root.name}>`;
}

function widened(root: XmlElement, other: XmlElement): string {
  return widenedStartTag(startTag(root).replace(/\/>$/, '>'), root, other);
}

/** Entries for paragraph ids and people that the original's parts lack. */
function addCompanions(editor: PackageEditor, modified: Package): void {
  for (const kind of COMPANIONS) {
    const [mine, theirs] = [
      relatedPart(editor.base, editor.base.main, kind),
      relatedPart(modified, modified.main, kind),
    ];
    if (theirs === undefined) continue;
    if (mine === undefined) {
      const rel = modified.relationships(modified.main).find((r) => r.part === theirs);
      if (rel) editor.relate(editor.base.main, rel.type, { part: editor.carry(modified, theirs) });
      continue;
    }
    const root = editor.base.root(mine);
    const known = new Set(elements(root).map(entryKey));
    const missing = elements(modified.root(theirs)).filter((e) => !known.has(entryKey(e)));
    if (missing.length > 0)
      editor.replace(
        mine,
        append(root, missing.map((e) => e.source.slice(e.start, e.end)).join(''), modified.root(theirs)),
      );
  }
}

/** What an entry is about: the first of its attributes that names a paragraph, a comment or a person. */
function entryKey(entry: XmlElement): string {
  return (
    attribute(entry, 'w15:paraId') ??
    attribute(entry, 'w16cid:paraId') ??
    attribute(entry, 'w16cex:durableId') ??
    attribute(entry, 'w15:author') ??
    rawKey(entry)
  );
}

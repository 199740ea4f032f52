import {
  attribute,
  elements,
  OFFICE_RELATIONSHIPS,
  outer,
  type Package,
  type PackageEditor,
  rawKey,
  relatedPart,
  startTag,
  type XmlElement,
} from '../ooxml/index.ts';
import {
  addCompanions,
  append,
  mapParagraphIds,
  type ParagraphIds,
  renamedParagraphs,
  threadsDiffer,
} from './threads.ts';

/** How the comments (§17.13.4) of the modified document go into the result. */
export interface CommentMap {
  /** Comment id of the modified document to that of the result. */
  readonly ids: ReadonlyMap<string, string>;
  /** Ids in the result of comments that both sides have. */
  readonly shared: ReadonlySet<string>;
  /** Paragraphs of comments in the result's terms. */
  readonly paragraphs: ParagraphIds;
  /** Comments that both sides have say the same of threads, too. */
  readonly sameThreads: boolean;
  /** Ids in the result of the only ones that are carried over; all of them without it. */
  readonly wanted?: ReadonlySet<string>;
}

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
  const own = commentsOf(original).comments;
  const free = new Map<string, XmlElement[]>();
  for (const c of own) free.set(commentKey(c), [...(free.get(commentKey(c)) ?? []), c]);
  const ids = new Map<string, string>();
  const shared = new Set<string>();
  const pairs = commentsOf(modified).comments.map((c): [XmlElement, XmlElement | undefined] => {
    const same = free.get(commentKey(c))?.shift();
    const id = (same && attribute(same, 'w:id')) ?? String(freshId());
    if (same) shared.add(id);
    ids.set(attribute(c, 'w:id') ?? '', id);
    return [c, same];
  });
  const paragraphs = mapParagraphIds(own, pairs);
  const both = pairs.flatMap(([, mine]) => mine ?? []);
  return { ids, shared, paragraphs, sameThreads: !threadsDiffer(original, modified, both, paragraphs) };
}

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
        renamedParagraphs(outer(c), map.paragraphs).replace(
          /(<w:comment\b[^>]*?\sw:id=)"([^"]*)"/,
          (_, head: string, id: string) => `${head}"${map.ids.get(id) ?? id}"`,
        ),
      )
      .join('');
  if (mine.part === undefined) {
    const name = editor.add('word/comments.xml', '', modified.contentType(theirs.part));
    editor.relate(editor.base.main, `${OFFICE_RELATIONSHIPS}/comments`, { part: name });
    const root = parse(rebase(theirs.part, name));
    editor.fill(name, `${root.source.slice(0, root.start)}${startTag(root)}${renamed(root)}</${root.name}>`);
  } else {
    const root = editor.base.root(mine.part);
    const other = parse(rebase(theirs.part, mine.part));
    editor.replace(mine.part, append(root, renamed(other), other));
  }
  addCompanions(editor, modified, map.paragraphs);
}

import {
  attribute,
  descendants,
  elements,
  encodeAttribute,
  outer,
  type Package,
  relatedPart,
  startTag,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { CommentMap } from '../comments.ts';
import type { Draft } from '../edit/draft.ts';
import { bookmarksOf } from '../marks.ts';
import { storyParts } from '../result.ts';

type NoteKind = 'footnote' | 'endnote';

const REVISION =
  /<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|\w+Change|(?:move|customXml)\w+Range(?:Start|End)|perm(?:Start|End))\b[^<>]*>/g;
const MARK =
  /<w:(bookmark(?:Start|End)|comment(?:RangeStart|RangeEnd|Reference)|footnoteReference|endnoteReference)\b[^<>]*>/g;
const ID = /(\sw:id=)"([^"]*)"/;
const REFERENCES = { footnote: new Set(['w:footnoteReference']), endnote: new Set(['w:endnoteReference']) };

/** Gives what comes from a second document the ids that it has in the first. */
export class Foreign {
  readonly #draft: Draft;
  readonly #comments: CommentMap;
  readonly #bookmarks: ReadonlyMap<string, string>;
  readonly #revisions = new Map<string, number>();
  readonly #moves = new Map<string, string>();
  readonly #named = new Map<string, string>();
  readonly #newBookmarks = new Set<string>();
  /** Note id there to that of the note here, of notes that both have. */
  readonly kept: Readonly<Record<NoteKind, Map<string, string>>> = {
    footnote: new Map(),
    endnote: new Map(),
  };
  /** Note id there to its id in the result, of notes that come. */
  readonly added: Readonly<Record<NoteKind, Map<string, string>>> = {
    footnote: new Map(),
    endnote: new Map(),
  };

  constructor(draft: Draft, theirs: Package, comments: CommentMap) {
    this.#draft = draft;
    this.#comments = comments;
    const mine = draft.pkg;
    this.#bookmarks = new Map(
      storyParts(mine).flatMap((part) =>
        bookmarksOf(mine.root(part).source).map((b) => [b.name.toLowerCase(), b.id] as const),
      ),
    );
    for (const kind of ['footnote', 'endnote'] as const) this.#pairNotes(kind, mine, theirs);
  }

  /** Notes that the base has are referred to in one order on both sides. */
  #pairNotes(kind: NoteKind, mine: Package, theirs: Package): void {
    const ours = baseReferences(mine.root(mine.main), kind);
    baseReferences(theirs.root(theirs.main), kind).forEach((id, i) => {
      const own = ours[i];
      if (own !== undefined) this.kept[kind].set(id, own);
    });
  }

  /** Is it the id, in the result, of a bookmark that comes? */
  isNewBookmark(id: string): boolean {
    return this.#newBookmarks.has(id);
  }

  /** Is it the id, in the result, of a note that comes? */
  isNewNote(id: string): boolean {
    return Object.values(this.added).some((notes) => [...notes.values()].includes(id));
  }

  /** A text of the second document in terms of the first. */
  text(xml: string): string {
    const revised = xml.replace(REVISION, (tag) => this.#revision(tag));
    const ends = new Map<string, string>();
    return revised.replace(MARK, (tag, name: string) =>
      tag.replace(ID, (_, head: string, id: string) => `${head}"${this.#mark(tag, name, id, ends)}"`),
    );
  }

  #revision(tag: string): string {
    const fresh = tag.replace(ID, (_, head: string, id: string) => {
      const known = this.#revisions.get(id) ?? this.#draft.freshId();
      this.#revisions.set(id, known);
      return `${head}"${known}"`;
    });
    if (!/^<w:move\w+RangeStart/.test(fresh)) return fresh;
    return fresh.replace(/(\sw:name=)"([^"]*)"/, (_, head: string, name: string) => {
      const known = this.#moves.get(name) ?? `move${this.#draft.freshId()}`;
      this.#moves.set(name, known);
      return `${head}"${known}"`;
    });
  }

  #mark(tag: string, name: string, id: string, ends: Map<string, string>): string {
    if (name.startsWith('comment')) return this.#comments.ids.get(id) ?? id;
    if (name === 'bookmarkEnd') return ends.get(id) ?? this.#named.get(id) ?? id;
    if (name === 'bookmarkStart') {
      const called = /\sw:name="([^"]*)"/.exec(tag)?.[1]?.toLowerCase() ?? '';
      const known = this.#bookmarks.get(called);
      const to = known ?? String(this.#draft.freshId());
      if (known === undefined) this.#newBookmarks.add(to);
      ends.set(id, to);
      this.#named.set(id, to);
      return to;
    }
    const kind: NoteKind = name === 'footnoteReference' ? 'footnote' : 'endnote';
    const kept = this.kept[kind].get(id);
    if (kept !== undefined) return kept;
    const fresh = this.added[kind].get(id) ?? String(this.#draft.freshId());
    this.added[kind].set(id, fresh);
    return fresh;
  }

  /** The notes that come, as they go into the part of notes. */
  newNotes(kind: NoteKind, root: XmlElement): string {
    return elements(root)
      .flatMap((note) => {
        const to = this.added[kind].get(attribute(note, 'w:id') ?? '');
        if (to === undefined) return [];
        const tag = startTag(note).replace(ID, `$1"${encodeAttribute(to)}"`);
        return [`${tag}${this.text(outer(note).slice(startTag(note).length))}`];
      })
      .join('');
  }
}

/** Ids of the notes that a document refers to with every change rejected, in order. */
function baseReferences(root: XmlElement, kind: NoteKind): string[] {
  const fresh = descendants(root, new Set(['w:ins', 'w:moveTo']));
  const inside = (e: XmlElement): boolean => fresh.some((f) => f.start < e.start && e.end <= f.end);
  return descendants(root, REFERENCES[kind])
    .filter((e) => !inside(e))
    .map((e) => attribute(e, 'w:id') ?? '');
}

/** The part of notes of a document. */
export function notesPart(pkg: Package, kind: NoteKind): string | undefined {
  return relatedPart(pkg, pkg.main, `${kind}s`);
}

import type { Codec } from '../../codec.ts';
import {
  attribute,
  bodyOf,
  elements,
  outer,
  type Package,
  parseXml,
  type Rebase,
  rebaseOnto,
  startTag,
  widenedStartTag,
  withInner,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { addComments, mapComments } from '../comments.ts';
import { Draft } from '../edit/draft.ts';
import { bookmarksOf } from '../marks.ts';
import { storyParts } from '../result.ts';
import { type Asked, BlockMerger, type Met } from './blocks.ts';
import { Foreign, notesPart } from './foreign.ts';
import { pairHeaders } from './headers.ts';
import { dissolveMoves, movesPair, withoutLooseRanges } from './moves.ts';

export interface Folded {
  readonly bytes: Uint8Array;
  readonly met: readonly Met[];
  /** Blocks of the base about which the second document says something, in order. */
  readonly news: readonly string[];
  /** A move lost one of its places: all moves are deletions and insertions now. */
  readonly movesDissolved: boolean;
}

/** One redline of a base with the changes of another redline of the same base beside its own. */
export function foldIn(
  mine: Package,
  theirs: Package,
  asked: Asked & { readonly reviewer: string; readonly date: string | null; readonly limits: Limits },
  codec: Codec,
): Folded {
  return new Fold(mine, theirs, asked, codec).fold();
}

class Fold {
  readonly #mine: Package;
  readonly #theirs: Package;
  readonly #depth: number;
  readonly #draft: Draft;
  readonly #rebase: Rebase;
  readonly #comments: ReturnType<typeof mapComments>;
  readonly #foreign: Foreign;
  readonly #merger: BlockMerger;
  /** Texts of parts that are new, by name. */
  readonly #added = new Map<string, string>();

  constructor(mine: Package, theirs: Package, asked: Parameters<typeof foldIn>[2], codec: Codec) {
    this.#mine = mine;
    this.#theirs = theirs;
    this.#depth = 2 * asked.limits.xmlDepth;
    const texts = storyParts(theirs).map((part) => theirs.root(part).source);
    const comments = [mine, theirs].flatMap((pkg) =>
      pkg
        .relationships(pkg.main)
        .flatMap((r) =>
          r.part !== undefined && r.type.endsWith('/comments') ? [pkg.root(r.part).source] : [],
        ),
    );
    const sources = [...storyParts(mine).map((part) => mine.root(part).source), ...texts, ...comments];
    this.#draft = new Draft(mine, sources, { author: asked.reviewer, date: asked.date }, codec);
    this.#rebase = rebaseOnto(this.#draft.editor, theirs, texts);
    this.#comments = mapComments(mine, theirs, () => this.#draft.freshId());
    this.#foreign = new Foreign(this.#draft, theirs, this.#comments);
    const own = bookmarksOnlyIn(mine, theirs);
    this.#merger = new BlockMerger(this.#draft, asked, {
      mine: (xml) => this.#holds(xml, (id) => own.has(id)),
      theirs: (xml) => this.#holds(xml, (id) => this.#foreign.isNewBookmark(id)),
      note: (reference) => this.#foreign.isNewNote(attribute(reference, 'w:id') ?? ''),
    });
  }

  fold(): Folded {
    this.#body();
    for (const kind of ['footnote', 'endnote'] as const) this.#notes(kind);
    addComments(this.#draft.editor, this.#theirs, this.#comments, this.#rebase.part, (xml) =>
      this.#parse(xml),
    );
    const movesDissolved = this.#settleRanges();
    const { met, news } = this.#merger;
    return { bytes: this.#draft.editor.bytes(), met, news, movesDissolved };
  }

  /** A move of which one place is gone, because of a conflict there, would break the document; so would half a range. */
  #settleRanges(): boolean {
    const { editor } = this.#draft;
    const texts = new Map([
      ...storyParts(this.#mine).map((part) => [part, editor.source(part)] as const),
      ...this.#added,
    ]);
    const pairs = movesPair([...texts.values()]);
    for (const [part, text] of texts) {
      const settled = pairs ? text : dissolveMoves(text);
      // Halves of ranges that were there before are left alone.
      const former = this.#mine.has(part) ? this.#mine.root(part).source : '';
      const whole = withoutLooseRanges(former) === former ? withoutLooseRanges(settled) : settled;
      if (whole !== text) this.#write(part, whole, !this.#added.has(part));
    }
    return !pairs;
  }

  /** Does a text hold such bookmarks, or marks of comments that only one side has? */
  #holds(xml: string, isNew: (bookmark: string) => boolean): boolean {
    const found = (pattern: RegExp, which: (id: string) => boolean): boolean =>
      Array.from(xml.matchAll(pattern), (m) => m[1] ?? '').some(which);
    if (xml.includes('<w:bookmark') && found(BOOKMARK_ID, isNew)) return true;
    return xml.includes('<w:comment') && found(COMMENT_ID, (id) => !this.#comments.shared.has(id));
  }

  #parse(xml: string): XmlElement {
    return parseXml(xml, this.#depth);
  }

  /** A part of theirs in terms of ours. */
  #theirPart(part: string, target: string): XmlElement {
    return this.#parse(this.#foreign.text(this.#rebase.part(part, target)));
  }

  #body(): void {
    const { main } = this.#mine;
    const [root, other] = [this.#mine.root(main), this.#theirPart(this.#theirs.main, main)];
    const texts = pairHeaders(
      { pkg: this.#mine, body: bodyOf(root) },
      { pkg: this.#theirs, body: bodyOf(other) },
      {
        merged: (own, part, first) => this.#mergedHeader(own, part, first),
        added: (part) => this.#addedHeader(part),
        relate: (type, part) => this.#draft.editor.relate(main, type, { part }),
      },
    );
    const [a, b] = [
      texts.mine === root.source ? root : this.#parse(texts.mine),
      texts.theirs === other.source ? other : this.#parse(texts.theirs),
    ];
    const [body, section] = [bodyOf(a), bodyOf(b)];
    const content = this.#merger.story(main, body, section, main);
    if (content === undefined && a === root) return;
    const tag = widenedStartTag(startTag(a).replace(/\/>$/, '>'), a, b);
    const { source } = a;
    const inside = content === undefined ? outer(body) : `${startTag(body)}${content}</${body.name}>`;
    this.#draft.editor.replace(
      main,
      `${source.slice(0, a.start)}${tag}${source.slice(a.innerStart, body.start)}${inside}${source.slice(body.end, a.end)}`,
    );
  }

  /** A header or footer of both, where ours stands or, where that shows something else elsewhere, beside it. */
  #mergedHeader(own: string, part: string, first: boolean): string {
    const { editor } = this.#draft;
    const target = first ? own : editor.add(own, '', this.#mine.contentType(own));
    if (!first) editor.copyRelationships(own, target);
    const root = this.#mine.root(own);
    const other = this.#theirPart(part, target);
    const content = this.#merger.story(target, root, other, target);
    if (content === undefined && first) return own;
    const tag = widenedStartTag(startTag(root).replace(/\/>$/, '>'), root, other);
    const text =
      content === undefined
        ? root.source
        : `${root.source.slice(0, root.start)}${tag}${content}</${root.name}>`;
    this.#write(target, text, first);
    return target;
  }

  /** One that only they have: with every change rejected it shows nothing. */
  #addedHeader(part: string): string {
    const target = this.#draft.editor.add(part, '', this.#theirs.contentType(part));
    this.#write(target, this.#foreign.text(this.#rebase.part(part, target)), false);
    return target;
  }

  /** Texts of parts, for what is looked at once all are written. */
  #write(part: string, text: string, replaced: boolean): void {
    if (replaced) this.#draft.editor.replace(part, text);
    else {
      this.#draft.editor.fill(part, text);
      this.#added.set(part, text);
    }
  }

  #notes(kind: 'footnote' | 'endnote'): void {
    const part = notesPart(this.#theirs, kind);
    if (part === undefined) return;
    const { editor } = this.#draft;
    const own = notesPart(this.#mine, kind);
    if (own === undefined) {
      if (this.#foreign.added[kind].size === 0) return;
      const type = this.#theirs.relationships(this.#theirs.main).find((r) => r.part === part)?.type ?? '';
      const name = editor.add(`word/${kind}s.xml`, '', this.#theirs.contentType(part));
      editor.relate(this.#mine.main, type, { part: name });
      const root = this.#parse(this.#rebase.part(part, name));
      const separators = elements(root).filter((n) => attribute(n, 'w:type') !== undefined);
      const notes = separators.map(outer).join('') + this.#foreign.newNotes(kind, root);
      editor.fill(name, `${root.source.slice(0, root.start)}${withInner(root, notes)}`);
      return;
    }
    const root = this.#mine.root(own);
    const other = this.#parse(this.#rebase.part(part, own));
    const content = this.#mergedNotes(kind, own, root, other) + this.#foreign.newNotes(kind, other);
    if (content === elements(root).map(outer).join('')) return;
    const tag = widenedStartTag(startTag(root).replace(/\/>$/, '>'), root, other);
    editor.replace(own, `${root.source.slice(0, root.start)}${tag}${content}</${root.name}>`);
  }

  /** The notes that we have, with their changes of those that both have. */
  #mergedNotes(kind: 'footnote' | 'endnote', part: string, root: XmlElement, other: XmlElement): string {
    const theirs = new Map<string, XmlElement>();
    for (const note of elements(other)) {
      const id = this.#foreign.kept[kind].get(attribute(note, 'w:id') ?? '');
      if (id !== undefined && MAY_BE_NEWS.test(outer(note)))
        theirs.set(id, this.#parse(this.#foreign.text(outer(note))));
    }
    return elements(root)
      .map((note) => {
        const partner = theirs.get(attribute(note, 'w:id') ?? '');
        const content =
          partner && this.#merger.story(part, note, partner, `${part} ${attribute(note, 'w:id')}`);
        return content === undefined ? outer(note) : withInner(note, content);
      })
      .join('');
  }
}

/** Revisions, bookmarks and comments: what is none of them cannot be news. */
const MAY_BE_NEWS = /<w:(?:ins|del|move|cell|bookmark|comment|customXml|\w+Change)/;
const BOOKMARK_ID = /<w:bookmark(?:Start|End)\b[^<>]*?\sw:id="([^"]*)"/g;
const COMMENT_ID = /<w:comment(?:RangeStart|RangeEnd|Reference)\b[^<>]*?\sw:id="([^"]*)"/g;

/** Ids of bookmarks of one document whose names the other does not know. */
function bookmarksOnlyIn(pkg: Package, other: Package): Set<string> {
  const names = bookmarkNames(other);
  const own = storyParts(pkg).flatMap((part) => bookmarksOf(pkg.root(part).source));
  return new Set(own.flatMap((b) => (names.has(b.name.toLowerCase()) ? [] : [b.id])));
}

/** Names of a document's bookmarks, which do not care about case. */
export function bookmarkNames(pkg: Package): Set<string> {
  const all = storyParts(pkg).flatMap((part) => bookmarksOf(pkg.root(part).source));
  return new Set(all.map((b) => b.name.toLowerCase()));
}

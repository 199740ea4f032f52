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
import { hasRevisions } from '../decide/names.ts';
import { Draft } from '../edit/draft.ts';
import { storyParts } from '../result.ts';
import { type Asked, BlockMerger } from './blocks.ts';
import { Foreign, notesPart } from './foreign.ts';
import { dissolveMoves, movesPair } from './moves.ts';
import type { Conflict } from './options.ts';

export interface Folded {
  readonly bytes: Uint8Array;
  readonly conflicts: readonly Conflict[];
  /** A move lost one of its places to a conflict: all moves are deletions and insertions now. */
  readonly movesDissolved: boolean;
}

/** One redline of a base with the changes of another redline of the same base beside its own. */
export function foldIn(
  mine: Package,
  theirs: Package,
  asked: Asked & { readonly date: string | null; readonly limits: Limits },
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
    this.#merger = new BlockMerger(this.#draft, asked, (xml) => this.#isNews(xml));
  }

  fold(): Folded {
    this.#body();
    for (const kind of ['footnote', 'endnote'] as const) this.#notes(kind);
    this.#headers();
    addComments(this.#draft.editor, this.#theirs, this.#comments, this.#rebase.part, (xml) =>
      this.#parse(xml),
    );
    const movesDissolved = this.#settleMoves();
    return { bytes: this.#draft.editor.bytes(), conflicts: this.#merger.conflicts, movesDissolved };
  }

  /** A move of which one place is gone, because of a conflict there, would break the document. */
  #settleMoves(): boolean {
    const { editor } = this.#draft;
    const parts = storyParts(this.#mine);
    if (movesPair(parts.map((part) => editor.source(part)))) return false;
    for (const part of parts) {
      const text = editor.source(part);
      if (text.includes('<w:move')) editor.replace(part, dissolveMoves(text));
    }
    return true;
  }

  /** Does a text hold marks of comments that only they have? */
  #isNews(xml: string): boolean {
    if (!xml.includes('<w:comment')) return false;
    const ids = Array.from(xml.matchAll(/<w:comment\w+\b[^<>]*?\sw:id="([^"]*)"/g), (m) => m[1] ?? '');
    return ids.some((id) => !this.#comments.shared.has(id));
  }

  #parse(xml: string): XmlElement {
    return parseXml(xml, this.#depth);
  }

  /** A part of theirs in terms of ours. */
  #theirPart(part: string, target: string): XmlElement {
    return this.#parse(this.#foreign.text(this.#rebase.part(part, target)));
  }

  #put(part: string, root: XmlElement, other: XmlElement, from: XmlElement, content: string): void {
    const { source } = root;
    const tag = widenedStartTag(startTag(root).replace(/\/>$/, '>'), root, other);
    const xml = `${source.slice(0, root.start)}${tag}${source.slice(root.innerStart, from.start)}${startTag(from)}${content}</${from.name}>${source.slice(from.end, root.end)}`;
    this.#draft.editor.replace(part, xml);
  }

  #body(): void {
    const { main } = this.#mine;
    const root = this.#mine.root(main);
    const other = this.#theirPart(this.#theirs.main, main);
    const body = bodyOf(root);
    const content = this.#merger.story(main, body, bodyOf(other));
    if (content !== undefined) this.#put(main, root, other, body, content);
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
      if (id !== undefined && hasRevisions(outer(note)))
        theirs.set(id, this.#parse(this.#foreign.text(outer(note))));
    }
    return elements(root)
      .map((note) => {
        const partner = theirs.get(attribute(note, 'w:id') ?? '');
        const content = partner && this.#merger.story(part, note, partner);
        return content === undefined ? outer(note) : withInner(note, content);
      })
      .join('');
  }

  /** Headers and footers that go by one name on both sides. */
  #headers(): void {
    for (const part of storyParts(this.#mine)) {
      const root = this.#mine.root(part);
      if (!/^w:(?:hdr|ftr)$/.test(root.name) || !this.#theirs.has(part)) continue;
      const other = this.#theirPart(part, part);
      const content = this.#merger.story(part, root, other);
      if (content === undefined) continue;
      const tag = widenedStartTag(startTag(root).replace(/\/>$/, '>'), root, other);
      this.#draft.editor.replace(part, `${root.source.slice(0, root.start)}${tag}${content}</${root.name}>`);
    }
  }
}

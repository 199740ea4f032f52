import type { Codec } from '../../codec.ts';
import { attribute, childValue, elements, relatedPart, type XmlElement } from '../../ooxml/index.ts';
import type { Place } from '../edit/anchors.ts';
import type { Draft } from '../edit/draft.ts';
import { editFault } from '../edit/faults.ts';
import type { Plan } from '../edit/plan.ts';
import { type Path, paragraphOf, paragraphsOf, type Story } from '../edit/story.ts';
import { CommentParts, commentXml, entriesOf, paraIdOf, referenceLook } from './parts.ts';

/** Stories in which Word lets comments stand. */
const COMMENTABLE = new Set(['body', 'footnote', 'endnote']);

/** Changes of the comments of a document; all parts that speak of them are kept in step. */
export class Comments {
  readonly #plan: Plan;
  readonly #draft: Draft;
  readonly #codec: Codec;
  readonly #parts: CommentParts;
  readonly #paraIds = new Set<string>();
  readonly #states = new Map<string, boolean>();
  /** Comments that have no entry in `commentsExtended` yet, and whether they are done. */
  readonly #unlisted = new Map<string, boolean>();
  readonly #deleted = new Set<string>();
  readonly #replied = new Set<XmlElement>();
  #known = false;

  constructor(plan: Plan, codec: Codec) {
    this.#plan = plan;
    this.#draft = plan.draft;
    this.#codec = codec;
    this.#parts = new CommentParts(plan.draft);
  }

  /** A comment on the words from one place to the end of another; @returns its id */
  add(from: Place, until: Place, text: string): string {
    for (const { story, path } of [from, until]) {
      if (!COMMENTABLE.has(story.kind))
        throw editFault('edit/invalid', 'Comments stand in the body and in notes.');
      if (path.some((e) => /txbxContent$/.test(e.name)))
        throw editFault('edit/not-editable', 'Text boxes have no comments.');
    }
    const order = (p: Place): number => paragraphOf(p.path).start;
    const backwards =
      order(until) < order(from) || (order(until) === order(from) && until.range.to < from.range.from);
    if (from.story !== until.story || backwards)
      throw editFault('edit/invalid', 'The range of a comment ends before it begins.');
    const { id } = this.#write(text, undefined);
    this.#plan
      .at(from)
      .insert({ at: from.range.from, side: 'right', mark: `<w:commentRangeStart w:id="${id}"/>` });
    this.#plan.at(until).insert({ at: until.range.to, side: 'left', mark: this.#end(id) });
    return id;
  }

  /** An answer to a comment, on the same words; @returns its id */
  reply(to: string, text: string): string {
    const root = this.#rootOf(this.#comment(to));
    const parent = this.#paraIdOf(root);
    if (!this.#stateOf(parent) && !this.#unlisted.has(parent)) this.#unlisted.set(parent, false);
    const { id } = this.#write(text, parent);
    for (const [story, element, path] of this.#marksOf(attribute(root, 'w:id') ?? '')) {
      if (element.name === 'w:commentRangeStart')
        this.#behind(story, element, path, `<w:commentRangeStart w:id="${id}"/>`);
      if (element.name === 'w:commentReference') this.#behind(story, element, path, this.#end(id));
    }
    return id;
  }

  /** Marks a thread as done, or not. */
  resolve(id: string, done: boolean): void {
    const paraId = this.#paraIdOf(this.#rootOf(this.#comment(id)));
    if (this.#states.has(paraId))
      throw editFault('edit/overlap', 'Two edits are about the state of one comment.');
    this.#states.set(paraId, done);
    const state = this.#stateOf(paraId);
    const value = done ? '1' : '0';
    if (!state) {
      this.#unlisted.set(paraId, done);
      return;
    }
    const tag = state.source.slice(state.start, state.innerStart);
    const bare = tag.replace(/\sw15:done="[^"]*"/, '');
    const cut = bare.indexOf(' ');
    const fresh = `${bare.slice(0, cut)} w15:done="${value}"${bare.slice(cut)}`;
    this.#parts.splice('commentsExtended', state.start, state.innerStart, fresh);
  }

  /** Takes a comment away, with the answers to it. */
  delete(id: string): void {
    const comment = this.#comment(id);
    const paraId = paraIdOf(comment);
    const replies = entriesOf(this.#draft.pkg, 'commentsExtended')
      .filter((e) => paraId !== undefined && attribute(e, 'w15:paraIdParent')?.toUpperCase() === paraId)
      .map((e) => attribute(e, 'w15:paraId')?.toUpperCase());
    const all = this.#all().filter((c) => c === comment || replies.includes(paraIdOf(c) ?? ''));
    for (const each of all) this.#remove(each);
  }

  /** Writes the parts; called once when all edits are known. */
  write(): void {
    for (const [paraId, done] of this.#unlisted)
      this.#parts.add(
        'commentsExtended',
        `<w15:commentEx w15:paraId="${paraId}" w15:done="${done ? '1' : '0'}"/>`,
      );
    this.#parts.write();
  }

  #remove(comment: XmlElement): void {
    const id = attribute(comment, 'w:id') ?? '';
    if (this.#deleted.has(id)) return;
    this.#deleted.add(id);
    this.#parts.splice('comments', comment.start, comment.end, '');
    const paraId = paraIdOf(comment);
    const durable = new Set<string | undefined>();
    for (const kind of ['commentsExtended', 'commentsIds', 'commentsExtensible'] as const)
      for (const entry of entriesOf(this.#draft.pkg, kind)) {
        const own = (attribute(entry, 'w15:paraId') ?? attribute(entry, 'w16cid:paraId'))?.toUpperCase();
        const durableId = attribute(entry, 'w16cid:durableId') ?? attribute(entry, 'w16cex:durableId');
        const hit = own === undefined ? durable.has(durableId) : own === paraId;
        if (!hit || paraId === undefined) continue;
        if (kind === 'commentsIds') durable.add(durableId);
        this.#parts.splice(kind, entry.start, entry.end, '');
      }
    for (const [story, element, path] of this.#marksOf(id)) {
      if (path) this.#plan.change(story.part, path).dropped.add(element.start);
      else this.#draft.splice(story.part, element.start, element.end, '');
    }
  }

  #write(text: string, parent: string | undefined): { id: string; paraId: string } {
    const { author, date, initials } = this.#draft.options;
    const id = String(this.#draft.freshId());
    const paraId = this.#freshParaId(`${author} ${id} ${text}`);
    const durable = this.#freshParaId(`${paraId} ${author}`);
    const styles = { text: this.#style('annotation text'), reference: this.#style('annotation reference') };
    this.#parts.add(
      'comments',
      commentXml({ id, author, initials: initials ?? initialsOf(author), date, text, paraId, styles }),
    );
    const above = parent === undefined ? '' : ` w15:paraIdParent="${parent}"`;
    this.#parts.add('commentsExtended', `<w15:commentEx w15:paraId="${paraId}"${above} w15:done="0"/>`);
    this.#parts.add(
      'commentsIds',
      `<w16cid:commentId w16cid:paraId="${paraId}" w16cid:durableId="${durable}"/>`,
    );
    if (this.#parts.has('commentsExtensible') && date !== null)
      this.#parts.add(
        'commentsExtensible',
        `<w16cex:commentExtensible w16cex:durableId="${durable}" w16cex:dateUtc="${date}"/>`,
      );
    this.#introduce(author);
    return { id, paraId };
  }

  #introduce(author: string): void {
    if (
      this.#known ||
      entriesOf(this.#draft.pkg, 'people').some((p) => attribute(p, 'w15:author') === author)
    )
      return;
    this.#known = true;
    const name = this.#draft.encodedAuthor;
    this.#parts.add(
      'people',
      `<w15:person w15:author="${name}"><w15:presenceInfo w15:providerId="None" w15:userId="${name}"/></w15:person>`,
    );
  }

  #end(id: string): string {
    const look = referenceLook(this.#style('annotation reference'));
    return `<w:commentRangeEnd w:id="${id}"/><w:r>${look}<w:commentReference w:id="${id}"/></w:r>`;
  }

  #behind(story: Story, element: XmlElement, path: Path | undefined, xml: string): void {
    if (!path) this.#draft.splice(story.part, element.end, element.end, xml);
    else {
      const { behindCell } = this.#plan.change(story.part, path);
      behindCell.set(element.start, (behindCell.get(element.start) ?? '') + xml);
    }
  }

  #all(): XmlElement[] {
    return entriesOf(this.#draft.pkg, 'comments').filter((c) => c.name === 'w:comment');
  }

  #comment(id: string): XmlElement {
    const found = this.#all().find((c) => attribute(c, 'w:id') === id);
    if (!found) throw editFault('edit/anchor-unknown', 'No comment has the id.');
    return found;
  }

  #rootOf(comment: XmlElement): XmlElement {
    const state = this.#stateOf(paraIdOf(comment));
    const parent = attribute(state, 'w15:paraIdParent')?.toUpperCase();
    return (parent === undefined ? undefined : this.#all().find((c) => paraIdOf(c) === parent)) ?? comment;
  }

  #stateOf(paraId: string | undefined): XmlElement | undefined {
    if (paraId === undefined) return undefined;
    return entriesOf(this.#draft.pkg, 'commentsExtended').find(
      (e) => attribute(e, 'w15:paraId')?.toUpperCase() === paraId,
    );
  }

  /** The id by which other parts know a comment; given to it where it has none. */
  #paraIdOf(comment: XmlElement): string {
    const own = paraIdOf(comment);
    if (own !== undefined) return own;
    const id = this.#freshParaId(`comment ${attribute(comment, 'w:id') ?? ''}`, true);
    const paragraphs = elements(comment).filter((e) => e.name === 'w:p');
    const last = paragraphs[paragraphs.length - 1];
    if (!last) throw editFault('edit/not-editable', 'The comment holds no paragraph.');
    if (!this.#replied.has(comment)) {
      this.#replied.add(comment);
      this.#parts.splice('comments', last.start + 4, last.start + 4, ` w14:paraId="${id}"`);
      this.#parts.add('comments', '');
    }
    return id;
  }

  /** Eight hexadecimal digits below 80000000 that no paragraph of the document has. */
  #freshParaId(seed: string, again = false): string {
    for (let n = 0; ; n++) {
      const hash = this.#codec
        .sha256(this.#codec.encodeUtf8(`${seed} ${n}`))
        .slice(0, 8)
        .toUpperCase();
      const id = (Number.parseInt(hash, 16) % 0x7fffffff).toString(16).toUpperCase().padStart(8, '0');
      const taken = this.#paraIds.has(id) && !again;
      if (taken || id === '00000000' || this.#isTaken(id)) continue;
      this.#paraIds.add(id);
      return id;
    }
  }

  #isTaken(id: string): boolean {
    return this.#plan.anchors.stories.some(({ root }) => root.source.includes(`"${id}"`));
  }

  #style(name: string): string | undefined {
    const { pkg } = this.#draft;
    const part = relatedPart(pkg, pkg.main, 'styles');
    const all = part === undefined ? [] : elements(pkg.root(part));
    return attribute(
      all.find((s) => childValue(s, 'w:name')?.toLowerCase() === name),
      'w:styleId',
    );
  }

  /** The marks of a comment with the paragraph that holds each, if one does. */
  #marksOf(id: string): (readonly [Story, XmlElement, Path | undefined])[] {
    return this.#plan.anchors.stories.flatMap((story) => {
      const { source } = story.root;
      if (story.kind === 'comment' || !source.includes('<w:comment')) return [];
      const inside = Array.from(paragraphsOf(story.root)).flatMap((path) =>
        marksIn(paragraphOf(path), id).map((mark) => [story, mark, path] as const),
      );
      return [...inside, ...blockMarks(story.root, id).map((mark) => [story, mark, undefined] as const)];
    });
  }
}

const MARK = /^w:comment(?:RangeStart|RangeEnd|Reference)$/;

function isMark(element: XmlElement, id: string): boolean {
  return MARK.test(element.name) && attribute(element, 'w:id') === id;
}

/** Marks in a paragraph, not in those of its text boxes. */
function marksIn(parent: XmlElement, id: string): XmlElement[] {
  return elements(parent).flatMap((e) => (isMark(e, id) ? [e] : e.name === 'w:p' ? [] : marksIn(e, id)));
}

/** Marks that stand between paragraphs. */
function blockMarks(parent: XmlElement, id: string): XmlElement[] {
  return elements(parent).flatMap((e) => (isMark(e, id) ? [e] : e.name === 'w:p' ? [] : blockMarks(e, id)));
}

/** The first letters of a name's words. */
function initialsOf(author: string): string {
  const letters = author.split(/\s+/).flatMap((word) => Array.from(word).slice(0, 1));
  return letters.slice(0, 4).join('').toUpperCase();
}

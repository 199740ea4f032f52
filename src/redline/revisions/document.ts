import type { Codec } from '../codec.ts';
import { Interner } from '../diff/index.ts';
import {
  attribute,
  bodyOf,
  child,
  elements,
  type Package,
  PackageEditor,
  parseXml,
  type Rebase,
  rebaseOnto,
  relatedPart,
  revisePackage,
  startTag,
  widenedStartTag,
  type XmlElement,
} from '../ooxml/index.ts';
import type { CompareOptions, Limits } from '../options.ts';
import type { NotCompared, Rung, StoryOutcome } from '../report.ts';
import { acceptRevisions, hasRevisions } from './accept.ts';
import { mergeStory, singleBlock } from './blocks.ts';
import { addComments, type CommentMap, mapComments } from './comments.ts';
import { emptyTally, type MergeContext, type Tally } from './context.ts';
import { alignMarks, Bookmarks, bookmarksOf, type PartMarks, stampText } from './marks.ts';
import { type NoteKind, Notes } from './notes.ts';
import { PropsReader } from './props.ts';
import { type Effective, effectiveSections, isBlank, SectionWriter, sameContent } from './sections.ts';

/** Groups of stories that are written on one rung of the ladder. */
export type Region = 'body' | 'headers' | 'notes';
export type Rungs = Readonly<Record<Region, Rung>>;

export interface Written {
  readonly bytes: Uint8Array;
  /** Nothing had to be changed. */
  readonly untouched: boolean;
  readonly tally: Tally;
  readonly notCompared: readonly NotCompared[];
  readonly stories: readonly StoryOutcome[];
}

const STORY_KINDS = ['header', 'footer', 'footnotes', 'endnotes'];
const EMPTY_PARAGRAPH = '<w:p/>';

/** Parts with stories: the main document, headers, footers and notes. */
function storyParts(pkg: Package): string[] {
  const related = pkg
    .relationships(pkg.main)
    .flatMap((r) =>
      r.part !== undefined && STORY_KINDS.some((k) => r.type.endsWith(`/${k}`)) ? [r.part] : [],
    );
  return [...new Set([pkg.main, ...related])];
}

/** The document with the revisions that it already holds accepted. */
export function withoutRevisions(pkg: Package, limits: Limits): Package {
  const revised = new Map<string, string>();
  for (const part of storyParts(pkg)) {
    const root = pkg.root(part);
    if (hasRevisions(root.source)) revised.set(part, acceptRevisions(root));
  }
  return revisePackage(pkg, revised, limits);
}

/** Writes one redline of two documents; it is not verified here. */
export function writeRedline(
  original: Package,
  modified: Package,
  options: CompareOptions,
  rungs: Rungs,
  codec: Codec,
): Written {
  return new DocumentMerge(original, modified, options, rungs, codec).write();
}

class DocumentMerge {
  readonly #original: Package;
  readonly #modified: Package;
  readonly #options: CompareOptions;
  readonly #rungs: Rungs;
  readonly #editor: PackageEditor;
  readonly #rebase: Rebase;
  readonly #comments: CommentMap;
  readonly #bookmarks: Bookmarks;
  readonly #notes: Notes;
  readonly #tally = emptyTally();
  readonly #symbols = new Interner();
  readonly #props = new PropsReader();
  readonly #parts = new Map<string, string>();
  readonly #headers = new Map<string, string>();
  readonly #stories: StoryOutcome[] = [];
  #nextId: number;

  constructor(original: Package, modified: Package, options: CompareOptions, rungs: Rungs, codec: Codec) {
    this.#original = original;
    this.#modified = modified;
    this.#options = options;
    this.#rungs = rungs;
    this.#editor = new PackageEditor(original, codec);
    const [mine, theirs] = [
      storyParts(original).map((p) => original.root(p).source),
      storyParts(modified).map((p) => modified.root(p).source),
    ];
    this.#nextId = 1 + highestId([...mine, ...theirs, commentText(original), commentText(modified)]);
    this.#rebase = rebaseOnto(this.#editor, modified, theirs);
    this.#comments = mapComments(original, modified, () => this.#nextId++);
    this.#bookmarks = new Bookmarks(
      new Set(mine.flatMap(bookmarksOf).map((b) => b.name.toLowerCase())),
      () => this.#nextId++,
    );
    this.#notes = new Notes(() => this.#nextId++);
  }

  write(): Written {
    for (const part of storyParts(this.#modified))
      for (const b of bookmarksOf(this.#modified.root(part).source))
        this.#bookmarks.modifiedNames.add(b.name.toLowerCase());
    this.#writeBody();
    this.#writeNotes('footnote');
    this.#writeNotes('endnote');
    addComments(this.#editor, this.#modified, this.#comments, this.#rebase.part, (xml) => this.#parse(xml));
    for (const [part, xml] of this.#parts) this.#put(part, this.#bookmarks.resolve(xml));
    return {
      bytes: this.#editor.bytes(),
      untouched: !this.#editor.touched,
      tally: this.#tally,
      notCompared: this.#notCompared(),
      stories: this.#stories,
    };
  }

  /** Writes a story and notes what became of it. */
  #story<T>(story: string, part: string, ctx: MergeContext, write: () => T): T {
    const before = changesOf(this.#tally);
    const written = write();
    this.#stories.push({ story, part, rung: ctx.rung, changes: changesOf(this.#tally) - before });
    return written;
  }

  #put(part: string, xml: string): void {
    if (!this.#original.has(part)) this.#editor.fill(part, xml);
    else if (xml !== this.#original.text(part)) this.#editor.replace(part, xml);
  }

  #parse(xml: string): XmlElement {
    return parseXml(xml, this.#options.limits.xmlDepth);
  }

  #context(
    region: Region,
    marks: PartMarks,
    sections?: SectionWriter,
    rewriteSections = false,
  ): MergeContext {
    const ctx: MergeContext = {
      rung: this.#rungs[region],
      props: this.#props,
      symbols: this.#symbols,
      tally: this.#tally,
      stamp: () => stampText(this.#nextId++, this.#options.author, this.#options.date),
      freshId: () => this.#nextId++,
      mark: marks.mark,
      withoutShared: (xml, side) => this.#bookmarks.withoutShared(xml, side),
      note: (element, state, partner) => this.#notes.reference(element, state, partner),
      sameNote: (a, b) => this.#isEmptyNote(this.#original, a) === this.#isEmptyNote(this.#modified, b),
      block: (element, state) => singleBlock(element, state, ctx),
      section: (a, b) => sections?.write(a, b, ctx) ?? '',
      rewriteSections,
      blocks: (a, b) => mergeStory(a, b, ctx),
    };
    return ctx;
  }

  /** The modified part's root and marks in the terms of a part of the result. */
  #modifiedPart(part: string, target: string, original: string): { root: XmlElement; marks: PartMarks } {
    const marks = alignMarks(
      original,
      this.#rebase.part(part, target),
      this.#bookmarks,
      this.#comments.ids,
      this.#comments.shared,
      () => this.#nextId++,
    );
    return { root: this.#parse(marks.modified), marks };
  }

  #writeBody(): void {
    const { main } = this.#original;
    const root = this.#original.root(main);
    const { root: other, marks } = this.#modifiedPart(this.#modified.main, main, root.source);
    const [body, otherBody] = [bodyOf(root), bodyOf(other)];
    const [a, b] = [effectiveSections(body, this.#original), effectiveSections(otherBody, this.#modified)];
    const rewrite = !this.#sameHeaders([...a.values()], [...b.values()]);
    const sections = new SectionWriter(
      a,
      b,
      { reference: (key, x, y, kept) => this.#headerReference(key, x, y, kept) },
      rewrite,
    );
    const ctx = this.#context('body', marks, sections, rewrite);
    const [lastA, lastB] = [child(body, 'w:sectPr'), child(otherBody, 'w:sectPr')];
    const end = finalSection(lastA, lastB, ctx, (xml) => this.#parse(xml));
    const content = this.#story('body', main, ctx, () => mergeStory(body, otherBody, ctx));
    const xml = `${root.source.slice(0, root.start)}${widenedStartTag(startTag(root), root, other)}${root.source.slice(root.innerStart, body.start)}${startTag(body)}${this.#bookmarks.refuge}${content}${end}</w:body>${root.source.slice(body.end, root.end)}`;
    this.#parts.set(main, xml);
  }

  /** Do the sections of both sides show the same headers and footers, one by one? */
  #sameHeaders(a: readonly Effective[], b: readonly Effective[]): boolean {
    if (a.length !== b.length) return false;
    return a.every((mine, i) => {
      const theirs = b[i] ?? new Map<string, string>();
      return [...new Set([...mine.keys(), ...theirs.keys()])].every((key) =>
        this.#sameHeader(mine.get(key), theirs.get(key)),
      );
    });
  }

  #sameHeader(a: string | undefined, b: string | undefined): boolean {
    const blank = (pkg: Package, part: string | undefined): boolean =>
      part === undefined || isBlank(pkg.root(part));
    if (blank(this.#original, a) && blank(this.#modified, b)) return true;
    if (a === undefined || b === undefined) return false;
    return sameContent(this.#original.root(a), this.#modifiedPart(b, a, this.#original.root(a).source).root);
  }

  /** Relationship to a header or footer that shows one side before and the other after. */
  #headerReference(
    key: string,
    a: string | undefined,
    b: string | undefined,
    kept: boolean,
  ): string | undefined {
    if (a === undefined && b === undefined) return undefined;
    const part = kept ? this.#mergedHeader(key, a, b) : this.#singleHeader(key, a, b);
    const kind = key.startsWith('w:header') ? 'header' : 'footer';
    return this.#editor.relate(
      this.#original.main,
      `http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}`,
      { part },
    );
  }

  #singleHeader(key: string, a: string | undefined, b: string | undefined): string {
    const known = [...this.#headers].find(([pair]) =>
      a !== undefined ? pair.startsWith(`${a}|`) : pair.endsWith(`|${b}`),
    );
    if (known) return known[1];
    return a ?? this.#mergedHeader(key, undefined, b);
  }

  #mergedHeader(key: string, a: string | undefined, b: string | undefined): string {
    const pair = `${a ?? ''}|${b ?? ''}`;
    const known = this.#headers.get(pair);
    if (known !== undefined) return known;
    const first = a !== undefined && ![...this.#headers.keys()].some((k) => k.startsWith(`${a}|`));
    const [pkg, source] = a !== undefined ? [this.#original, a] : [this.#modified, b ?? ''];
    const part = first ? a : this.#editor.add(source, '', pkg.contentType(source));
    this.#headers.set(pair, part);
    if (a !== undefined && !first) this.#editor.copyRelationships(a, part);
    const tag = key.startsWith('w:header') ? 'w:hdr' : 'w:ftr';
    const root = a !== undefined ? this.#original.root(a) : undefined;
    const theirs = b !== undefined ? this.#modifiedPart(b, part, root?.source ?? '') : undefined;
    const shell = (like: XmlElement): XmlElement =>
      this.#parse(
        `${like.source.slice(like.start, like.innerStart).replace(/\/?>?$/, '>')}${EMPTY_PARAGRAPH}</${tag}>`,
      );
    const left = root ?? (theirs && shell(theirs.root));
    const right = theirs?.root ?? (root && shell(root));
    if (!left || !right) throw new Error('a header of neither side');
    if (root && theirs && sameContent(root, theirs.root) && first) return part;
    const marks =
      theirs?.marks ??
      alignMarks(
        left.source,
        '',
        this.#bookmarks,
        this.#comments.ids,
        this.#comments.shared,
        () => this.#nextId++,
      );
    const ctx = this.#context('headers', marks);
    const story = key.replace('w:', '').replace('Reference', '');
    const content = this.#story(story, part, ctx, () => mergeStory(left, right, ctx));
    const prolog = root
      ? root.source.slice(0, root.start)
      : '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
    this.#parts.set(
      part,
      `${prolog}${widenedStartTag(startTag(left).replace(/\/>$/, '>'), left, right)}${content}</${tag}>`,
    );
    return part;
  }

  /** A note without any paragraph cannot become one with paragraphs, nor the other way round. */
  #isEmptyNote(pkg: Package, reference: XmlElement): boolean {
    const kind = reference.name === 'w:footnoteReference' ? 'footnotes' : 'endnotes';
    const part = relatedPart(pkg, pkg.main, kind);
    const note =
      part === undefined
        ? undefined
        : elements(pkg.root(part)).find((n) => attribute(n, 'w:id') === attribute(reference, 'w:id'));
    return note === undefined || elements(note).length === 0;
  }

  #writeNotes(kind: NoteKind): void {
    const [mine, theirs] = [
      relatedPart(this.#original, this.#original.main, `${kind}s`),
      relatedPart(this.#modified, this.#modified.main, `${kind}s`),
    ];
    if (mine === undefined && (theirs === undefined || !this.#notes.hasAdded(kind))) return;
    const source = theirs ?? mine ?? '';
    const target = mine ?? this.#editor.add(source, '', this.#modified.contentType(source));
    if (mine === undefined) {
      this.#editor.relate(
        this.#original.main,
        `http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}s`,
        { part: target },
      );
    }
    const text = mine === undefined ? '' : this.#original.root(mine).source;
    const other = theirs === undefined ? undefined : this.#modifiedPart(theirs, target, text);
    const root =
      mine === undefined ? other && this.#parse(separatorsOnly(other.root)) : this.#original.root(mine);
    if (!root) return;
    const marks =
      other?.marks ??
      alignMarks(text, '', this.#bookmarks, this.#comments.ids, this.#comments.shared, () => this.#nextId++);
    const ctx = this.#context('notes', marks);
    const content = this.#story(`${kind}s`, target, ctx, () =>
      this.#notes.write(kind, root, other?.root ?? root, ctx),
    );
    if (content === undefined && mine !== undefined) return;
    const tag = other
      ? widenedStartTag(startTag(root).replace(/\/>$/, '>'), root, other.root)
      : startTag(root);
    this.#parts.set(target, `${root.source.slice(0, root.start)}${tag}${content ?? ''}</${root.name}>`);
  }

  /** What tracked changes cannot say, by part and reason. */
  #notCompared(): NotCompared[] {
    const out: NotCompared[] = [];
    const { changed } = this.#rebase.styles;
    const styles = relatedPart(this.#original, this.#original.main, 'styles') ?? 'word/styles.xml';
    for (const name of changed)
      out.push({
        part: styles,
        reason: `The definition of the style "${name}" differs; the original's is kept.`,
      });
    for (const [kind, what] of [
      ['theme', 'theme'],
      ['settings', 'document settings'],
      ['fontTable', 'font table'],
    ] as const) {
      const [a, b] = [
        relatedPart(this.#original, this.#original.main, kind),
        relatedPart(this.#modified, this.#modified.main, kind),
      ];
      const differs =
        (a === undefined) !== (b === undefined) ||
        (a !== undefined && b !== undefined && this.#original.text(a) !== this.#modified.text(b));
      if (differs)
        out.push({
          part: a ?? b ?? '',
          reason: `The ${what} of the two documents differ; the original's are kept.`,
        });
    }
    return out;
  }
}

/** How many changes of any kind were marked. */
function changesOf(tally: Tally): number {
  const { wordsInserted: _i, wordsDeleted: _d, wordsMoved: _m, ...counts } = tally;
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

/** The body's own section (§17.6.17), which stands behind its last block. */
function finalSection(
  a: XmlElement | undefined,
  b: XmlElement | undefined,
  ctx: MergeContext,
  parse: (xml: string) => XmlElement,
): string {
  if (!a && !b) return '';
  const none = (): XmlElement => parse('<w:sectPr/>');
  return ctx.section(a ?? none(), b ?? none());
}

/** A notes part without its notes: what separates them from the text stays. */
function separatorsOnly(root: XmlElement): string {
  const kept = elements(root).filter((n) => /\sw:type=/.test(startTag(n)));
  return `${root.source.slice(0, root.start)}${startTag(root)}${kept.map((n) => n.source.slice(n.start, n.end)).join('')}</${root.name}>`;
}

function commentText(pkg: Package): string {
  const part = relatedPart(pkg, pkg.main, 'comments');
  return part === undefined ? '' : pkg.root(part).source;
}

/** The highest id of marks, revisions and notes, so that fresh ones collide with none. */
function highestId(texts: readonly string[]): number {
  let highest = 0;
  for (const text of texts)
    for (const m of text.matchAll(/\sw:id="(\d{1,9})"/g)) highest = Math.max(highest, Number(m[1]));
  return highest;
}

import type { Codec } from '../../codec.ts';
import {
  encodeAttribute,
  type Package,
  PackageEditor,
  parseXml,
  startTag,
  widenedStartTag,
  type XmlElement,
} from '../../ooxml/index.ts';
import { highestId, stampText } from '../marks.ts';
import { excerptOf } from './excerpt.ts';
import { alphabetFor, type Survey } from './milestones.ts';
import { type Splice, spliced } from './splice.ts';
import type { EditOptions } from './types.ts';

/** A document before and after edits, as files. */
export interface Excerpt {
  readonly before: Uint8Array;
  /** The same with milestones in it. */
  readonly surveyed: Uint8Array;
  readonly after: Uint8Array;
  /** How a milestone shows. */
  readonly alphabet: (milestone: number) => string;
}

/** A document that is being edited: what is put where in the source of its parts, and the ids of what is new. */
export class Draft {
  readonly pkg: Package;
  readonly editor: PackageEditor;
  readonly options: EditOptions;
  readonly #splices = new Map<string, Splice[]>();
  readonly #written = new Map<string, string>();
  #nextId: number;
  #revisions = 0;

  constructor(pkg: Package, sources: readonly string[], options: EditOptions, codec: Codec) {
    this.pkg = pkg;
    this.editor = new PackageEditor(pkg, codec);
    this.options = options;
    this.#nextId = 1 + highestId(sources);
  }

  /** How many revisions were written. */
  get revisions(): number {
    return this.#revisions;
  }

  /** An id that no mark of the package has. */
  freshId(): number {
    return this.#nextId++;
  }

  /** Attributes of a fresh revision. */
  stamp(): string {
    this.#revisions++;
    return stampText(this.freshId(), this.options.author, this.options.date);
  }

  /** Puts text in the place of a stretch of a part's source; those inside a later stretch are part of it (`render`). */
  splice(part: string, start: number, end: number, xml: string): void {
    const list = this.#splices.get(part) ?? [];
    this.#splices.set(part, list);
    list.push({ start, end, xml });
  }

  /** An element with what was put inside it so far, which is thereby used up. */
  render(part: string, element: XmlElement): string {
    const { source, start, end } = element;
    const list = this.#splices.get(part) ?? [];
    const inside = (s: Splice): boolean => s.start >= start && s.end <= end;
    const own = list.filter(inside);
    if (own.length === 0) return source.slice(start, end);
    this.#splices.set(
      part,
      list.filter((s) => !inside(s)),
    );
    return spliced(source, start, end, own);
  }

  /** `w:author` as an attribute holds it. */
  get encodedAuthor(): string {
    return encodeAttribute(this.options.author);
  }

  /** The namespace of WordprocessingML in the conformance class of the document. */
  wordNamespace(transitional: string): string {
    const strict = 'http://purl.oclc.org/ooxml/wordprocessingml/main';
    const root = this.pkg.root(this.pkg.main);
    return root.source.slice(root.start, root.innerStart).includes(strict) ? strict : transitional;
  }

  /** Adds entries to the end of a part; @param like  a root that declares what they need */
  extend(part: string, entries: string, like?: string): void {
    const root = this.pkg.root(part);
    const tag = startTag(root).replace(/\/>$/, '>');
    const wide = like === undefined ? tag : widenedStartTag(tag, root, parseXml(like, 2));
    if (root.innerStart === root.innerEnd && !this.#isOpened(root))
      this.splice(part, root.start, root.end, `${wide}${entries}</${root.name}>`);
    else {
      if (wide !== tag) this.splice(part, root.start, root.innerStart, wide);
      this.splice(part, root.innerEnd, root.innerEnd, entries);
    }
  }

  #isOpened(root: XmlElement): boolean {
    return root.source.charCodeAt(root.innerStart - 1) === 62;
  }

  /** The document as a file. */
  bytes(): Uint8Array {
    for (const [part, list] of this.#splices) {
      if (list.length === 0) continue;
      const { source } = this.pkg.root(part);
      const xml = spliced(source, 0, source.length, list);
      this.#written.set(part, xml);
      this.editor.replace(part, xml);
    }
    return this.editor.bytes();
  }

  /**
   * Once it is written: the document before and after, without blocks far from every edit.
   *
   * @param surveys  by part, of places that are not left out
   */
  excerpt(codec: Codec, surveys: ReadonlyMap<string, Survey>): Excerpt {
    const [before, surveyed] = [new PackageEditor(this.pkg, codec), new PackageEditor(this.pkg, codec)];
    const cuts = Array.from(new Set([...this.#written.keys(), ...surveys.keys()]), (part) => {
      const root = this.pkg.root(part);
      const survey = surveys.get(part);
      const after = this.#written.get(part) ?? root.source;
      return { part, survey, cut: excerptOf(root, after, survey?.paragraphs) };
    });
    const alphabet = alphabetFor(cuts.map(({ cut }) => cut.before));
    for (const { part, survey, cut } of cuts) {
      before.replace(part, cut.before);
      surveyed.replace(part, survey ? cut.with(survey.inserts(alphabet)) : cut.before);
      this.editor.replace(part, cut.after);
    }
    return { before: before.bytes(), surveyed: surveyed.bytes(), after: this.editor.bytes(), alphabet };
  }
}

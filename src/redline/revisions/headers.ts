import {
  OFFICE_RELATIONSHIPS,
  type Package,
  startTag,
  widenedStartTag,
  type XmlElement,
} from '../ooxml/index.ts';
import { mergePieces } from './blocks.ts';
import { settleMoves } from './moves.ts';
import type { Result } from './result.ts';
import { type Effective, type HeaderParts, isBlank, sameContent } from './sections.ts';

const EMPTY_PARAGRAPH = '<w:p/>';

/**
 * Headers and footers (§17.10) of the result.  References to them are not tracked, so each section
 * refers to parts that show one side before and the other after; changes are tracked inside them.
 */
export class Headers implements HeaderParts {
  readonly #result: Result;
  /** Parts of both sides to the part of the result that merges them. */
  readonly #headers = new Map<string, string>();

  constructor(result: Result) {
    this.#result = result;
  }

  /** Do the sections of both sides show the same headers and footers, one by one? */
  same(a: readonly Effective[], b: readonly Effective[]): boolean {
    if (a.length !== b.length) return false;
    const { ignore, passOver } = this.#result;
    const agrees = (key: string, i: number): boolean => {
      if (this.#sameHeader(a[i]?.get(key), b[i]?.get(key))) return true;
      if (ignore.headersAndFooters) passOver('headersAndFooters');
      return ignore.headersAndFooters;
    };
    return a.every((mine, i) =>
      [...new Set([...mine.keys(), ...(b[i]?.keys() ?? [])])].every((key) => agrees(key, i)),
    );
  }

  #sameHeader(a: string | undefined, b: string | undefined): boolean {
    const blank = (pkg: Package, part: string | undefined): boolean =>
      part === undefined || isBlank(pkg.root(part));
    if (blank(this.#result.original, a) && blank(this.#result.modified, b)) return true;
    if (a === undefined || b === undefined) return false;
    return sameContent(
      this.#result.original.root(a),
      this.#result.modifiedPart(b, a, this.#result.original.root(a).source).root,
    );
  }

  /** Relationship to a header or footer that shows one side before and the other after. */
  reference(key: string, a: string | undefined, b: string | undefined, kept: boolean): string | undefined {
    if (a === undefined && b === undefined) return undefined;
    const part = kept ? this.#mergedHeader(key, a, b) : this.#singleHeader(key, a, b);
    const kind = key.startsWith('w:header') ? 'header' : 'footer';
    return this.#result.editor.relate(this.#result.original.main, `${OFFICE_RELATIONSHIPS}/${kind}`, {
      part,
    });
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
    const [pkg, source] = a !== undefined ? [this.#result.original, a] : [this.#result.modified, b ?? ''];
    const part = first ? a : this.#result.editor.add(source, '', pkg.contentType(source));
    this.#headers.set(pair, part);
    if (a !== undefined && !first) this.#result.editor.copyRelationships(a, part);
    const tag = key.startsWith('w:header') ? 'w:hdr' : 'w:ftr';
    const root = a !== undefined ? this.#result.original.root(a) : undefined;
    const theirs = b !== undefined ? this.#result.modifiedPart(b, part, root?.source ?? '') : undefined;
    const shell = (like: XmlElement): XmlElement =>
      this.#result.parse(
        `${like.source.slice(like.start, like.innerStart).replace(/\/?>?$/, '>')}${EMPTY_PARAGRAPH}</${tag}>`,
      );
    const left = root ?? (theirs && shell(theirs.root));
    const right = theirs?.root ?? (root && shell(root));
    if (!left || !right) throw new Error('a header of neither side');
    if (root && theirs && sameContent(root, theirs.root) && first) return part;
    const marks = theirs?.marks ?? this.#result.ownMarks(left.source);
    const ctx = this.#result.context('headers', marks);
    const before = ctx.touches();
    const story = key.replace('w:', '').replace('Reference', '');
    const merged = this.#result.story(story, part, ctx, () =>
      settleMoves(mergePieces(left, right, ctx), ctx).join(''),
    );
    const content = this.#keepBookmarks(merged, left, right);
    if (first && ctx.touches() === before) return part;
    const prolog = root
      ? root.source.slice(0, root.start)
      : '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
    this.#result.parts.set(
      part,
      `${prolog}${widenedStartTag(startTag(left).replace(/\/>$/, '>'), left, right)}${content}</${tag}>`,
    );
    return part;
  }

  /** A side where the header shows nothing is one where it is not: bookmarks that go on elsewhere must not be lost with it. */
  #keepBookmarks(content: string, left: XmlElement, right: XmlElement): string {
    if (isBlank(right)) return this.#result.bookmarks.withoutShared(content, 'original');
    return isBlank(left) ? this.#result.bookmarks.withoutShared(content, 'modified') : content;
  }
}

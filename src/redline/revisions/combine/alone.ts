import type { Codec } from '../../codec.ts';
import { decodeText, openPackage, type Package, PackageEditor } from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import type { Verdict } from '../decide/decision.ts';
import { settle } from '../decide/settle.ts';
import { storyParts } from '../result.ts';
import { originsIn, type Serial, tagged, untagged } from './provenance.ts';

/** A redline whose revisions say that they are a copy's. */
export function taggedCopy(redline: Uint8Array, copy: number, limits: Limits, codec: Codec): Uint8Array {
  let n = 0;
  return rewritten(redline, limits, codec, (pkg, part) => tagged(pkg.root(part).source, copy, () => n++));
}

/** The same without. */
export function untaggedCopy(document: Uint8Array, limits: Limits, codec: Codec): Uint8Array {
  return rewritten(document, limits, codec, (pkg, part) => untagged(pkg.root(part).source));
}

/** What a document says when revisions are decided by what they come from. */
export function settledBy(
  document: Uint8Array,
  verdictOf: (serials: readonly Serial[]) => Verdict,
  limits: Limits,
  codec: Codec,
): Uint8Array {
  return rewritten(document, limits, codec, (pkg, part) => {
    const root = pkg.root(part);
    const verdicts = Array.from(originsIn(root.source), ([at, serials]) => [at, verdictOf(serials)] as const);
    return settle(root, new Map(verdicts)).xml;
  });
}

function rewritten(
  document: Uint8Array,
  limits: Limits,
  codec: Codec,
  write: (pkg: Package, part: string) => string,
): Uint8Array {
  const pkg = openPackage(document, codec, limits);
  const editor = new PackageEditor(pkg, codec);
  let touched = false;
  for (const part of storyParts(pkg)) {
    const xml = write(pkg, part);
    if (xml === pkg.root(part).source) continue;
    editor.replace(part, xml);
    touched = true;
  }
  return touched ? editor.bytes() : document;
}

/** A revision by whom it says that it is, and by the copies that it comes from. */
export interface OwnedMark {
  /** None of changes to the columns of a table (§17.13.5.33). */
  readonly author: string | undefined;
  readonly serials: readonly Serial[];
}

/** Every revision of a document; ends of ranges name nobody. */
export function marksOf(document: Uint8Array, limits: Limits, codec: Codec): OwnedMark[] {
  const pkg = openPackage(document, codec, limits);
  return storyParts(pkg).flatMap((part) => {
    const { source } = pkg.root(part);
    return Array.from(originsIn(source)).flatMap(([at, serials]): OwnedMark[] => {
      const tag = source.slice(at, source.indexOf('>', at));
      const author = /\sw:author="([^"]*)"/.exec(tag)?.[1];
      if (author !== undefined) return [{ author: decodeText(author), serials }];
      return /^<\w+:\w+RangeEnd\b/.test(tag) ? [] : [{ author, serials }];
    });
  });
}

/** Authors of a document's revisions, in their order. */
export function authorsOf(document: Uint8Array, limits: Limits, codec: Codec): readonly string[] {
  return [...new Set(marksOf(document, limits, codec).flatMap((m) => m.author ?? []))];
}

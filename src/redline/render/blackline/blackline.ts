import type { Codec } from '../../codec.ts';
import {
  openPackage,
  outer,
  PackageEditor,
  readNumbering,
  readStyles,
  relatedPart,
} from '../../ooxml/index.ts';
import type { Limits } from '../../options.ts';
import { storyParts } from '../../revisions/index.ts';
import { type BlacklineOptions, checkedLooks, DEFAULT_BLACKLINE } from './looks.ts';
import { survey } from './survey.ts';
import { BlacklineWriter } from './writer.ts';

/**
 * A document with tracked changes as a static comparison: the same document without any revision, in which what was
 * inserted, deleted or moved looks so. Layout and numbers are those of the modified document; numbers and breaks of
 * what went away are plain text or left out. Changed formatting is that of now, and marked unless
 * `options.formatting` is null. A document without revisions
 * comes back byte by byte.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when it cannot be read, `options/invalid`
 */
export function blackline(
  redline: Uint8Array,
  codec: Codec,
  limits: Limits,
  options: BlacklineOptions = DEFAULT_BLACKLINE,
): Uint8Array {
  const looks = checkedLooks(options);
  const pkg = openPackage(redline, codec, limits);
  const editor = new PackageEditor(pkg, codec);
  const styles = readStyles(pkg);
  const context = {
    options: looks,
    styles,
    survey: survey(pkg.root(pkg.main), styles, readNumbering(pkg, styles)),
  };
  for (const part of storyParts(pkg)) {
    const root = pkg.root(part);
    const xml = new BlacklineWriter(context).part(root);
    if (xml !== outer(root)) editor.replace(part, `${root.source.slice(0, root.start)}${xml}`);
  }
  stopTracking(editor);
  return editor.touched ? editor.bytes() : redline;
}

/** A finished comparison is not marked up any further (ECMA-376 Part 1 §17.15.1.90). */
function stopTracking(editor: PackageEditor): void {
  const part = relatedPart(editor.base, editor.base.main, 'settings');
  if (part === undefined) return;
  const { source } = editor.base.root(part);
  const xml = source.replace(/<w:trackRevisions(?:\s[^>]*)?(?:\/>|>\s*<\/w:trackRevisions>)/g, '');
  if (xml !== source) editor.replace(part, xml);
}

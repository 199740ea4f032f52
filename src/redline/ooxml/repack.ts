import type { Codec } from '../codec.ts';
import type { Limits } from '../options.ts';
import { textEntry } from './stretches.ts';
import { deflateEntry, inflateEntry, readZip, writeZip } from './zip.ts';

/** Parts of text: everything else in a package is pictures, fonts and the like. */
const TEXT = /\.(?:xml|rels)$/i;

/**
 * A package with the text of its parts rewritten; folders are left out, parts that stay the same keep their bytes. The
 * content types come first, as the Open Packaging Conventions recommend, and then the parts by name, so that the bytes
 * depend on nothing but what the parts say.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when the package cannot be read
 */
export function repack(
  data: Uint8Array,
  rewrite: (name: string, text: string) => string,
  codec: Codec,
  limits: Limits,
): Uint8Array {
  const entries = readZip(data, codec, limits)
    .filter(({ name }) => !name.endsWith('/'))
    .sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
  const rewritten = entries.map((entry) => {
    const bytes = inflateEntry(entry, codec);
    if (!TEXT.test(entry.name)) return deflateEntry(entry.name, bytes, codec);
    const text = codec.decodeUtf8(bytes);
    return textEntry(entry.name, rewrite(entry.name, text), codec);
  });
  return writeZip(rewritten, codec);
}

function rank(name: string): number {
  return name === '[Content_Types].xml' ? 0 : name === 'word/document.xml' ? 1 : 2;
}

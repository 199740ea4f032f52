import type { Codec } from '../codec.ts';
import { repack } from '../ooxml/index.ts';
import type { Limits } from '../options.ts';

const EXTERNAL =
  /<(?:\w+:)?Relationship\s(?=[^>]*\bTargetMode\s*=\s*["']External["'])[^>]*?(?:\/>|>\s*<\/(?:\w+:)?Relationship>)/g;
const HYPERLINK = /\bType\s*=\s*["'][^"']*\/hyperlink["']/;

/**
 * The document for a program that prints it: whatever lies outside of it and would be fetched to show it (linked
 * pictures, templates, objects) is no longer named. Hyperlinks stay: nothing follows them.
 *
 * @throws {RedlineError} `document/*` or `limits/exceeded` when the package cannot be read
 */
export function forPrinting(document: Uint8Array, codec: Codec, limits: Limits): Uint8Array {
  const rewrite = (name: string, text: string): string =>
    name.endsWith('.rels') ? text.replace(EXTERNAL, (tag) => (HYPERLINK.test(tag) ? tag : '')) : text;
  return repack(document, rewrite, codec, limits);
}

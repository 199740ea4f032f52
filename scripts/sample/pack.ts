import { inflateRawSync } from 'node:zlib';
import { type Document, Packer } from 'docx';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { deflateEntry, readZip, writeZip, type ZipEntry } from '../../src/redline/ooxml/index.ts';

/** The library links hyperlinks by random identifiers, and numbers bookmarks through all documents of a process. */
const RANDOM_LINK = /rId[\w-]{21}/g;
const BOOKMARK = /(<w:bookmark(?:Start|End)\b[^>]*\bw:id=")(\d+)/g;
const NOW = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/**
 * The document as a file that is the same byte for byte each time: no clock and no chance is left in it.
 *
 * @param date what the file says of when it was made, ISO 8601 in UTC.
 */
export async function pack(document: Document, date: string): Promise<Uint8Array> {
  const packed = await Packer.toBuffer(document);
  const links = new Map<string, string>();
  const bookmarks = new Map<string, string>();
  const entries = readZip(packed, nodeCodec, DEFAULT_LIMITS)
    .filter((entry) => !entry.name.endsWith('/'))
    .sort((a, b) => order(a.name) - order(b.name) || (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const text = nodeCodec.decodeUtf8(contentOf(entry));
      const steady = text
        .replace(RANDOM_LINK, (link) => counted(links, link, 'rIdLink'))
        .replace(BOOKMARK, (_, head: string, id: string) => head + counted(bookmarks, id, ''));
      const dated = entry.name === 'docProps/core.xml' ? steady.replace(NOW, date) : steady;
      return deflateEntry(entry.name, nodeCodec.encodeUtf8(dated), nodeCodec);
    });
  return writeZip(entries, nodeCodec);
}

/** The content types come first, as the Open Packaging Conventions recommend, and a part before its relationships. */
function order(name: string): number {
  return name === '[Content_Types].xml' ? 0 : name === 'word/document.xml' ? 1 : 2;
}

/** The same name for the same key, counted from 1 in the order of appearance. */
function counted(known: Map<string, string>, key: string, prefix: string): string {
  const name = known.get(key) ?? `${prefix}${known.size + 1}`;
  known.set(key, name);
  return name;
}

function contentOf(entry: ZipEntry): Uint8Array {
  return entry.method === 0 ? entry.stored : inflateRawSync(entry.stored, { maxOutputLength: entry.size });
}

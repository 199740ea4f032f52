import { inflateRawSync } from 'node:zlib';
import { type Document, Packer } from 'docx';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { deflateEntry, readZip, writeZip, type ZipEntry } from '../../src/redline/ooxml/index.ts';

/** The library links hyperlinks by random identifiers; ours count. */
const RANDOM_LINK = /rId[\w-]{21}/g;
const NOW = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/**
 * The document as a file that is the same byte for byte each time: no clock and no chance is left in it.
 *
 * @param date what the file says of when it was made, ISO 8601 in UTC.
 */
export async function pack(document: Document, date: string): Promise<Uint8Array> {
  const packed = await Packer.toBuffer(document);
  const links = new Map<string, string>();
  const entries = readZip(packed, nodeCodec, DEFAULT_LIMITS)
    .filter((entry) => !entry.name.endsWith('/'))
    .sort((a, b) => order(a.name) - order(b.name) || (a.name < b.name ? -1 : 1))
    .map((entry) => {
      const text = nodeCodec.decodeUtf8(contentOf(entry));
      const steady = text.replace(RANDOM_LINK, (link) => steadyLink(links, link));
      const dated = entry.name === 'docProps/core.xml' ? steady.replace(NOW, date) : steady;
      return deflateEntry(entry.name, nodeCodec.encodeUtf8(dated), nodeCodec);
    });
  return writeZip(entries, nodeCodec);
}

/** The content types come first, as the Open Packaging Conventions recommend, and a part before its relationships. */
function order(name: string): number {
  return name === '[Content_Types].xml' ? 0 : name === 'word/document.xml' ? 1 : 2;
}

function steadyLink(links: Map<string, string>, link: string): string {
  const known = links.get(link) ?? `rIdLink${links.size + 1}`;
  links.set(link, known);
  return known;
}

function contentOf(entry: ZipEntry): Uint8Array {
  return entry.method === 0 ? entry.stored : inflateRawSync(entry.stored, { maxOutputLength: entry.size });
}

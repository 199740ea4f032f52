import { deflateRawSync, inflateRawSync } from 'node:zlib';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * The floor under every redline: inflate both `word/document.xml`, scan each once, write one back, deflate it.
 * Nothing is compared.
 *
 * @returns bytes written, so that no step can be left out.
 */
export function bareWork(original: Uint8Array, modified: Uint8Array): number {
  const pieces = scan(inflateDocument(original));
  scan(inflateDocument(modified));
  return deflateRawSync(encoder.encode(pieces.join('')), { level: 6 }).length;
}

/** The text cut at every tag. */
function scan(xml: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < xml.length) {
    const open = xml.indexOf('<', at);
    if (open < 0) break;
    if (open > at) pieces.push(xml.slice(at, open));
    const close = xml.indexOf('>', open);
    if (close < 0) break;
    pieces.push(xml.slice(open, close + 1));
    at = close + 1;
  }
  pieces.push(xml.slice(at));
  return pieces;
}

const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** The main part of a package (APPNOTE.TXT 4.3), found through the central directory; of a package known to be good. */
function inflateDocument(file: Uint8Array): string {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  let at = view.getUint32(end + 16, true);
  while (view.getUint32(at, true) === CENTRAL) {
    const nameLength = view.getUint16(at + 28, true);
    const name = decoder.decode(file.subarray(at + 46, at + 46 + nameLength));
    if (name === 'word/document.xml') return inflateEntry(file, view, at);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  throw new Error('no word/document.xml');
}

function inflateEntry(file: Uint8Array, view: DataView, central: number): string {
  const local = view.getUint32(central + 42, true);
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const data = file.subarray(start, start + view.getUint32(central + 20, true));
  return decoder.decode(view.getUint16(central + 10, true) === 0 ? data : inflateRawSync(data));
}

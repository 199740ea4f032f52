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
  const xml = inflateDocument(original);
  const written = scan(xml).map((token) => xml.slice(token.start, token.end));
  scan(inflateDocument(modified));
  return deflateRawSync(encoder.encode(written.join('')), { level: 6 }).length;
}

/** What every reader has to know of XML, and where it stands, so that what is not changed can be written as it was. */
interface Token {
  readonly kind: 'text' | 'start' | 'end' | 'other';
  readonly start: number;
  readonly end: number;
  /** Of a tag. */
  readonly name: string;
  /** Name and value in turns. */
  readonly attributes: readonly string[];
  /** Of character data; as values are, with entities put in. */
  readonly text: string;
}

const NO_ATTRIBUTES: readonly string[] = [];

/** A document known to be well-formed as its tokens, end to end. */
function scan(xml: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < xml.length) {
    const token = xml.charCodeAt(at) === LESS ? tagAt(xml, at) : textAt(xml, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

const [QUOTE, APOSTROPHE, SLASH, LESS, GREATER, BLANK] = [34, 39, 47, 60, 62, 32];

function textAt(xml: string, start: number): Token {
  const next = xml.indexOf('<', start);
  const end = next < 0 ? xml.length : next;
  return { kind: 'text', start, end, name: '', attributes: NO_ATTRIBUTES, text: decoded(xml, start, end) };
}

function tagAt(xml: string, start: number): Token {
  const mark = xml[start + 1];
  if (mark === '!' || mark === '?') {
    const end = endOfOther(xml, start);
    return { kind: 'other', start, end, name: '', attributes: NO_ATTRIBUTES, text: '' };
  }
  const kind = mark === '/' ? 'end' : 'start';
  let at = nameEnd(xml, kind === 'end' ? start + 2 : start + 1);
  const name = xml.slice(kind === 'end' ? start + 2 : start + 1, at);
  const attributes: string[] = [];
  for (;;) {
    const c = xml.charCodeAt(at);
    if (c === GREATER) break;
    if (c <= BLANK || c === SLASH) {
      at += 1;
      continue;
    }
    const equals = xml.indexOf('=', at);
    let open = equals + 1;
    while (xml.charCodeAt(open) !== QUOTE && xml.charCodeAt(open) !== APOSTROPHE) open += 1;
    const close = xml.indexOf(xml[open] ?? '"', open + 1);
    attributes.push(xml.slice(at, nameEnd(xml, at)), decoded(xml, open + 1, close));
    at = close + 1;
  }
  return { kind, start, end: at + 1, name, attributes, text: '' };
}

/** The first blank, `=`, `/` or `>` from `at`. */
function nameEnd(xml: string, at: number): number {
  for (let i = at; ; i++) {
    const c = xml.charCodeAt(i);
    if (c <= BLANK || c === 61 || c === SLASH || c === GREATER) return i;
  }
}

function endOfOther(xml: string, start: number): number {
  const close = xml.startsWith('<!--', start) ? '-->' : xml.startsWith('<![CDATA[', start) ? ']]>' : '>';
  return xml.indexOf(close, start) + close.length;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decoded(xml: string, start: number, end: number): string {
  const text = xml.slice(start, end);
  if (!text.includes('&')) return text;
  return text.replace(/&(#x?)?(\w+);/g, (whole, numeric: string | undefined, name: string) =>
    numeric === undefined
      ? (ENTITIES[name] ?? whole)
      : String.fromCodePoint(Number.parseInt(name, numeric === '#x' ? 16 : 10)),
  );
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

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { nodeCodec } from '../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../src/redline/index.ts';
import { deflateEntry, readZip, writeZip } from '../src/redline/ooxml/index.ts';

const sample = resolve(import.meta.dirname, '../dist/sample');
const DOCUMENT = 'word/document.xml';

/** Two versions of a document that were made for a measurement. */
export interface GeneratedPair {
  readonly original: Uint8Array;
  readonly modified: Uint8Array;
  /** Bytes of the original's main part. */
  readonly size: number;
}

/** A version of our own sample that can be repeated. */
interface Version {
  readonly file: Uint8Array;
  readonly head: string;
  /** The content of the body as it stands, and what may come again behind it. */
  readonly content: string;
  readonly again: string;
  readonly tail: string;
}

/** The main part of a document, where it has its usual name. */
function mainPart(file: Uint8Array): string {
  const entry = readZip(file, nodeCodec, DEFAULT_LIMITS).find((e) => e.name === DOCUMENT);
  if (entry === undefined) return '';
  return nodeCodec.decodeUtf8(entry.method === 0 ? entry.stored : inflateRawSync(entry.stored));
}

/** Words of the main part. */
export function wordsOfDocument(file: Uint8Array): number {
  return wordsIn(mainPart(file));
}

function readVersion(name: string): Version {
  const file = new Uint8Array(readFileSync(join(sample, `${name}.docx`)));
  const xml = mainPart(file);
  const start = xml.indexOf('<w:body>') + '<w:body>'.length;
  const end = xml.lastIndexOf('<w:sectPr');
  const content = xml.slice(start, end);
  return { file, head: xml.slice(0, start), content, again: repeatable(content), tail: xml.slice(end) };
}

/** Without what a document has once: names of places, and references to notes. */
function repeatable(content: string): string {
  return content
    .replace(/<w:bookmark(?:Start|End)\b[^>]*>/g, '')
    .replace(/<w:r>(?:<w:rPr>(?:(?!<\/w:rPr>).)*<\/w:rPr>)?<w:footnoteReference\b[^>]*><\/w:r>/g, '');
}

/** Each repetition speaks of its own parties and terms, so that few paragraphs are equal. */
function varied(content: string, copy: number): string {
  return content.replace(/\b(?:Supplier|Customer|Services|Agreement|Schedule|days)\b/g, `$& ${copy}`);
}

function withBody(version: Version, body: string): Uint8Array {
  const entries = readZip(version.file, nodeCodec, DEFAULT_LIMITS).map((entry) =>
    entry.name === DOCUMENT
      ? deflateEntry(DOCUMENT, nodeCodec.encodeUtf8(version.head + body + version.tail), nodeCodec)
      : entry,
  );
  return writeZip(entries, nodeCodec);
}

/** Our own sample so many times over; every fourth repetition was edited as the sample was. */
function ordinaryPair(copies: number): GeneratedPair {
  const [before, after] = [readVersion('original'), readVersion('modified')];
  const [left, right] = [[before.content], [after.content]];
  for (let copy = 1; copy < copies; copy++) {
    left.push(varied(before.again, copy));
    right.push(varied(copy % 4 === 0 ? after.again : before.again, copy));
  }
  const body = left.join('');
  return {
    original: withBody(before, body),
    modified: withBody(after, right.join('')),
    size: Buffer.byteLength(body),
  };
}

const wordsIn = (xml: string): number => (xml.replace(/<[^>]*>/g, ' ').match(/[\p{L}\p{N}]+/gu) ?? []).length;

/** About so many words of it. */
export function pairOfWords(words: number): GeneratedPair {
  return ordinaryPair(Math.max(1, Math.round(words / wordsIn(readVersion('original').content))));
}

/** About so many bytes of it. */
export function pairOfSize(bytes: number): GeneratedPair {
  return ordinaryPair(Math.max(1, Math.round(bytes / Buffer.byteLength(readVersion('original').content))));
}

/** The sample's package around other bodies. */
export function pairOfBodies(original: string, modified: string): GeneratedPair {
  const version = readVersion('original');
  return {
    original: withBody(version, original),
    modified: withBody(version, modified),
    size: Buffer.byteLength(original),
  };
}

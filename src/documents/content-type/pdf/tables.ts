import type { SourceReader } from '../source.ts';
import { parseAt, readObject, readStream } from './file.ts';
import type { PdfParser } from './parser.ts';
import { isDict, isWhole, type PdfDict, PdfSyntaxError, type PdfValue } from './values.ts';

/** Where an object stands: at an offset, or as one of those in a container. */
export type Place =
  | { readonly kind: 'at'; readonly offset: number }
  | { readonly kind: 'in'; readonly container: number };

/** One table of objects (ISO 32000-1 § 7.5.4 and 7.5.8). It is asked, not copied: files can hold a million objects. */
export interface Table {
  /** `null` for an object that is free; `undefined` for one that the table does not tell of. */
  find(number: number): Promise<Place | null | undefined>;
}

/** Tables that follow each other: each saved change of a PDF adds one. */
const MOST_TABLES = 4096;
/** Bytes of all tables that are held: those that are streams. */
const MOST_TABLE_BYTES = 32 * 1024 * 1024;
const ENTRY_BYTES = 20;
const MOST_SUBSECTIONS = 100_000;

interface Section {
  readonly table: Table;
  readonly trailer: PdfDict;
  readonly bytes: number;
}

/** All tables of a file, the latest first, with the latest trailer. @throws {PdfSyntaxError} */
export async function readTables(
  reader: SourceReader,
  base: number,
): Promise<{ readonly tables: readonly Table[]; readonly trailer: PdfDict }> {
  const tables: Table[] = [];
  const seen = new Set<number>();
  let latest: PdfDict | undefined;
  let held = 0;
  // A table may name one for readers of streams before the one of the change before (§ 7.5.8.4).
  for (const ahead = [await startOfTables(reader)]; ahead.length > 0; ) {
    const at = ahead.pop() ?? 0;
    if (seen.has(at)) continue;
    seen.add(at);
    const section = await readSection(reader, base, base + at);
    held += section.bytes;
    if (seen.size > MOST_TABLES || held > MOST_TABLE_BYTES)
      throw new PdfSyntaxError('There are too many tables.');
    tables.push(section.table);
    latest ??= section.trailer;
    for (const next of [section.trailer.get('Prev'), section.trailer.get('XRefStm')]) {
      if (isWhole(next)) ahead.push(next);
    }
  }
  if (latest === undefined) throw new PdfSyntaxError('There is no table of objects.');
  return { tables, trailer: latest };
}

/** What stands behind the last `startxref` (§ 7.5.5). */
async function startOfTables(reader: SourceReader): Promise<number> {
  const tail = await reader.upTo(Math.max(0, reader.size - 2048), 2048);
  const text = Buffer.from(tail).toString('latin1');
  const start = /startxref\s+(\d{1,12})/.exec(text.slice(Math.max(0, text.lastIndexOf('startxref'))))?.[1];
  if (start === undefined) throw new PdfSyntaxError('The end of the PDF is missing.');
  return Number(start);
}

async function readSection(reader: SourceReader, base: number, at: number): Promise<Section> {
  const isPlain = await parseAt(reader, at, (parser) => parser.token() === 'xref');
  return isPlain ? await readPlainTable(reader, base, at) : await readStreamTable(reader, base, at);
}

/** Objects from `first` on: `count` entries of 20 bytes at `at`. */
interface Subsection {
  readonly first: number;
  readonly count: number;
  readonly at: number;
}

async function readPlainTable(reader: SourceReader, base: number, start: number): Promise<Section> {
  const subsections: Subsection[] = [];
  let at =
    start +
    (await parseAt(reader, start, (parser) => {
      parser.token();
      return parser.at;
    }));
  for (;;) {
    const head = await parseAt(reader, at, headOfSubsection);
    if (head === 'trailer') break;
    subsections.push({ ...head, at: at + head.length });
    if (subsections.length > MOST_SUBSECTIONS) throw new PdfSyntaxError('A table has too many parts.');
    at += head.length + head.count * ENTRY_BYTES;
  }
  const trailer = await parseAt(reader, at, afterKeyword);
  if (!isDict(trailer)) throw new PdfSyntaxError('The trailer of the PDF cannot be read.');
  const find = async (number: number): Promise<Place | null | undefined> => {
    const part = subsections.find(({ first, count }) => number >= first && number < first + count);
    return part && (await readEntry(reader, base, part.at + (number - part.first) * ENTRY_BYTES));
  };
  return { table: { find }, trailer, bytes: 0 };
}

/** The object behind a keyword, such as `trailer`. */
export function afterKeyword(parser: PdfParser): PdfValue {
  parser.token();
  return parser.value();
}

function headOfSubsection(
  parser: PdfParser,
): 'trailer' | { readonly first: number; readonly count: number; readonly length: number } {
  const first = parser.token();
  if (first === 'trailer') return 'trailer';
  const count = parser.token();
  if (!/^\d{1,10}$/.test(first) || !/^\d{1,10}$/.test(count)) throw new PdfSyntaxError('A table is damaged.');
  parser.skipSpace();
  return { first: Number(first), count: Number(count), length: parser.at };
}

async function readEntry(reader: SourceReader, base: number, at: number): Promise<Place | null> {
  const entry = /^(\d{10}) (\d{5}) ([nf])/.exec(Buffer.from(await reader.bytes(at, 18)).toString('latin1'));
  if (entry === null) throw new PdfSyntaxError('A table is damaged.');
  return entry[3] === 'f' ? null : { kind: 'at', offset: base + Number(entry[1]) };
}

async function readStreamTable(reader: SourceReader, base: number, at: number): Promise<Section> {
  const { dict, bytes } = await readStream(reader, await readObject(reader, at), async () => null);
  const widths = numbers(dict.get('W'));
  const [kindWidth = 0, secondWidth = 0, thirdWidth = 0] = widths;
  const length = kindWidth + secondWidth + thirdWidth;
  if (
    dict.get('Type') !== '/XRef' ||
    widths.length < 3 ||
    length === 0 ||
    widths.some((width) => width > 8)
  ) {
    throw new PdfSyntaxError('A table is damaged.');
  }
  const size = dict.get('Size');
  const index = dict.has('Index') ? numbers(dict.get('Index')) : [0, isWhole(size) ? size : 0];
  const field = (from: number, width: number): number => {
    let value = 0;
    for (let n = 0; n < width; n += 1) value = value * 256 + (bytes[from + n] ?? 0);
    return value;
  };
  const find = async (number: number): Promise<Place | null | undefined> => {
    const row = rowOf(index, number);
    if (row === undefined || (row + 1) * length > bytes.length) return undefined;
    const kind = kindWidth === 0 ? 1 : field(row * length, kindWidth);
    const second = field(row * length + kindWidth, secondWidth);
    if (kind === 1) return { kind: 'at', offset: base + second };
    return kind === 2 ? { kind: 'in', container: second } : null;
  };
  return { table: { find }, trailer: dict, bytes: bytes.length };
}

/** Which row tells of an object. @param index pairs of a first object and a count. */
function rowOf(index: readonly number[], number: number): number | undefined {
  let before = 0;
  for (let n = 0; n + 1 < index.length; n += 2) {
    const [first = 0, count = 0] = [index[n], index[n + 1]];
    if (number >= first && number < first + count) return before + number - first;
    before += count;
  }
  return undefined;
}

function numbers(value: PdfValue | undefined): number[] {
  if (!Array.isArray(value) || !value.every(isWhole)) throw new PdfSyntaxError('A table is damaged.');
  return value;
}

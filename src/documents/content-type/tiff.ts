import { CONTENT_TYPES, type ContentDescription, damagedFile } from './formats.ts';
import type { SourceReader } from './source.ts';

/** A TIFF may have so many directories; at 8 pages a second nobody scans more in a working day. */
const MOST_DIRECTORIES = 100_000;

/** Tags of TIFF 6.0 § 8 and § 15. */
const TAG = {
  subfileType: 254,
  width: 256,
  height: 257,
  stripOffsets: 273,
  tileOffsets: 324,
  jpegOffset: 513,
} as const;

/** Bits of the subfile type: a smaller copy of another page, a mask of another page. */
const NO_PAGE = 0b101;

/** How numbers are written: TIFF 6.0 has offsets of 4 bytes, BigTIFF of 8. */
interface Layout {
  readonly little: boolean;
  readonly big: boolean;
}

interface Directory {
  readonly tags: ReadonlyMap<number, number>;
  /** Offset of the next one; 0 behind the last. */
  readonly next: number;
}

/** TIFF 6.0 or BigTIFF in either byte order: its chain of directories, each of which must describe a picture. */
export async function describeTiff(reader: SourceReader): Promise<ContentDescription> {
  const { layout, first } = await readHeader(reader);
  const seen = new Set<number>();
  let pages = 0;
  let size: { readonly width: number; readonly height: number } | undefined;
  for (let at = first; at !== 0; ) {
    if (seen.has(at) || seen.size >= MOST_DIRECTORIES) throw damagedFile('TIFF');
    seen.add(at);
    const { tags, next } = await readDirectory(reader, layout, at);
    const picture = pictureOf(tags);
    const isPage = ((tags.get(TAG.subfileType) ?? 0) & NO_PAGE) === 0;
    if (isPage) pages += 1;
    size ??= picture;
    at = next;
  }
  if (size === undefined) throw damagedFile('TIFF');
  return { type: CONTENT_TYPES.tiff, pages: Math.max(1, pages), ...size };
}

async function readHeader(reader: SourceReader): Promise<{ layout: Layout; first: number }> {
  const view = await reader.view(0, 8);
  const little = view.getUint8(0) === 0x49;
  const big = view.getUint16(2, little) === 43;
  const layout = { little, big };
  if (!big) return { layout, first: view.getUint32(4, little) };
  // BigTIFF: size of offsets, always 8, and a zero; then the offset.
  if (view.getUint16(4, little) !== 8 || view.getUint16(6, little) !== 0) throw damagedFile('TIFF');
  return { layout, first: offset(await reader.view(8, 8), 0, layout) };
}

async function readDirectory(reader: SourceReader, layout: Layout, at: number): Promise<Directory> {
  const countBytes = layout.big ? 8 : 2;
  const entryBytes = layout.big ? 20 : 12;
  const head = await reader.view(at, countBytes);
  const count = layout.big ? offset(head, 0, layout) : head.getUint16(0, layout.little);
  if (count === 0 || count > 0xffff) throw damagedFile('TIFF');
  const tags = new Map<number, number>();
  for (let n = 0; n < count; n += 1) {
    const entry = await reader.view(at + countBytes + n * entryBytes, entryBytes);
    tags.set(entry.getUint16(0, layout.little), firstValue(entry, layout));
  }
  const end = at + countBytes + count * entryBytes;
  const next = layout.big
    ? offset(await reader.view(end, 8), 0, layout)
    : (await reader.view(end, 4)).getUint32(0, layout.little);
  return { tags, next };
}

/** The value of an entry that holds a single number; for longer ones where they stand. */
function firstValue(entry: DataView, { little, big }: Layout): number {
  const at = big ? 12 : 8;
  const SHORT = 3;
  return entry.getUint16(2, little) === SHORT ? entry.getUint16(at, little) : entry.getUint32(at, little);
}

function pictureOf(tags: ReadonlyMap<number, number>): { readonly width: number; readonly height: number } {
  const [width = 0, height = 0] = [tags.get(TAG.width), tags.get(TAG.height)];
  const hasData = [TAG.stripOffsets, TAG.tileOffsets, TAG.jpegOffset].some((tag) => tags.has(tag));
  if (width === 0 || height === 0 || !hasData) throw damagedFile('TIFF');
  return { width, height };
}

function offset(view: DataView, at: number, { little, big }: Layout): number {
  return big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little);
}

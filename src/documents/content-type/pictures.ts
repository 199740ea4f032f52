import { crc32 } from 'node:zlib';
import { CONTENT_TYPES, type ContentDescription, damagedFile } from './formats.ts';
import type { SourceReader } from './source.ts';

/** A picture with more chunks or segments is no picture that a program wrote; 50 MB in chunks of 8 KiB have 6,400. */
const MOST_PIECES = 100_000;

const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;

/** PNG (ISO/IEC 15948): its chunks from the header, whose checksum is checked, to the end. */
export async function describePng(reader: SourceReader): Promise<ContentDescription> {
  const header = await reader.view(8, 25);
  const [width, height] = [header.getUint32(8), header.getUint32(12)];
  const intact = crc32(new Uint8Array(header.buffer, header.byteOffset + 4, 17)) === header.getUint32(21);
  if (header.getUint32(0) !== 13 || header.getUint32(4) !== IHDR || !intact || width * height === 0) {
    throw damagedFile('PNG');
  }
  let hasData = false;
  for (let at = 33, pieces = 0; pieces < MOST_PIECES; pieces += 1) {
    const chunk = await reader.view(at, 12);
    const [length, type] = [chunk.getUint32(0), chunk.getUint32(4)];
    hasData ||= type === IDAT && length > 0;
    if (type === IEND && hasData) return { type: CONTENT_TYPES.png, pages: 1, width, height };
    if (type === IEND) break;
    at += 12 + length;
  }
  throw damagedFile('PNG');
}

/** Markers that stand alone: TEM and RST0 to RST7. */
const isBare = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
/** Start of a frame: C0 to CF without DHT, JPG and DAC. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** JPEG (ITU-T T.81 annex B): its segments up to the first scan, and an end of image behind that. */
export async function describeJpeg(reader: SourceReader): Promise<ContentDescription> {
  let size: { readonly width: number; readonly height: number } | undefined;
  for (let at = 2, pieces = 0; pieces < MOST_PIECES; pieces += 1) {
    const [fill, marker = 0] = await reader.bytes(at, 2);
    if (fill !== 0xff || marker === 0xd8 || marker === 0xd9 || marker === 0) break;
    if (marker === 0xff) at += 1;
    else if (isBare(marker)) at += 2;
    else {
      const length = (await reader.view(at + 2, 2)).getUint16(0);
      if (length < 2) break;
      if (isFrame(marker)) size = await frameSize(reader, at);
      at += 2 + length;
      if (marker !== START_OF_SCAN) continue;
      if (size === undefined || !(await endsBehind(reader, at))) break;
      return { type: CONTENT_TYPES.jpeg, pages: 1, ...size };
    }
  }
  throw damagedFile('JPEG');
}

async function frameSize(
  reader: SourceReader,
  at: number,
): Promise<{ readonly width: number; readonly height: number }> {
  const frame = await reader.view(at + 5, 4);
  const [height, width] = [frame.getUint16(0), frame.getUint16(2)];
  // A height of 0 is told by a segment behind the first scan (DNL), which no program writes.
  if (width * height === 0) throw damagedFile('JPEG');
  return { width, height };
}

/** Whether an end of image (FF D9) stands anywhere behind a place: cameras append data of their own. */
async function endsBehind(reader: SourceReader, from: number): Promise<boolean> {
  for await (const { bytes } of reader.windows(1, from)) {
    if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(END_OF_IMAGE) >= 0) return true;
  }
  return false;
}

import { crc32 } from 'node:zlib';

/** Records that were written together, as a line: the CRC-32 of the rest in eight hexadecimal digits, a blank, JSON, a line end. */
export interface Frame {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly records: readonly (readonly [tenant: string, text: string])[];
}

const CRC_DIGITS = 8;
const LINE_END = 0x0a;
const BLANK = 0x20;

export function encodeFrame({ at, records }: Frame): Uint8Array {
  const json = JSON.stringify([at, records]);
  return Buffer.from(`${checksum(Buffer.from(json))} ${json}\n`);
}

/**
 * The frames of a file that was made of zeros and is written from its start on, one frame after the other was flushed. So only the
 * last one can be incomplete: with zeros, which no frame has, or cut off. It was never acknowledged, and is left out.
 *
 * @returns `isDamaged` when anything else is not as it was written; the other frames are told all the same.
 */
export function decodeFrames(bytes: Uint8Array): {
  readonly frames: readonly Frame[];
  readonly isDamaged: boolean;
} {
  const end = endOf(bytes);
  const frames: Frame[] = [];
  let isDamaged = false;
  for (let at = 0; at < end; ) {
    const found = bytes.indexOf(LINE_END, at);
    const next = found < 0 || found >= end ? end : found + 1;
    const line = bytes.subarray(at, next);
    const frame = decodeLine(line);
    if (frame !== null) frames.push(frame);
    else if (next < end || (line.at(-1) === LINE_END && !line.includes(0))) isDamaged = true;
    at = next;
  }
  return { frames, isDamaged };
}

/** Where only zeros follow. */
function endOf(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

function decodeLine(line: Uint8Array): Frame | null {
  const json = line.subarray(CRC_DIGITS + 1, -1);
  if (line.at(-1) !== LINE_END || line[CRC_DIGITS] !== BLANK) return null;
  if (Buffer.from(line.subarray(0, CRC_DIGITS)).toString('latin1') !== checksum(json)) return null;
  // Nothing but `encodeFrame` makes such a line.
  const [at, records] = JSON.parse(Buffer.from(json).toString()) as [number, Frame['records']];
  return { at, records };
}

function checksum(json: Uint8Array): string {
  return crc32(json).toString(16).padStart(CRC_DIGITS, '0');
}

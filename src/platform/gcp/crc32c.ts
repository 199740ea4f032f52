/** How many bytes one step of the sum takes. */
const STEP = 8;

/**
 * CRC-32C (Castagnoli; RFC 3720, § 12.1), as Google's services check what they are sent: eight tables of 256, the n-th
 * for a byte that n others follow in the same step.
 */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(STEP * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let rest = byte;
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
    tables[byte] = rest;
  }
  for (let at = 256; at < tables.length; at += 1) {
    const before = entry(tables, at - 256);
    tables[at] = (before >>> 8) ^ entry(tables, before & 0xff);
  }
  return tables;
}

/** Only called with places that are there; the compiler cannot know. */
function entry(bytes: Int32Array | Uint8Array, at: number): number {
  return bytes[at] as number;
}

/** @returns a number from 0 to 2^32 - 1. @param before of the bytes in front, where they come in pieces. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let rest = ~before;
  let at = 0;
  for (const end = bytes.length - STEP; at <= end; at += STEP) {
    rest ^=
      entry(bytes, at) |
      (entry(bytes, at + 1) << 8) |
      (entry(bytes, at + 2) << 16) |
      (entry(bytes, at + 3) << 24);
    rest =
      entry(TABLES, 1792 + (rest & 0xff)) ^
      entry(TABLES, 1536 + ((rest >>> 8) & 0xff)) ^
      entry(TABLES, 1280 + ((rest >>> 16) & 0xff)) ^
      entry(TABLES, 1024 + (rest >>> 24)) ^
      entry(TABLES, 768 + entry(bytes, at + 4)) ^
      entry(TABLES, 512 + entry(bytes, at + 5)) ^
      entry(TABLES, 256 + entry(bytes, at + 6)) ^
      entry(TABLES, entry(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) rest = (rest >>> 8) ^ entry(TABLES, (rest ^ entry(bytes, at)) & 0xff);
  return ~rest >>> 0;
}

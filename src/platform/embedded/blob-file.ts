import type { BlobAttributes } from '../../documents/index.ts';

/** What stands in front of an object's bytes in its file. */
export interface Header {
  readonly generation: string;
  readonly attributes: BlobAttributes;
}

/** Four bytes of signature with the format's version, four bytes of the header's length (big-endian). */
export const PREAMBLE_BYTES = 8;
const SIGNATURE = [0x52, 0x4c, 0x42, 0x01] as const;
const MAX_HEADER_BYTES = 65_536;

/** Signature, length, and the header as JSON in UTF-8. */
export function encodeHeader(header: Header): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  if (json.length > MAX_HEADER_BYTES) throw new RangeError('The attributes of a blob are too long.');
  const bytes = new Uint8Array(PREAMBLE_BYTES + json.length);
  bytes.set(SIGNATURE);
  new DataView(bytes.buffer).setUint32(4, json.length);
  bytes.set(json, PREAMBLE_BYTES);
  return bytes;
}

/** @param rest reads the given number of bytes behind the preamble. */
export async function decodeHeader(
  preamble: Uint8Array,
  rest: (length: number) => Promise<Uint8Array>,
): Promise<{ header: Header; start: number }> {
  const length = new DataView(preamble.buffer, preamble.byteOffset).getUint32(4);
  if (SIGNATURE.some((byte, at) => preamble[at] !== byte) || length > MAX_HEADER_BYTES) {
    throw new Error('A stored object does not start with a header of this format.');
  }
  const header = JSON.parse(new TextDecoder().decode(await rest(length))) as Header;
  return { header, start: PREAMBLE_BYTES + length };
}

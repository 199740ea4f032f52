import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { OutsideError, type RandomBytes, systemRandom } from '../kit/index.ts';
import type { ByteRange } from './blob-store.ts';

/**
 * How contents are encrypted: segments under AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway and
 * Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", § 7), so that ranges open alone and
 * a segment that is missing, moved, added or foreign is found.
 *
 * ```
 * header    "RLS", 1 byte of version, 1 byte log2 of the segment size, 32 salt, 7 nonce prefix
 * segments  up to 65,536 bytes encrypted as they are, 16 of tag; all but the last are full; at least one
 * ```
 *
 * Each object has a key of its own: HKDF-SHA256(data key, salt, label | context). A segment's nonce is the prefix, its
 * number (4 bytes, big-endian) and 1 for the last segment, 0 for others. What the header says is thus part of key or
 * nonce, or has one allowed value.
 */
const FORMAT = Uint8Array.of(0x52, 0x4c, 0x53, 0x01, 16);
const LABEL = new TextEncoder().encode('redline sealed object, format 1\0');
const SALT_BYTES = 32;
const PREFIX_BYTES = 7;
export const HEADER_BYTES = FORMAT.length + SALT_BYTES + PREFIX_BYTES;
/** Bytes of plaintext in every segment but the last. */
export const SEGMENT_BYTES = 65_536;
export const TAG_BYTES = 16;
const KEY_BYTES = 32;
const CIPHER = 'aes-256-gcm';

/** What encrypts and decrypts the segments of one object. */
export interface SegmentKey {
  /** OpenSSL overwrites it once it is collected. Made of bytes for each segment anew it would cost more than the sealing. */
  readonly key: KeyObject;
  readonly prefix: Uint8Array;
}

/** Which segment of its object one is. */
export interface SegmentPlace {
  readonly index: number;
  readonly last: boolean;
}

/**
 * Seals what fits into memory.
 *
 * @param context what the object is, at most 900 bytes: the same must be given to open it.
 */
export function sealBytes(
  dataKey: Uint8Array,
  context: Uint8Array,
  plain: Uint8Array,
  random: RandomBytes = systemRandom,
): Uint8Array {
  const { header, key } = newObject(dataKey, context, random);
  const sealed = new Uint8Array(sealedSize(plain.length));
  sealed.set(header);
  const count = segmentCount(plain.length);
  for (let index = 0; index < count; index += 1) {
    const piece = plain.subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES);
    const place = { index, last: index === count - 1 };
    const [encrypted, tag] = sealSegment(key, piece, place);
    const at = HEADER_BYTES + index * (SEGMENT_BYTES + TAG_BYTES);
    sealed.set(encrypted, at);
    sealed.set(tag, at + encrypted.length);
  }
  return sealed;
}

/** @throws {OutsideError} `damaged` when this is not, to the last bit, what was sealed with the key and the context. */
export function openBytes(dataKey: Uint8Array, context: Uint8Array, sealed: Uint8Array): Uint8Array {
  const key = objectKey(dataKey, context, sealed.subarray(0, HEADER_BYTES));
  const full = SEGMENT_BYTES + TAG_BYTES;
  const count = Math.max(1, Math.ceil((sealed.length - HEADER_BYTES) / full));
  // An object that was cut within a tag has no room for what its whole segments hold.
  if (sealed.length - HEADER_BYTES - (count - 1) * full < TAG_BYTES) throw damaged();
  const plain = new Uint8Array(sealed.length - HEADER_BYTES - count * TAG_BYTES);
  for (let index = 0; index < count; index += 1) {
    const start = HEADER_BYTES + index * full;
    const place = { index, last: index === count - 1 };
    plain.set(openSegment(key, sealed.subarray(start, start + full), place), index * SEGMENT_BYTES);
  }
  return plain;
}

/** How many bytes so many bytes are when they are sealed. */
export function sealedSize(plainSize: number): number {
  return HEADER_BYTES + plainSize + segmentCount(plainSize) * TAG_BYTES;
}

/**
 * Which bytes of a sealed object open a range of the plaintext: the header and whole segments, in one range or two.
 *
 * @param plainSize bytes of the whole object before it was sealed.
 * @throws {RangeError} when the range does not lie within the object.
 */
export function sealedRanges(plainSize: number, range: ByteRange): readonly ByteRange[] {
  const { first, last } = segmentsOf(plainSize, range);
  const full = SEGMENT_BYTES + TAG_BYTES;
  const start = HEADER_BYTES + first * full;
  const end = Math.min(sealedSize(plainSize), HEADER_BYTES + (last + 1) * full);
  return first === 0
    ? [{ start: 0, end }]
    : [
        { start: 0, end: HEADER_BYTES },
        { start, end },
      ];
}

/** The first and the last segment that a range of the plaintext touches. */
export function segmentsOf(plainSize: number, { start, end }: ByteRange): { first: number; last: number } {
  if (!(start >= 0 && start < end && end <= plainSize)) {
    throw new RangeError('The range does not lie within the object.');
  }
  return { first: Math.floor(start / SEGMENT_BYTES), last: Math.floor((end - 1) / SEGMENT_BYTES) };
}

export function segmentCount(plainSize: number): number {
  return Math.max(1, Math.ceil(plainSize / SEGMENT_BYTES));
}

/** A header with fresh salt and prefix, and the key that belongs to it. */
export function newObject(
  dataKey: Uint8Array,
  context: Uint8Array,
  random: RandomBytes,
): { header: Uint8Array; key: SegmentKey } {
  const header = new Uint8Array(HEADER_BYTES);
  header.set(FORMAT);
  header.set(random(SALT_BYTES + PREFIX_BYTES), FORMAT.length);
  return { header, key: objectKey(dataKey, context, header) };
}

/** @throws {OutsideError} `damaged` when this is no header. */
export function objectKey(dataKey: Uint8Array, context: Uint8Array, header: Uint8Array): SegmentKey {
  assertDataKey(dataKey);
  if (header.length !== HEADER_BYTES || FORMAT.some((byte, at) => header[at] !== byte)) throw damaged();
  const salt = header.subarray(FORMAT.length, FORMAT.length + SALT_BYTES);
  const info = Buffer.concat([LABEL, context]);
  const bytes = new Uint8Array(hkdfSync('sha256', createSecretKey(dataKey), salt, info, KEY_BYTES));
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return { key, prefix: Uint8Array.from(header.subarray(FORMAT.length + SALT_BYTES)) };
}

/** Whoever encrypts with a key that was overwritten encrypts for nobody, or for everybody. */
export function assertDataKey(dataKey: Uint8Array): void {
  if (dataKey.length !== KEY_BYTES) throw new TypeError('A data key has 32 bytes.');
  if (dataKey.every((byte) => byte === 0)) throw new TypeError('The data key was overwritten.');
}

/** A segment as it is stored, in two pieces: what is encrypted (it is as long as `plain`), and the tag behind it. */
export function sealSegment(
  { key, prefix }: SegmentKey,
  plain: Uint8Array,
  place: SegmentPlace,
): readonly [Uint8Array, Uint8Array] {
  const cipher = createCipheriv(CIPHER, key, nonceOf(prefix, place), { authTagLength: TAG_BYTES });
  const encrypted = cipher.update(plain);
  // GCM is a stream cipher: nothing is left for the end but the tag.
  cipher.final();
  return [encrypted, cipher.getAuthTag()];
}

/** @throws {OutsideError} `damaged` when it is not the segment of this key in this place. */
export function openSegment(
  { key, prefix }: SegmentKey,
  sealed: Uint8Array,
  place: SegmentPlace,
): Uint8Array {
  const size = sealed.length - TAG_BYTES;
  if (size < 0) throw damaged();
  const decipher = createDecipheriv(CIPHER, key, nonceOf(prefix, place), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(size));
  const plain = decipher.update(sealed.subarray(0, size));
  try {
    decipher.final();
  } catch {
    throw damaged();
  }
  return plain;
}

export function damaged(): OutsideError {
  return new OutsideError('BlobStore', 'damaged', 'A stored object is not what was written.');
}

function nonceOf(prefix: Uint8Array, { index, last }: SegmentPlace): Uint8Array {
  const nonce = Buffer.alloc(PREFIX_BYTES + 5);
  nonce.set(prefix);
  // Throws behind 2^32 - 1, so that no nonce comes twice.
  nonce.writeUInt32BE(index, PREFIX_BYTES);
  nonce[PREFIX_BYTES + 4] = last ? 1 : 0;
  return nonce;
}

import type { Codec } from '../codec.ts';
import { joinedCrc } from './crc.ts';
import { DOS_EPOCH, deflateEntry, type ZipEntry } from './zip.ts';

// The text of a part is packed in stretches, each of which goes on where the one before ends: one DEFLATE stream (RFC 1951),
// of which all but what is new can be kept when a part changes in one place. Where stretches end depends on nothing but
// the words there and how far the last end is: the same text gives the same bytes, however it came to be.

/** UTF-16 units that a stretch has at least, but for the last one. */
export const LEAST = 128 * 1024;
const END = '</w:p>';
/** UTF-16 units in front of an end that say whether it is one; one in 16 is. */
const LOOKED_AT = 256;
const ONE_IN_BITS = 4;
/** How far DEFLATE refers back, in bytes (RFC 1951 §2). */
const REACH = 32 * 1024;

/** A run of a part's text, packed. */
export interface Stretch {
  readonly packed: Uint8Array;
  readonly crc: number;
  /** Bytes, unpacked. */
  readonly size: number;
  /** The last of these bytes, which the next stretch may refer to; the last stretch has none. */
  readonly tail: Uint8Array | undefined;
}

/**
 * Where the stretch ends that begins at an offset.
 *
 * @returns `undefined` when it goes on behind the text
 */
export function stretchEnd(text: string, from: number): number | undefined {
  for (let at = text.indexOf(END, from + LEAST); at >= 0; at = text.indexOf(END, at + 1))
    if (isEnd(text, at + END.length)) return at + END.length;
  return undefined;
}

function isEnd(text: string, end: number): boolean {
  let hash = 0;
  for (let i = end - LOOKED_AT; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> (32 - ONE_IN_BITS) === 0;
}

/** @param before  the tail of the stretch in front of it */
export function packStretch(
  text: string,
  { before, last }: { readonly before: Uint8Array | undefined; readonly last: boolean },
  codec: Codec,
): Stretch {
  const data = codec.encodeUtf8(text);
  return {
    packed: codec.deflateRaw(data, { before, last }),
    crc: codec.crc32(data),
    size: data.length,
    tail: last ? undefined : data.slice(-REACH),
  };
}

/** All stretches of a part as its entry; `undefined` where packing would not make it shorter. */
export function entryOf(name: string, stretches: readonly Stretch[]): ZipEntry | undefined {
  let [crc, size, length] = [0, 0, 0];
  for (const stretch of stretches) {
    crc = joinedCrc(crc, stretch.crc, stretch.size);
    size += stretch.size;
    length += stretch.packed.length;
  }
  if (length >= size) return undefined;
  const [first] = stretches;
  const stored = stretches.length === 1 && first ? first.packed : new Uint8Array(length);
  let at = 0;
  for (const { packed } of stored === first?.packed ? [] : stretches) {
    stored.set(packed, at);
    at += packed.length;
  }
  return { name, method: 8, crc, size, dosTime: DOS_EPOCH, stored };
}

/** An entry made from a text. */
export function textEntry(name: string, part: string, codec: Codec): ZipEntry {
  const text = asUtf8(part);
  const stretches: Stretch[] = [];
  for (let from = 0; from < text.length; ) {
    const end = stretchEnd(text, from) ?? text.length;
    const around = { before: stretches.at(-1)?.tail, last: end === text.length };
    stretches.push(packStretch(text.slice(from, end), around, codec));
    from = end;
  }
  return entryOf(name, stretches) ?? deflateEntry(name, codec.encodeUtf8(text), codec);
}

/** The declaration of a part that was read from UTF-16 must tell the truth once it is written as UTF-8. */
export function asUtf8(text: string): string {
  // A part that tells the truth already is not copied.
  if (/^<\?xml[^>]*?encoding\s*=\s*["']UTF-8["']/.test(text)) return text;
  return text.replace(/^\uFEFF/, '').replace(/^(<\?xml[^>]*?encoding\s*=\s*["'])[\w-]+(["'])/, '$1UTF-8$2');
}

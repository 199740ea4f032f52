import { type RandomBytes, systemRandom } from '../kit/index.ts';
import type { BlobBody, ByteRange } from './blob-store.ts';
import { PieceReader } from './piece-reader.ts';
import {
  assertDataKey,
  damaged,
  HEADER_BYTES,
  newObject,
  objectKey,
  openSegment,
  SEGMENT_BYTES,
  type SegmentKey,
  sealSegment,
  segmentCount,
  segmentsOf,
  TAG_BYTES,
} from './sealing.ts';

/**
 * Seals a body of any length while it passes; holds one segment. The data key is not looked at after the call.
 *
 * @param context what the object is, at most 900 bytes: the same must be given to open it.
 * @throws what the body throws.
 */
export function seal(
  dataKey: Uint8Array,
  context: Uint8Array,
  body: BlobBody,
  random: RandomBytes = systemRandom,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { header, key } = newObject(dataKey, context, random);
  return sealPieces(header, key, body instanceof Uint8Array ? [body] : body);
}

/**
 * Opens a sealed object while it passes; holds one segment, and hands on nothing that was not verified. Only when the
 * last byte was read is it sure that none is missing. The data key is not looked at after the call.
 *
 * @throws {OutsideError} `damaged`, while it is read, when this is not what was sealed with the key and the context;
 *   whatever the stream throws.
 */
export function open(
  dataKey: Uint8Array,
  context: Uint8Array,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  return openPieces(keyAtHeader(dataKey, context), sealed, { first: 0, endsObject: true });
}

/**
 * Opens a range alone.
 *
 * @param plainSize bytes of the whole object before it was sealed.
 * @param sealed the bytes that `sealedRanges` names, one range behind the other.
 * @throws {OutsideError} as `open` does.
 */
export function openRange(
  dataKey: Uint8Array,
  context: Uint8Array,
  { plainSize, range }: { plainSize: number; range: ByteRange },
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { first, last } = segmentsOf(plainSize, range);
  const endsObject = last === segmentCount(plainSize) - 1;
  const pieces = openPieces(keyAtHeader(dataKey, context), sealed, { first, endsObject });
  const skipped = first * SEGMENT_BYTES;
  const held = Math.min(plainSize, (last + 1) * SEGMENT_BYTES) - skipped;
  return cut(pieces, { start: range.start - skipped, end: range.end - skipped }, held);
}

async function* sealPieces(
  header: Uint8Array,
  key: SegmentKey,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new PieceReader(body, SEGMENT_BYTES);
  try {
    yield header;
    for (let index = 0, last = false; !last; index += 1) {
      const plain = await reader.take(SEGMENT_BYTES);
      last = await reader.atEnd();
      yield* sealSegment(key, plain, { index, last });
    }
  } finally {
    await reader.close();
  }
}

async function* openPieces(
  keyOf: (header: Uint8Array) => SegmentKey,
  sealed: AsyncIterable<Uint8Array>,
  { first, endsObject }: { first: number; endsObject: boolean },
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new PieceReader(sealed, SEGMENT_BYTES + TAG_BYTES);
  let key: SegmentKey | undefined;
  try {
    key = keyOf(await reader.take(HEADER_BYTES));
    for (let index = first, end = false; !end; index += 1) {
      const segment = await reader.take(SEGMENT_BYTES + TAG_BYTES);
      end = await reader.atEnd();
      const plain = openSegment(key, segment, { index, last: end && endsObject });
      if (plain.length > 0) yield plain;
    }
  } finally {
    await reader.close();
  }
}

/** The part of a stream that a range names. @param size bytes that the stream must have. */
async function* cut(
  pieces: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
    at += piece.length;
    if (part.length > 0) yield part;
  }
  if (at !== size) throw damaged();
}

/** The object's key follows from its header, which is read later: by then the caller may have overwritten the data key. */
function keyAtHeader(dataKey: Uint8Array, context: Uint8Array): (header: Uint8Array) => SegmentKey {
  assertDataKey(dataKey);
  const copy = Uint8Array.from(dataKey);
  return (header) => {
    try {
      return objectKey(copy, context, header);
    } finally {
      copy.fill(0);
    }
  };
}

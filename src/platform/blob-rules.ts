import type { ABSENT, BlobAttributes, ByteRange } from '../documents/index.ts';

/** The port's `ABSENT`: a platform sees the types of other rooms, not their values. */
export const NO_GENERATION: typeof ABSENT = '0';

const NAME = /^(?=.{1,200}$)[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/;
const PREFIX = /^(?=.{0,200}$)(?:[a-z0-9_-]+\/)*[a-z0-9_-]*$/;
const ATTRIBUTE_KEY = /^[a-z0-9]{1,64}$/;
const CONTROL = /\p{Cc}/u;
const MAX_ATTRIBUTE_BYTES = 1024;

/** @throws {TypeError} when the port does not allow the name. */
export function checkName(name: string): void {
  if (!NAME.test(name)) throw new TypeError('Not a name of a blob.');
}

/** @throws {TypeError} when no name that the port allows could start like this, or lie behind it. */
export function checkPrefix(prefix: string, after: string): void {
  if (!PREFIX.test(prefix) || !PREFIX.test(after)) throw new TypeError('Not a start of names of blobs.');
}

/** @throws {TypeError} when the port does not allow the attributes. */
export function checkAttributes(attributes: BlobAttributes): void {
  const entries = Object.entries(attributes);
  const allowed = entries.every(([key, value]) => ATTRIBUTE_KEY.test(key) && !CONTROL.test(value));
  const bytes = new TextEncoder().encode(entries.flat().join('')).length;
  if (!allowed || bytes > MAX_ATTRIBUTE_BYTES) throw new TypeError('Not attributes of a blob.');
}

/** @throws {RangeError} when the range does not lie within an object of `size` bytes. */
export function checkRange(range: ByteRange, size: number): void {
  const { start, end } = range;
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!whole || start < 0 || start >= end || end > size) {
    throw new RangeError('The range does not lie within the blob.');
  }
}

/** A body as a sequence of pieces. */
export async function* piecesOf(body: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}

const GENERATION = /^[1-9][0-9]{0,18}$/;

/** Whether a text can be the generation of an object at all; what cannot is the generation of none. */
export function isGeneration(text: string): boolean {
  return GENERATION.test(text);
}

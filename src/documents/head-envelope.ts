import { OutsideError } from '../kit/index.ts';
import type { WrappedKey } from './key-service.ts';

// How a head is stored: signature with the format's version, length of the key's version, length of the wrapped key
// (both big-endian, 2 bytes), the two, and the sealed head.

const SIGNATURE = [0x52, 0x4c, 0x48, 0x01] as const;
const PREAMBLE_BYTES = 8;

/** Puts the wrapped key in front of what it sealed. */
export function wrapHead({ version, bytes }: WrappedKey, sealed: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(version);
  const body = new Uint8Array(PREAMBLE_BYTES + name.length + bytes.length + sealed.length);
  const view = new DataView(body.buffer);
  body.set(SIGNATURE);
  view.setUint16(4, name.length);
  view.setUint16(6, bytes.length);
  body.set(name, PREAMBLE_BYTES);
  body.set(bytes, PREAMBLE_BYTES + name.length);
  body.set(sealed, PREAMBLE_BYTES + name.length + bytes.length);
  return body;
}

/** @throws {OutsideError} `damaged` when it is no head, or one of a format that is not known. */
export function unwrapHead(body: Uint8Array): { readonly wrapped: WrappedKey; readonly sealed: Uint8Array } {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const known = body.length >= PREAMBLE_BYTES && SIGNATURE.every((byte, at) => body[at] === byte);
  const nameEnd = known ? PREAMBLE_BYTES + view.getUint16(4) : 0;
  const keyEnd = known ? nameEnd + view.getUint16(6) : 0;
  if (!known || keyEnd > body.length) {
    throw new OutsideError(
      'BlobStore',
      'damaged',
      'A stored head does not start as heads of this format do.',
    );
  }
  const version = new TextDecoder().decode(body.subarray(PREAMBLE_BYTES, nameEnd));
  return { wrapped: { version, bytes: body.slice(nameEnd, keyEnd) }, sealed: body.subarray(keyEnd) };
}

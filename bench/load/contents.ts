import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { deflateEntry, readZip, writeZip } from '../../src/redline/ooxml/index.ts';
import { pairOfSize } from '../generated.ts';

const PICTURE_BYTES = 2_000_000;
const sample = resolve(import.meta.dirname, '../../dist/sample/original.docx');

/** A document that is as large as it is because of its pictures, which cannot be compressed. @param bytes about. */
export function documentOfPictures(bytes: number): Uint8Array {
  return withPictures(new Uint8Array(readFileSync(sample)), bytes);
}

/** One with so many bytes of XML in its main part, and pictures besides. @param bytes about, of the file. */
export function documentOfText(xmlBytes: number, bytes: number): Uint8Array {
  return withPictures(pairOfSize(xmlBytes).original, bytes);
}

function withPictures(file: Uint8Array, bytes: number): Uint8Array {
  const entries = readZip(file, nodeCodec, DEFAULT_LIMITS);
  for (let left = bytes - file.length, number = 1; left > 0; left -= PICTURE_BYTES, number += 1) {
    const picture = new Uint8Array(randomBytes(Math.min(left, PICTURE_BYTES)));
    picture.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    entries.push(deflateEntry(`word/media/picture${number}.png`, picture, nodeCodec));
  }
  return writeZip(entries, nodeCodec);
}

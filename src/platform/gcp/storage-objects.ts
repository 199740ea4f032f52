import type { BlobInfo } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';

/** The fields of the JSON API's object resource that are used here. */
export interface ObjectResource {
  readonly name?: string;
  readonly size?: string | number;
  readonly generation?: string | number;
  /** RFC 3339: when this generation was written. */
  readonly timeCreated?: string;
  /** CRC-32C of the bytes: four of them, big-endian, in base64. */
  readonly crc32c?: string;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}

/** @throws {OutsideError} when the service answered with something else than an object. */
export function infoOf(
  resource: ObjectResource,
  otherwise: 'unavailable' | 'unclear' = 'unavailable',
): BlobInfo {
  const { name, size, generation, metadata } = resource;
  if (name === undefined || size === undefined || generation === undefined) throw noObject(otherwise);
  const attributes = Object.fromEntries(
    Object.entries(metadata ?? {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : [],
    ),
  );
  return { name, size: Number(size), generation: String(generation), attributes };
}

/** What a write was answered with. @throws {OutsideError} `unclear` when it is something else. */
export function parseObject(text: string): ObjectResource {
  try {
    return JSON.parse(text) as ObjectResource;
  } catch {
    throw noObject('unclear');
  }
}

function noObject(failure: 'unavailable' | 'unclear'): OutsideError {
  return new OutsideError('BlobStore', failure, 'Cloud Storage answered with something else than an object.');
}

/** A checksum as the JSON API writes it. */
export function base64Of(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

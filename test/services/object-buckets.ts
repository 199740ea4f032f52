import { createHash } from 'node:crypto';
import { crc32c } from '../../src/platform/gcp/crc32c.ts';

/** What the JSON API of Cloud Storage says of errors: a status and a reason. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message = reason) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export interface StoredObject {
  readonly name: string;
  readonly generation: bigint;
  readonly written: string;
  readonly bytes: Buffer;
  /** What is given out instead, as if the disk had lost the rest. */
  readonly damaged?: Buffer;
  readonly crc32c: string;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Fields of an object resource that a write may set, and the checksum that it may demand. */
export interface WriteFields {
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly crc32c?: string;
}

export type Conditions = Readonly<
  Record<'ifGenerationMatch' | 'ifGenerationNotMatch' | 'ifMetagenerationMatch', string | null>
>;

let lastGeneration = BigInt(Date.now()) * 1000n;

/** One bucket that keeps versions, in memory. */
export class ObjectBucket {
  facts: Readonly<Record<string, unknown>>;
  /** By name, from the oldest on. */
  readonly #kept = new Map<string, StoredObject[]>();
  readonly #live = new Map<string, StoredObject>();

  constructor(facts: Readonly<Record<string, unknown>>) {
    this.facts = facts;
  }

  insert(name: string, bytes: Buffer, fields: WriteFields, conditions: Conditions): StoredObject {
    this.check(name, conditions);
    const sum = base64Crc(bytes);
    if (fields.crc32c !== undefined && fields.crc32c !== sum) {
      const message = `Provided CRC32C "${fields.crc32c}" doesn't match calculated CRC32C "${sum}".`;
      throw new ApiFailure(400, 'invalid', message);
    }
    lastGeneration += 1n;
    const { contentType = 'application/octet-stream', metadata = {} } = fields;
    const written = new Date().toISOString();
    const object = { name, generation: lastGeneration, written, bytes, crc32c: sum, contentType, metadata };
    this.#kept.set(name, [...(this.#kept.get(name) ?? []), object]);
    this.#live.set(name, object);
    return object;
  }

  /** Objects are never updated here, so each has metageneration 1. */
  check(name: string, conditions: Conditions): void {
    const { ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch } = conditions;
    const current = this.#live.get(name);
    const generation = String(current?.generation ?? 0);
    if (ifGenerationMatch !== null && ifGenerationMatch !== generation)
      throw new ApiFailure(412, 'conditionNotMet');
    if (ifGenerationNotMatch === generation) throw new ApiFailure(304, 'notModified');
    const metageneration = current === undefined ? '0' : '1';
    if (ifMetagenerationMatch !== null && ifMetagenerationMatch !== metageneration) {
      throw new ApiFailure(412, 'conditionNotMet');
    }
  }

  find(name: string, generation: string | null): StoredObject {
    const object =
      generation === null
        ? this.#live.get(name)
        : this.#kept.get(name)?.find((kept) => String(kept.generation) === generation);
    if (object === undefined) throw new ApiFailure(404, 'notFound', `No such object: ${name}`);
    return object;
  }

  delete(name: string, generation: string | null, conditions: Conditions): void {
    const object = this.find(name, generation);
    this.check(name, conditions);
    if (this.#live.get(name) === object) this.#live.delete(name);
    if (generation === null) return;
    const rest = this.#kept.get(name)?.filter((kept) => kept !== object) ?? [];
    this.#kept.set(name, rest);
  }

  /** Ordered by name, then by generation. */
  list(withVersions: boolean): StoredObject[] {
    const objects = withVersions ? [...this.#kept.values()].flat() : [...this.#live.values()];
    return objects.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** Changes what is given out; what is said of it stays. */
  corruptBytes(name: string, change: (bytes: Buffer) => Buffer): void {
    const object = this.find(name, null);
    Object.assign(object, { damaged: change(object.bytes) });
  }
}

export function resourceOf(bucket: string, object: StoredObject): Record<string, unknown> {
  const { name, generation, written, bytes, contentType, metadata } = object;
  return {
    kind: 'storage#object',
    bucket,
    name,
    generation: String(generation),
    timeCreated: written,
    metageneration: '1',
    size: String(bytes.length),
    crc32c: object.crc32c,
    md5Hash: createHash('md5').update(bytes).digest('base64'),
    contentType,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

function base64Crc(bytes: Uint8Array): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32c(bytes));
  return sum.toString('base64');
}

const key = ({ name, generation }: StoredObject): string =>
  `${name}\0${String(generation).padStart(20, '0')}`;

import type { RecordKind, RecordStore, StoredRecord } from '../access/index.ts';
import type { Ambient } from './ambient.ts';
import type { BlobStore } from './blob-store.ts';
import type { DataKeys } from './data-keys.ts';
import { type SealedObject, SealedObjects, type SealedPlace } from './sealed-objects.ts';

/** What is sealed: the record, and which write it came from. */
interface Envelope {
  readonly write: string;
  readonly value: object;
}

const ID = /^[a-z0-9_-]{1,64}$/;

/** Records of `access` as sealed objects, each under `records/TENANT/KIND/ID`. */
export class Records implements RecordStore {
  readonly #store: BlobStore;
  readonly #objects: SealedObjects<Envelope>;
  readonly #random: Ambient['random'];

  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient) {
    this.#store = store;
    this.#objects = new SealedObjects(store, keys, ambient, 'record');
    this.#random = ambient.random;
  }

  async read<Value extends object>(
    tenant: string,
    kind: RecordKind,
    id: string,
  ): Promise<StoredRecord<Value> | null> {
    const stored = await this.#objects.read(placeOf(tenant, kind, id));
    return stored === null ? null : recordOf<Value>(stored);
  }

  async write<Value extends object>(
    { tenant, kind, id }: { readonly tenant: string; readonly kind: RecordKind; readonly id: string },
    base: StoredRecord<object> | null,
    value: Value,
  ): Promise<StoredRecord<Value> | null> {
    const write = Buffer.from(this.#random(16)).toString('hex');
    const options = { attributes: {}, isOurs: (found: Envelope) => found.write === write };
    const place = placeOf(tenant, kind, id);
    const sealed = base instanceof ReadRecord ? base.sealed : null;
    if (base !== null && sealed === null) throw new TypeError('Not a record that was read here.');
    const stored = await this.#objects.replace(place, sealed, { write, value }, options);
    return stored === null ? null : recordOf<Value>(stored);
  }

  async rewrap(tenant: string, primary: string): Promise<{ keys: number; left: number }> {
    const total = { keys: 0, left: 0 };
    for await (const { name } of this.#store.list(`records/${tenant}/`)) {
      const [, , kind = '', id = ''] = name.split('/');
      const { keys, left } = await this.#objects.rewrap({ name, tenant, id: `${kind}:${id}` }, primary);
      total.keys += keys;
      total.left += left;
    }
    return total;
  }

  async list(tenant: string, kind: RecordKind): Promise<readonly string[]> {
    const prefix = `records/${tenant}/${kind}/`;
    const ids: string[] = [];
    for await (const { name } of this.#store.list(prefix)) ids.push(name.slice(prefix.length));
    return ids;
  }
}

/** A record with what the next write of it needs. */
class ReadRecord<Value extends object> implements StoredRecord<Value> {
  readonly value: Value;
  readonly generation: string;
  readonly sealed: SealedObject<Envelope>;

  constructor(value: Value, sealed: SealedObject<Envelope>) {
    this.value = value;
    this.generation = sealed.generation;
    this.sealed = sealed;
  }
}

function recordOf<Value extends object>(sealed: SealedObject<Envelope>): StoredRecord<Value> {
  return new ReadRecord(sealed.value.value as Value, sealed);
}

function placeOf(tenant: string, kind: RecordKind, id: string): SealedPlace {
  if (!ID.test(id)) throw new TypeError('Not the id of a record.');
  return { name: `records/${tenant}/${kind}/${id}`, tenant, id: `${kind}:${id}` };
}

import { PERSONAL_KINDS, type RecordKind, type RecordStore, type StoredRecord } from '../access/index.ts';
import type { Ambient } from './ambient.ts';
import type { BlobStore, VersionedBlobStore } from './blob-store.ts';
import type { DataKeys } from './data-keys.ts';
import { type SealedObject, SealedObjects, type SealedPlace } from './sealed-objects.ts';

/** What is sealed: the record, and which write it came from. */
export interface RecordEnvelope {
  readonly write: string;
  readonly value: object;
}

const ID = /^[a-z0-9_-]{1,64}$/;

/** Where records are kept. */
export interface RecordPlaces {
  readonly heads: VersionedBlobStore;
  /** Those of people: it keeps no generations, and backups of the other stores leave it out. */
  readonly secrets: BlobStore;
}

/** Where a record is, and what reads it there. */
interface Shelf {
  readonly store: BlobStore;
  readonly objects: SealedObjects<RecordEnvelope>;
}

/**
 * Records of `access` as sealed objects, each under `records/TENANT/KIND/ID`; those that say who somebody is under
 * `persons/TENANT/KIND/ID`, beside the keys of documents (decision 0172).
 */
export class Records implements RecordStore {
  readonly #general: Shelf;
  readonly #personal: Shelf;
  readonly #heads: VersionedBlobStore;
  readonly #clock: Ambient['clock'];
  readonly #random: Ambient['random'];

  constructor({ heads, secrets }: RecordPlaces, keys: DataKeys, ambient: Ambient) {
    const shelf = (store: BlobStore) => ({
      store,
      objects: new SealedObjects<RecordEnvelope>(store, keys, ambient, 'record'),
    });
    this.#general = shelf(heads);
    this.#personal = shelf(secrets);
    this.#heads = heads;
    this.#random = ambient.random;
    this.#clock = ambient.clock;
  }

  async read<Value extends object>(
    tenant: string,
    kind: RecordKind,
    id: string,
  ): Promise<StoredRecord<Value> | null> {
    const stored = await this.#shelf(kind).objects.read(placeOf(tenant, kind, id));
    return stored === null ? null : recordOf<Value>(stored);
  }

  async write<Value extends object>(
    { tenant, kind, id }: { readonly tenant: string; readonly kind: RecordKind; readonly id: string },
    base: StoredRecord<object> | null,
    value: Value,
  ): Promise<StoredRecord<Value> | null> {
    const write = Buffer.from(this.#random(16)).toString('hex');
    const options = { attributes: {}, isOurs: (found: RecordEnvelope) => found.write === write };
    const place = placeOf(tenant, kind, id);
    const sealed = base === null ? null : sealedIn(base);
    const stored = await this.#shelf(kind).objects.replace(place, sealed, { write, value }, options);
    return stored === null ? null : recordOf<Value>(stored);
  }

  async remove(
    { tenant, kind, id }: { readonly tenant: string; readonly kind: RecordKind; readonly id: string },
    base: StoredRecord<object>,
  ): Promise<boolean> {
    // Elsewhere earlier generations would stay.
    if (!isPersonal(kind)) throw new TypeError('Not a record that can be removed.');
    return await this.#personal.objects.remove(placeOf(tenant, kind, id), sealedIn(base));
  }

  /** Removes for good what records of a kind that is not personal were before. @returns how much. */
  async prune(tenant: string, kind: RecordKind): Promise<number> {
    let pruned = 0;
    for await (const { name } of this.#heads.list(`records/${tenant}/${kind}/`)) {
      pruned += await this.#heads.prune(name, { newest: 0, before: this.#clock() });
    }
    return pruned;
  }

  /** Removes such a record for good, with all that it was. */
  async purge(tenant: string, kind: RecordKind, id: string): Promise<void> {
    await this.#heads.purge(placeOf(tenant, kind, id).name);
  }

  async rewrap(tenant: string, primary: string): Promise<{ keys: number; left: number }> {
    const total = { keys: 0, left: 0 };
    for (const [{ store, objects }, folder] of [
      [this.#general, 'records'],
      [this.#personal, 'persons'],
    ] as const) {
      for await (const { name } of store.list(`${folder}/${tenant}/`)) {
        const [, , kind = '', id = ''] = name.split('/');
        const { keys, left } = await objects.rewrap({ name, tenant, id: `${kind}:${id}` }, primary);
        total.keys += keys;
        total.left += left;
      }
    }
    return total;
  }

  async list(tenant: string, kind: RecordKind): Promise<readonly string[]> {
    const prefix = `${folderOf(kind)}/${tenant}/${kind}/`;
    const ids: string[] = [];
    for await (const { name } of this.#shelf(kind).store.list(prefix)) ids.push(name.slice(prefix.length));
    return ids;
  }

  #shelf(kind: RecordKind): Shelf {
    return isPersonal(kind) ? this.#personal : this.#general;
  }
}

/** A record with what the next write of it needs. */
class ReadRecord<Value extends object> implements StoredRecord<Value> {
  readonly value: Value;
  readonly generation: string;
  readonly sealed: SealedObject<RecordEnvelope>;

  constructor(value: Value, sealed: SealedObject<RecordEnvelope>) {
    this.value = value;
    this.generation = sealed.generation;
    this.sealed = sealed;
  }
}

function recordOf<Value extends object>(sealed: SealedObject<RecordEnvelope>): StoredRecord<Value> {
  return new ReadRecord(sealed.value.value as Value, sealed);
}

function placeOf(tenant: string, kind: RecordKind, id: string): SealedPlace {
  if (!ID.test(id)) throw new TypeError('Not the id of a record.');
  return { name: `${folderOf(kind)}/${tenant}/${kind}/${id}`, tenant, id: `${kind}:${id}` };
}

function folderOf(kind: RecordKind): string {
  return isPersonal(kind) ? 'persons' : 'records';
}

function isPersonal(kind: RecordKind): boolean {
  return PERSONAL_KINDS.includes(kind);
}

function sealedIn(base: StoredRecord<object>): SealedObject<RecordEnvelope> {
  if (base instanceof ReadRecord) return base.sealed;
  throw new TypeError('Not a record that was read here.');
}

import type { Ambient } from '../ambient.ts';
import type { BlobStore } from '../blob-store.ts';
import type { DataKeys } from '../data-keys.ts';
import { SealedObjects, type SealedPlace } from '../sealed-objects.ts';
import { END_BYTES, fillOf, tarHeader } from './tar.ts';

/** A file of the audit trail of another installation, as it came. */
interface EvidenceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * What another installation says of the past of what was imported: `evidence/TENANT/IMPORT/NAME`, sealed, apart from the
 * tenant's own chain. `redline audit verify` reads the archive of it.
 */
export class Evidence {
  readonly #store: BlobStore;
  readonly #objects: SealedObjects<EvidenceFile>;

  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient) {
    this.#store = store;
    this.#objects = new SealedObjects(store, keys, ambient, 'evidence');
  }

  /** Of several files of one name the first stays. */
  async add(tenant: string, archive: string, file: EvidenceFile): Promise<void> {
    const place = placeOf(tenant, archive, file.name);
    if ((await this.#store.stat(place.name)) !== null) return;
    const isOurs = (found: EvidenceFile): boolean => found.text === file.text;
    await this.#objects.replace(place, null, file, { attributes: {}, isOurs });
  }

  /** All of one archive, as an archive. @returns `null` when there is nothing. */
  async open(tenant: string, archive: string): Promise<AsyncIterable<Uint8Array> | null> {
    const prefix = `evidence/${tenant}/${archive}/`;
    for await (const _ of this.#store.list(prefix)) return this.#tar(tenant, archive, prefix);
    return null;
  }

  async rewrap(tenant: string, primary: string): Promise<{ keys: number; left: number }> {
    const total = { keys: 0, left: 0 };
    for await (const { name } of this.#store.list(`evidence/${tenant}/`)) {
      const [, , archive = '', id = ''] = name.split('/');
      const { keys, left } = await this.#objects.rewrap({ name, tenant, id: `${archive}:${id}` }, primary);
      total.keys += keys;
      total.left += left;
    }
    return total;
  }

  async *#tar(tenant: string, archive: string, prefix: string): AsyncIterable<Uint8Array> {
    for await (const { name } of this.#store.list(prefix)) {
      const id = `${archive}:${name.slice(prefix.length)}`;
      const found = await this.#objects.read({ name, tenant, id });
      if (found === null) continue;
      const bytes = Buffer.from(found.value.text);
      yield tarHeader(found.value.name, bytes.length, 0);
      yield bytes;
      yield new Uint8Array(fillOf(bytes.length));
    }
    yield new Uint8Array(END_BYTES);
  }
}

function placeOf(tenant: string, archive: string, file: string): SealedPlace {
  const id = file.replaceAll(/[^a-z0-9_-]/g, '-');
  return { name: `evidence/${tenant}/${archive}/${id}`, tenant, id: `${archive}:${id}` };
}

import type { Ambient } from '../ambient.ts';
import type { BlobStore } from '../blob-store.ts';
import type { DataKeys } from '../data-keys.ts';
import { SealedObjects, type SealedPlace } from '../sealed-objects.ts';
import { MANIFEST } from './archive.ts';
import { END_BYTES, fillOf, tarHeader } from './tar.ts';

/** A file of the audit trail of another installation, as it came. */
interface EvidenceFile {
  readonly name: string;
  readonly text: string;
  /** Of a manifest: how names of the files begin that came with it; none where no other import could write there. */
  readonly run?: string;
}

/** What is being taken in of one archive. */
export interface Collecting {
  add(file: EvidenceFile): Promise<void>;
  /** Nothing of it is to be had before. @param proof the manifest, and then what signs it. */
  close(proof: readonly EvidenceFile[]): Promise<void>;
  discard(): Promise<void>;
}

/**
 * What another installation says of the past of what was imported: `evidence/TENANT/IMPORT/NAME`, sealed, apart from the
 * tenant's own chain. It is there once the whole archive was found to be what its list and its manifest say. `redline audit verify`
 * reads the archive of it.
 */
export class Evidence {
  readonly #store: BlobStore;
  readonly #objects: SealedObjects<EvidenceFile>;
  readonly #ambient: Ambient;

  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient) {
    this.#store = store;
    this.#ambient = ambient;
    this.#objects = new SealedObjects(store, keys, ambient, 'evidence');
  }

  /** Begins with that of an archive. What is here, and whole, stays. */
  async collect(tenant: string, archive: string): Promise<Collecting> {
    const isHere = (await this.#manifest(tenant, archive)) !== null;
    const run = `${Buffer.from(this.#ambient.random(8)).toString('hex')}-`;
    const add = async (file: EvidenceFile): Promise<void> => {
      if (!isHere) await this.#add(placeOf(tenant, archive, `${run}${file.name}`), file);
    };
    const discard = (): Promise<void> => this.#remove(`${prefixOf(tenant, archive)}${run}`);
    const close = async ([manifest, ...signature]: readonly EvidenceFile[]): Promise<void> => {
      for (const file of signature) await add(file);
      if (isHere || manifest === undefined) return;
      const place = placeOf(tenant, archive, manifest.name);
      // Another import of it may have come first, or may have died.
      const isOurs = await this.#add(place, { ...manifest, run });
      if (!isOurs) await discard();
      else await this.#remove(prefixOf(tenant, archive), (id) => !id.startsWith(run) && id !== idIn(place));
    };
    return { add, close, discard };
  }

  /** All of one archive, as an archive. @returns `null` when there is nothing that is whole. */
  async open(tenant: string, archive: string): Promise<AsyncIterable<Uint8Array> | null> {
    const manifest = await this.#manifest(tenant, archive);
    return manifest === null ? null : this.#tar(tenant, archive, manifest);
  }

  /** It comes last: without it nothing is to be had. */
  async #manifest(tenant: string, archive: string): Promise<EvidenceFile | null> {
    return (await this.#objects.read(placeOf(tenant, archive, MANIFEST)))?.value ?? null;
  }

  /** @returns whether it is there now, and was not before. Of several files of one name the first stays. */
  async #add(place: SealedPlace, file: EvidenceFile): Promise<boolean> {
    if ((await this.#store.stat(place.name)) !== null) return false;
    const isOurs = (found: EvidenceFile): boolean => found.text === file.text && found.run === file.run;
    return (await this.#objects.replace(place, null, file, { attributes: {}, isOurs })) !== null;
  }

  async #remove(prefix: string, which: (id: string) => boolean = () => true): Promise<void> {
    for await (const { name } of this.#store.list(prefix)) {
      if (which(idIn({ name }))) await this.#store.delete(name);
    }
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

  async *#tar(tenant: string, archive: string, { run = '' }: EvidenceFile): AsyncIterable<Uint8Array> {
    const own = idIn(placeOf(tenant, archive, MANIFEST));
    for await (const { name } of this.#store.list(prefixOf(tenant, archive))) {
      const part = idIn({ name });
      if (part !== own && !part.startsWith(run)) continue;
      const found = await this.#objects.read({ name, tenant, id: `${archive}:${part}` });
      if (found === null) continue;
      const bytes = Buffer.from(found.value.text);
      yield tarHeader(found.value.name, bytes.length, 0);
      yield bytes;
      yield new Uint8Array(fillOf(bytes.length));
    }
    yield new Uint8Array(END_BYTES);
  }
}

/** The last part of a name. */
function idIn({ name }: Pick<SealedPlace, 'name'>): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function prefixOf(tenant: string, archive: string): string {
  return `evidence/${tenant}/${archive}/`;
}

function placeOf(tenant: string, archive: string, file: string): SealedPlace {
  const id = file.replaceAll(/[^a-z0-9_-]/g, '-');
  return { name: `${prefixOf(tenant, archive)}${id}`, tenant, id: `${archive}:${id}` };
}

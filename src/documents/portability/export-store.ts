import type { Ambient } from '../ambient.ts';
import { decodeBinaryJson, encodeBinaryJson } from '../binary-json.ts';
import type { BlobStore } from '../blob-store.ts';
import type { DataKeys } from '../data-keys.ts';
import type { StoredContent } from '../head.ts';
import { type SealedObject, SealedObjects } from '../sealed-objects.ts';
import type { ArchiveCounts, ArchiveFacts } from './archive.ts';

/** Where the bytes of a file of an archive come from, whenever they are asked for. */
export type Source =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'content'; readonly document: string; readonly content: StoredContent }
  /** Events of a segment of the trail: of everybody, or of one actor. */
  | { readonly kind: 'events'; readonly first: number; readonly actor: string | null }
  /** A line for each file of the first pages. */
  | { readonly kind: 'files'; readonly pages: number };

export interface PlannedFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly source: Source;
}

/** Some files, one behind the other. */
export interface PlannedPage {
  /** Names the object. */
  readonly id: string;
  /** Where its first file begins in the archive, in bytes. */
  readonly start: number;
}

/** How far the plan is. */
export interface Cursor {
  readonly phase: 'documents' | 'events' | 'proof' | 'closing';
  /** The last object that is in the plan. */
  readonly after: string;
}

/** What is to be in an archive, or is; the archive itself is kept nowhere. */
export interface ExportState {
  readonly facts: ArchiveFacts;
  readonly status: 'preparing' | 'ready' | 'failed';
  /** Why it failed: the code of a problem. */
  readonly reason: string | null;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly cursor: Cursor;
  readonly pages: readonly PlannedPage[];
  /** Bytes of the archive so far; of all of it when it is ready. */
  readonly size: number;
  readonly counts: ArchiveCounts;
  /** SHA-256 of the manifest, which vouches for everything else; `null` until it is ready. */
  readonly manifest: string | null;
  /** Which write this is. */
  readonly write: string;
}

export type StoredExport = SealedObject<ExportState>;

/** Plans of archives: `exports/TENANT/ID/state`, and their pages beside it, each sealed. */
export class ExportStore {
  readonly #store: BlobStore;
  readonly #states: SealedObjects<ExportState>;
  readonly #pages: SealedObjects<{ readonly files: string }>;
  readonly #ambient: Ambient;

  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient) {
    this.#store = store;
    this.#states = new SealedObjects(store, keys, ambient, 'export');
    this.#pages = new SealedObjects(store, keys, ambient, 'export-page');
    this.#ambient = ambient;
  }

  async read(tenant: string, id: string): Promise<StoredExport | null> {
    return await this.#states.read({ name: `${folderOf(tenant, id)}state`, tenant, id });
  }

  /** @param base `null` for the first one. @returns `null` when somebody else wrote meanwhile. */
  async write(base: StoredExport | null, state: Omit<ExportState, 'write'>): Promise<StoredExport | null> {
    const { tenant, id } = state.facts;
    const write = Buffer.from(this.#ambient.random(16)).toString('hex');
    const options = {
      attributes: { expires: String(state.expiresAt) },
      isOurs: (found: ExportState) => found.write === write,
    };
    const place = { name: `${folderOf(tenant, id)}state`, tenant, id };
    return await this.#states.replace(place, base, { ...state, write }, options);
  }

  /** @returns what names the page. */
  async writePage({ facts, expiresAt }: ExportState, files: readonly PlannedFile[]): Promise<string> {
    const { tenant, id } = facts;
    const page = `p_${Buffer.from(this.#ambient.random(16)).toString('hex')}`;
    const place = { name: `${folderOf(tenant, id)}${page}`, tenant, id: page };
    const attributes = { expires: String(expiresAt) };
    const text = new TextDecoder().decode(encodeBinaryJson({ files }));
    await this.#pages.replace(place, null, { files: text }, { attributes, isOurs: () => true });
    return page;
  }

  /** @returns `null` when it is there no more. */
  async readPage({ tenant, id }: ArchiveFacts, page: string): Promise<readonly PlannedFile[] | null> {
    const found = await this.#pages.read({ name: `${folderOf(tenant, id)}${page}`, tenant, id: page });
    if (found === null) return null;
    // Nothing but this class writes what opens there.
    const { files } = decodeBinaryJson(new TextEncoder().encode(found.value.files)) as {
      files: PlannedFile[];
    };
    return files;
  }

  /** Removes one, its state first: from then on nobody finds it. */
  async remove(tenant: string, id: string): Promise<void> {
    await this.#store.delete(`${folderOf(tenant, id)}state`);
    for await (const { name } of this.#store.list(folderOf(tenant, id))) await this.#store.delete(name);
  }

  /** Every plan that is kept, and whether its time is over. */
  async *list(
    prefix = '',
  ): AsyncIterable<{ readonly tenant: string; readonly id: string; readonly over: boolean }> {
    let last = '';
    for await (const { name, attributes } of this.#store.list(`exports/${prefix}`)) {
      const [, tenant = '', id = ''] = name.split('/');
      if (id === last) continue;
      last = id;
      yield { tenant, id, over: !(Number(attributes.expires) > this.#ambient.clock()) };
    }
  }
}

function folderOf(tenant: string, id: string): string {
  return `exports/${tenant}/${id}/`;
}

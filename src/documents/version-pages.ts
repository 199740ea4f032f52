import { OutsideError } from '../kit/index.ts';
import { type Ambient, newId } from './ambient.ts';
import { decodeBinaryJson, encodeBinaryJson } from './binary-json.ts';
import type { BlobInfo, VersionedBlobStore } from './blob-store.ts';
import { keyContext } from './data-keys.ts';
import type { WrappingKeys } from './document-keys.ts';
import type { Head, PageRef, Version } from './head.ts';
import { openBytes, sealBytes } from './sealing.ts';
import { writeNew } from './writing.ts';

/**
 * How many versions, or pages of one level, one page holds. A head keeps at least as many, and fewer than twice as many,
 * of versions and of each level: it stays below 100 kB, and any version is found by reading at most four pages.
 */
const PAGE_SIZE = 32;
const FORMAT = 1;

/** What stands in a page. */
type Page =
  | { readonly format: typeof FORMAT; readonly level: 0; readonly entries: readonly Version[] }
  | { readonly format: typeof FORMAT; readonly level: number; readonly entries: readonly PageRef[] };

/** What becomes of the entries of a head and its pages. What is given back as it was is not written again. */
export interface EntryChange {
  readonly version: (version: Version) => Promise<Version>;
  /** Of a page that stays as it is. */
  readonly page: (ref: PageRef) => Promise<PageRef>;
  /** Asked before a page is looked into. */
  readonly more: () => boolean;
}

/** Which head is meant. */
type Owner = Pick<Head, 'tenant' | 'id'>;

/**
 * Earlier versions of documents, in immutable pages `pages/TENANT/DOCUMENT/PAGE`. Each is sealed under a key that stands
 * in the head, or in a page that the head leads to: whoever erases the head erases them. See decision 0076.
 */
export class VersionPages {
  readonly #store: VersionedBlobStore;
  readonly #keys: WrappingKeys;
  readonly #ambient: Ambient;
  readonly #size: number;

  constructor(store: VersionedBlobStore, keys: WrappingKeys, ambient: Ambient, size = PAGE_SIZE) {
    this.#store = store;
    this.#keys = keys;
    this.#ambient = ambient;
    this.#size = size;
  }

  /** A head with few enough versions in it. @returns it, and the pages that were written for it. */
  async settle(head: Head): Promise<{ readonly head: Head; readonly written: readonly PageRef[] }> {
    const size = this.#size;
    if (head.versions.length < 2 * size) return { head, written: [] };
    const written: PageRef[] = [];
    const spill = async <Entry extends Version | PageRef>(
      entries: readonly Entry[],
      level: number,
    ): Promise<{ kept: readonly Entry[]; pages: readonly PageRef[] }> => {
      let kept = entries;
      const pages: PageRef[] = [];
      while (kept.length >= 2 * size) {
        // A level holds entries of one kind.
        const page = { format: FORMAT, level, entries: kept.slice(0, size) } as Page;
        pages.push(await this.#write(head, page));
        kept = kept.slice(size);
      }
      written.push(...pages);
      return { kept, pages };
    };
    const recent = await spill(head.versions, 0);
    const older: (readonly PageRef[])[] = [];
    let pages = recent.pages;
    for (let level = 0; pages.length > 0 || level < head.older.length; level += 1) {
      const next = await spill([...(head.older[level] ?? []), ...pages], level + 1);
      older.push(next.kept);
      pages = next.pages;
    }
    return { head: { ...head, versions: recent.kept, older }, written };
  }

  /** @returns `undefined` when there is no version of this number. */
  async find(head: Head, number: number): Promise<Version | undefined> {
    const recent = head.versions.find((version) => version.number === number);
    let refs = head.older.flat();
    for (let version = recent; ; ) {
      if (version !== undefined) return version;
      const ref = refs.find(({ first, last }) => first <= number && number <= last);
      if (ref === undefined) return undefined;
      const page = await this.#read(head, ref);
      if (isLeaf(page)) version = page.entries.find((one) => one.number === number);
      refs = isLeaf(page) ? [] : [...page.entries];
    }
  }

  /** Versions, the latest first. @param before those with smaller numbers only. */
  async *latestFirst(head: Head, before = Number.POSITIVE_INFINITY): AsyncIterable<Version> {
    for (const version of head.versions.toReversed()) if (version.number < before) yield version;
    for (const refs of head.older) yield* this.#inPages(head, refs, before);
  }

  /** Every page that a head leads to. */
  async *pages(head: Head): AsyncIterable<PageRef> {
    for (const [at, refs] of head.older.entries()) yield* this.#below(head, refs, at);
  }

  /** The head with its entries changed, in new pages where they stand in pages. Those that it led to before are left to the sweep. */
  async changed(head: Head, change: EntryChange): Promise<Head> {
    const versions: Version[] = [];
    for (const version of head.versions) versions.push(await change.version(version));
    const older: PageRef[][] = [];
    for (const refs of head.older) {
      const level: PageRef[] = [];
      for (const ref of refs) level.push(await this.#changedPage(head, ref, change));
      older.push(level);
    }
    return { ...head, versions, older };
  }

  async #changedPage(head: Head, ref: PageRef, change: EntryChange): Promise<PageRef> {
    const kept = await change.page(ref);
    if (!change.more()) return kept;
    const page = await this.#read(head, kept);
    const entries: (Version | PageRef)[] = [];
    for (const entry of page.entries) {
      const isVersion = 'number' in entry;
      entries.push(isVersion ? await change.version(entry) : await this.#changedPage(head, entry, change));
    }
    const isSame = entries.every((entry, at) => entry === page.entries[at]);
    return isSame ? kept : await this.#write(head, { ...page, entries } as Page);
  }

  /** Removes pages that no head names or ever will; what cannot be removed now the sweep removes. */
  async discard({ tenant, id }: Owner, pages: readonly PageRef[]): Promise<void> {
    for (const page of pages) await this.#store.purge(pageName(tenant, id, page.id)).catch(() => {});
  }

  /** For the sweep: every page that is kept, of whatever document. */
  list(): AsyncIterable<BlobInfo> {
    return this.#store.list('pages/');
  }

  /** @returns how many generations went. */
  async purge(name: string): Promise<number> {
    return await this.#store.purge(name);
  }

  async *#inPages(head: Head, refs: readonly PageRef[], before: number): AsyncIterable<Version> {
    for (const ref of refs.toReversed()) {
      if (ref.first >= before) continue;
      const page = await this.#read(head, ref);
      if (!isLeaf(page)) yield* this.#inPages(head, page.entries, before);
      else for (const version of page.entries.toReversed()) if (version.number < before) yield version;
    }
  }

  /** @param depth how many levels of pages lie below these. */
  async *#below(head: Head, refs: readonly PageRef[], depth: number): AsyncIterable<PageRef> {
    for (const ref of refs) {
      yield ref;
      if (depth === 0) continue;
      const page = await this.#read(head, ref);
      if (!isLeaf(page)) yield* this.#below(head, page.entries, depth - 1);
    }
  }

  async #write({ tenant, id }: Owner, page: Page): Promise<PageRef> {
    const name = newId('g', this.#ambient.random);
    const context = pageContext(tenant, id, name);
    const { key, wrapped } = await this.#keys.create(tenant, context);
    const sealed = sealBytes(key, context, encodeBinaryJson(page), this.#ambient.random);
    key.fill(0);
    const attributes = { written: String(this.#ambient.clock()) };
    await writeNew(this.#store, pageName(tenant, id, name), sealed, attributes);
    const [first, last] = [page.entries[0], page.entries.at(-1)];
    if (first === undefined || last === undefined) throw new Error('A page without entries.');
    return {
      id: name,
      first: 'number' in first ? first.number : first.first,
      last: 'number' in last ? last.number : last.last,
      key: wrapped,
    };
  }

  async #read({ tenant, id }: Owner, ref: PageRef): Promise<Page> {
    const blob = await this.#store.read(pageName(tenant, id, ref.id));
    if (blob === null) throw new OutsideError('BlobStore', 'damaged', 'A page of versions is missing.');
    const sealed = new Uint8Array(await new Response(blob.body).arrayBuffer());
    const context = pageContext(tenant, id, ref.id);
    const key = await this.#keys.open(tenant, ref.key, context);
    try {
      const page = decodeBinaryJson(openBytes(key, context, sealed)) as Page;
      if (page.format === FORMAT) return page;
      throw new OutsideError(
        'BlobStore',
        'refused',
        `A page of versions has the format ${page.format}; this release reads ${FORMAT}. Update it.`,
      );
    } finally {
      key.fill(0);
    }
  }
}

function isLeaf(page: Page): page is Extract<Page, { readonly level: 0 }> {
  return page.level === 0;
}

function pageName(tenant: string, document: string, page: string): string {
  return `pages/${tenant}/${document}/${page}`;
}

export function pageContext(tenant: string, document: string, page: string): Uint8Array {
  return keyContext({ tenant, document, version: page, purpose: 'page' });
}

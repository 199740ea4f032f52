import type {
  Catalogue,
  CatalogueEntry,
  CataloguePage,
  CatalogueQuery,
  CatalogueUsage,
  RegionalCatalogue,
} from './catalogue.ts';
import type { Residency } from './regions.ts';

/**
 * One catalogue made of those of several regions: what it knows of a tenant is in that of its region, and in no other. What another one
 * knows of it, as the tenant was there before, is brought over before anybody is answered. Decision 0210.
 */
export class RoutedCatalogue implements Catalogue {
  readonly #catalogues: ReadonlyMap<Residency, RegionalCatalogue>;
  readonly #residencyOf: (tenant: string) => Promise<Residency | null>;
  /** Where all that is known of a tenant is, as far as this process knows. */
  readonly #settled = new Map<string, Residency>();

  /** @param residencyOf the region of a tenant, now: `null` of one that others serve. */
  constructor(
    catalogues: ReadonlyMap<Residency, RegionalCatalogue>,
    residencyOf: (tenant: string) => Promise<Residency | null>,
  ) {
    this.#catalogues = catalogues;
    this.#residencyOf = residencyOf;
  }

  async put(entry: CatalogueEntry): Promise<void> {
    await (await this.#of(entry.tenant)).put(entry);
  }

  async erase(erased: Pick<CatalogueEntry, 'tenant' | 'id' | 'sequence'>): Promise<void> {
    await (await this.#of(erased.tenant)).erase(erased);
  }

  async list(query: CatalogueQuery): Promise<CataloguePage> {
    return await (await this.#of(query.tenant)).list(query);
  }

  async usage(tenant: string): Promise<CatalogueUsage> {
    return await (await this.#of(tenant)).usage(tenant);
  }

  /** Of what is no tenant's: as far as the one is that is least far. */
  async position(name: string, tenant?: string): Promise<string | null> {
    if (tenant !== undefined) return await (await this.#of(tenant)).position(name, tenant);
    let least: string | null = null;
    for (const catalogue of this.#catalogues.values()) {
      const position = await catalogue.position(name);
      if (position === null) return null;
      if (least === null || position < least) least = position;
    }
    return least;
  }

  async setPosition(name: string, position: string, tenant?: string): Promise<void> {
    if (tenant !== undefined) return await (await this.#of(tenant)).setPosition(name, position, tenant);
    for (const catalogue of this.#catalogues.values()) await catalogue.setPosition(name, position);
  }

  /** Brings over what is in the catalogue of another region than its tenant's. @returns how many tenants that were. */
  async settle(): Promise<number> {
    let count = 0;
    for (const [residency, catalogue] of this.#catalogues) {
      for (const tenant of await catalogue.tenants()) {
        const own = await this.#residencyOf(tenant);
        if (own === null || own === residency) continue;
        await this.#bring(tenant, own);
        count += 1;
      }
    }
    return count;
  }

  async probe(): Promise<void> {
    for (const catalogue of this.#catalogues.values()) await catalogue.probe();
  }

  async #of(tenant: string): Promise<RegionalCatalogue> {
    const residency = await this.#residencyOf(tenant);
    if (residency === null) throw new Error('A tenant belongs to a region that is not served.');
    if (this.#settled.get(tenant) !== residency) await this.#bring(tenant, residency);
    return this.#at(residency);
  }

  /** A row that is there already, as later, stays; so several processes may do it at once, or again. */
  async #bring(tenant: string, residency: Residency): Promise<void> {
    const own = this.#at(residency);
    for (const other of this.#catalogues.values()) {
      if (other === own || !(await other.tenants()).includes(tenant)) continue;
      let after = '';
      for (;;) {
        const rows = await other.rows(tenant, after);
        for (const { id, sequence, entry } of rows) {
          if (entry === null) await own.erase({ tenant, id, sequence });
          else await own.put(entry);
        }
        const last = rows.at(-1);
        if (last === undefined) break;
        after = last.id;
      }
      await other.forget(tenant);
    }
    this.#settled.set(tenant, residency);
  }

  #at(residency: Residency): RegionalCatalogue {
    const catalogue = this.#catalogues.get(residency);
    if (catalogue === undefined) throw new Error('A tenant belongs to a region without a catalogue.');
    return catalogue;
  }
}

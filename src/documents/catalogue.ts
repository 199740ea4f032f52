import type { Member, Subject } from '../access/index.ts';
import type { RedlineFacts } from './head.ts';

/**
 * A projection of heads in which documents and their redlines are found without reading every head. It may be behind, and can be thrown
 * away: `followJournal` brings it up to date. Throws `OutsideError` `unavailable`.
 */
export interface Catalogue {
  /** Puts in what a commit made of a document, unless a later commit of it is there already. */
  put(entry: CatalogueEntry): Promise<void>;
  /** Forgets all of an erased document but that commits up to this one are not to be put in any more. */
  erase(erased: Pick<CatalogueEntry, 'tenant' | 'id' | 'sequence'>): Promise<void>;
  list(query: CatalogueQuery): Promise<CataloguePage>;
  /** How far something is, such as commits of a region that were followed; `null` for nowhere yet. @param tenant whose it is. */
  position(name: string, tenant?: string): Promise<string | null>;
  setPosition(name: string, position: string, tenant?: string): Promise<void>;
  /** What a tenant keeps, of active and deleted documents and redlines. */
  usage(tenant: string): Promise<CatalogueUsage>;
  probe(): Promise<void>;
}

/** The catalogue of one region: what it knows of a tenant goes along when the tenant moves (decision 0210). */
export interface RegionalCatalogue extends Catalogue {
  /** Of whom something is there. */
  tenants(): Promise<readonly string[]>;
  /** All that is known of a tenant, a page of at most `MOST_PAGE` in the order of ids. @param after the last id of the page before. */
  rows(tenant: string, after: string): Promise<readonly CatalogueRow[]>;
  /** Forgets a tenant, so that nothing of it is left in the file. */
  forget(tenant: string): Promise<void>;
}

export interface CatalogueRow {
  readonly id: string;
  readonly sequence: number;
  /** `null`: it is erased. */
  readonly entry: CatalogueEntry | null;
}

export interface CatalogueUsage {
  /** Redlines are none. */
  readonly documents: number;
  /** Of all contents, as they were sent. */
  readonly bytes: number;
}

export interface CatalogueEntry {
  readonly tenant: string;
  readonly id: string;
  /** What it compares, where it is a redline; `null` for documents. */
  readonly redline: Omit<RedlineFacts, 'options'> | null;
  readonly name: string;
  readonly labels: readonly string[];
  readonly owner: string;
  /** Who may read it; none of redlines. */
  readonly readers: readonly Pick<Member, 'subject' | 'role' | 'expiresAt'>[];
  readonly state: 'active' | 'deleted';
  /** Under a legal hold; never of redlines, which their document's covers. */
  readonly held: boolean;
  /** Media type and bytes of the current version. */
  readonly type: string;
  readonly size: number;
  /** Of all its versions and what was said of them. */
  readonly bytes: number;
  readonly versions: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly generation: string;
  /** Number of the commit: the greater wins. */
  readonly sequence: number;
}

/** What is asked for; every condition must hold. */
export interface CatalogueQuery {
  readonly tenant: string;
  /** Redlines of one document, or documents. */
  readonly parent: string | null;
  /** Only what one of these may read then, ISO 8601; `null`: whatever there is. */
  readonly readers: { readonly subjects: readonly Subject[]; readonly at: string } | null;
  readonly state: 'active' | 'deleted';
  readonly type?: string;
  readonly owner?: string;
  readonly label?: string;
  /** Stands somewhere in the name, whatever the case. */
  readonly name?: string;
  /** ISO 8601, UTC; from inclusive, before exclusive. */
  readonly createdFrom?: string;
  readonly createdBefore?: string;
  readonly updatedFrom?: string;
  readonly updatedBefore?: string;
  readonly sort: CatalogueSort;
  readonly descending: boolean;
  /** 1 to `MOST_PAGE`. */
  readonly size: number;
  /** Where the page before ended, of the same query. */
  readonly after?: CataloguePlace;
}

export const CATALOGUE_SORTS = ['name', 'createdAt', 'updatedAt'] as const;
export type CatalogueSort = (typeof CATALOGUE_SORTS)[number];

/** Entries of one page. */
export const MOST_PAGE = 200;

/** The last entry of a page: its value in the order, and its id. */
export interface CataloguePlace {
  readonly value: string;
  readonly id: string;
}

export interface CataloguePage {
  readonly entries: readonly CatalogueEntry[];
  /** `null` when nothing follows. */
  readonly next: CataloguePlace | null;
}

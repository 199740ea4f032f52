import { type Actor, People } from '../access/index.ts';
import { type Ambient, isoTime } from './ambient.ts';
import type { BlobStore } from './blob-store.ts';
import type { Catalogue, CataloguePage, CatalogueQuery } from './catalogue.ts';
import { CommitHistory, type CommitRecords, recordsOf } from './commit-records.ts';
import { ContentStore } from './content-store.ts';
import { DataKeys } from './data-keys.ts';
import { DocumentKeys } from './document-keys.ts';
import { Documents } from './documents.ts';
import { type ErasureParts, Erasures, type ErasureTrail } from './erasures.ts';
import { DocumentsError } from './errors.ts';
import { HeadStore, type StoredHead } from './head-store.ts';
import { enter, followJournal } from './journal.ts';
import type { KeyService } from './key-service.ts';
import { LeaseBook } from './leases/lease-book.ts';
import type { Leases } from './leases/leases.ts';
import { type SweptContents, sweepContents } from './leftovers.ts';
import { LinkKeys } from './link-keys.ts';
import { LINK_LIFETIME_MS, Links } from './links.ts';
import { sweepSecrets } from './lone-secrets.ts';
import { Members } from './members.ts';
import { type Operation, OperationStore } from './operations/index.ts';
import { type PersonErasureParts, PersonErasures, type PersonTrail } from './person-erasures.ts';
import { Evidence, ExportStore, Exports, Imports, type TrailPages } from './portability/index.ts';
import { pruneHeads, pruneRule } from './pruning.ts';
import { type Quota, Quotas } from './quotas.ts';
import { Records } from './records.ts';
import { Redlines } from './redlines.ts';
import type { Region } from './regions.ts';
import { Requests } from './requests.ts';
import { Results, removeResult } from './results.ts';
import { Holds } from './retention/holds.ts';
import type { RulesOf } from './retention/keeping.ts';
import { RuleBook } from './retention/rule-book.ts';
import { RetentionSweep } from './retention/sweep.ts';
import { Rewrapping } from './rewrapping.ts';
import { TenantKeys } from './tenant-keys.ts';
import { UploadStore } from './uploads/upload-store.ts';
import { Uploads } from './uploads/uploads.ts';

/** Whoever does what nobody asked for. */
const HOUSEKEEPER: Omit<Actor, 'tenant'> = {
  kind: 'service',
  id: 'housekeeper',
  credential: 'process',
  address: null,
  requestId: 'housekeeping',
  subjects: [],
};

export interface LibraryParts {
  /** Names the region in the catalogue. */
  readonly residency: string;
  readonly region: Region;
  /** Where uploads under way and answers to requests are kept; it keeps no generations. */
  readonly spool: BlobStore;
  readonly keys: KeyService;
  readonly catalogue: Catalogue;
  readonly ambient: Ambient;
  /** Who works on what alone. */
  readonly leases: Leases;
  /** How much each tenant may keep; `null`: as much as there is room for. */
  readonly quotaOf?: (tenant: string) => Quota | null;
  /** The catalogue did not take what was committed: it will hear of it when the journal is followed. */
  readonly onBehind: (error: unknown) => void;
}

/** The documents of one region, with the catalogue in which they are found. */
export class Library {
  readonly documents: Documents;
  readonly redlines: Redlines;
  readonly uploads: Uploads;
  readonly requests: Requests;
  /** What was asked for that takes longer than a request. */
  readonly operations: OperationStore;
  /** People, keys and what else the room `access` keeps. */
  readonly records: Records;
  readonly links: Links;
  readonly members: Members;
  /** Who works on what alone. */
  readonly leases: LeaseBook;
  /** How long documents are kept. */
  readonly retention: RuleBook;
  readonly holds: Holds;
  readonly retentionSweep: RetentionSweep;
  readonly keys: TenantKeys;
  /** What commits say of themselves. */
  readonly commits: CommitHistory;
  /** What comes in from other installations. */
  readonly imports: Imports;
  readonly #parts: LibraryParts;
  readonly #rules: RulesOf;
  readonly #keys: DataKeys;
  readonly #documentKeys: DocumentKeys;
  readonly #heads: HeadStore;
  readonly #quotas: Quotas;
  readonly #contents: ContentStore;

  constructor(parts: LibraryParts) {
    this.#parts = parts;
    this.#keys = new DataKeys(parts.keys, parts.ambient);
    this.#documentKeys = new DocumentKeys({
      ...{ secrets: parts.region.secrets, service: parts.keys },
      ...{ dataKeys: this.#keys, ambient: parts.ambient },
    });
    this.#heads = new HeadStore(parts.region.heads, this.#documentKeys, parts.ambient);
    this.commits = new CommitHistory(parts.region.heads, this.#heads);
    this.#quotas = new Quotas(parts.catalogue, parts.quotaOf ?? (() => null), {
      clock: parts.ambient.clock,
      follow: async () => {
        await this.follow().catch(parts.onBehind);
      },
    });
    const contents = new ContentStore(parts.region.contents, this.#documentKeys, parts.ambient, this.#quotas);
    this.#contents = contents;
    this.uploads = new Uploads(new UploadStore(parts.spool, this.#keys, parts.ambient), parts.ambient);
    this.records = new Records(parts.region, this.#keys, parts.ambient);
    this.requests = new Requests(parts.spool, this.#keys, parts.ambient);
    const { ambient } = parts;
    this.operations = new OperationStore({
      ...{ heads: parts.region.heads, spool: parts.spool, keys: this.#keys, ambient },
      prunesItself: parts.region.prunesItself === true,
    });
    this.retention = new RuleBook(this.records, ambient.clock);
    const { retention } = this;
    this.#rules = async (tenant) => (await retention.read(tenant)).rules;
    const stores = {
      ...{ heads: this.#heads, contents, ambient, quotas: this.#quotas },
      rules: this.#rules,
      leases: parts.leases,
      committed: (stored: StoredHead) => this.#enter(stored),
    };
    const evidence = new Evidence(parts.region.heads, this.#keys, ambient);
    this.imports = new Imports({ ...stores, people: this.#people(), evidence });
    this.documents = new Documents(stores);
    const linkKeys = new LinkKeys(parts.region.heads, this.#keys, ambient, LINK_LIFETIME_MS.most);
    this.links = new Links(stores, linkKeys);
    this.keys = new TenantKeys({
      ...{ service: parts.keys, held: this.#documentKeys },
      ...{ heads: parts.region.heads, secrets: parts.region.secrets },
      rewrapping: new Rewrapping(this.#heads, this.#documentKeys, ambient, HOUSEKEEPER),
      holders: [linkKeys, this.records, evidence, this.operations],
      ...{ catalogue: parts.catalogue, residency: parts.residency, clock: ambient.clock },
    });
    this.leases = new LeaseBook(parts.leases, stores);
    this.members = new Members(stores);
    this.holds = new Holds(stores);
    this.retentionSweep = new RetentionSweep({
      ...{ stores, heads: parts.region.heads, contents: parts.region.contents },
      ...{ actor: HOUSEKEEPER, book: retention, records: this.records },
    });
    this.redlines = new Redlines(stores, this.documents);
  }

  /**
   * Documents that the actor may read, or redlines of one of them, as far as the catalogue knows: all that this process
   * committed, at least.
   *
   * @throws {DocumentsError} when the redlines of a document are asked for that cannot be read.
   */
  async list(actor: Actor, query: Omit<CatalogueQuery, 'tenant' | 'readers'>): Promise<CataloguePage> {
    const { tenant, kind, subjects } = actor;
    if (query.parent !== null) await this.documents.get(actor, query.parent);
    const isAll = query.parent !== null || kind === 'operator';
    const readers = isAll ? null : { subjects, at: isoTime(this.#parts.ambient.clock) };
    return await this.#parts.catalogue.list({ ...query, tenant, readers });
  }

  /** Of a document, also of a deleted one; none where there is no such document. */
  async labelsOf(actor: Actor, document: string): Promise<readonly string[]> {
    try {
      return (await this.documents.get(actor, document, { deleted: true })).head.labels;
    } catch (error) {
      if (error instanceof DocumentsError) return [];
      throw error;
    }
  }

  /** Brings the catalogue up to date. @returns how many documents were looked at. */
  async follow(): Promise<number> {
    const { residency, region, catalogue, ambient } = this.#parts;
    const heads = { store: region.heads, heads: this.#heads };
    return await followJournal(residency, heads, catalogue, ambient.clock());
  }

  /** @param listen is told of every commit of this process, whoever asked for it. */
  onCommit(listen: (commit: CommitRecords) => void): void {
    this.#heads.onCommit = ({ head }) => listen(recordsOf(head));
  }

  /** Purges what processes that died left behind. */
  async sweep(): Promise<SweptContents> {
    const { region, ambient } = this.#parts;
    const swept = await sweepContents(this.#heads, region.contents, ambient, HOUSEKEEPER);
    const { purged } = await sweepSecrets(region.heads, region.secrets, ambient);
    return { ...swept, purged: swept.purged + purged };
  }

  /** Removes generations of heads that nobody needs any more, where the store does not do that itself. @returns how many. */
  async prune(): Promise<number> {
    const { region, ambient } = this.#parts;
    if (region.prunesItself === true) return 0;
    return await pruneHeads(region.heads, pruneRule(ambient.clock()));
  }

  /** What operations gave back, for an hour. @param ceiling bytes that all of them may hold together. */
  results(ceiling: number): Results {
    return new Results(this.#parts.spool, this.#keys, this.#parts.ambient, ceiling);
  }

  /** What goes out to other installations. @param trail of the same tenants. */
  exports(trail: TrailPages): Exports {
    const { region, spool, ambient, onBehind } = this.#parts;
    return new Exports({
      ...{ heads: this.#heads, contents: this.#contents, people: this.#people(), trail, ambient },
      ...{ store: region.heads, clock: ambient.clock },
      plans: new ExportStore(spool, this.#keys, ambient),
      onFailure: onBehind,
    });
  }

  #people(): People {
    return new People(this.records, this.#parts.ambient.clock, this.#parts.ambient.random);
  }

  /** Erases documents for good. */
  erasures(plans: ErasureParts['plans'], trail: ErasureTrail): Erasures {
    const { region, catalogue, ambient } = this.#parts;
    return new Erasures({
      ...{ heads: this.#heads, stores: region, keys: this.#documentKeys, records: this.records },
      ...{ requests: this.requests, rules: this.#rules, catalogue, plans, trail, ambient },
      operations: this.operations,
      forgetResult: (operation) => removeResult(this.#parts.spool, operation),
    });
  }

  /** Erases who people were. @param forgetting what the room `access` keeps of them. */
  personErasures(
    forgetting: PersonErasureParts['forgetting'],
    plans: ErasureParts['plans'],
    trail: PersonTrail,
  ): PersonErasures {
    const { region, ambient } = this.#parts;
    const { members, records, requests, operations } = this;
    const forgetResult = (operation: Operation) => removeResult(this.#parts.spool, operation);
    const of = { members, records, requests, operations, forgetResult, forgetting, plans, trail, ambient };
    return new PersonErasures({ heads: this.#heads, store: region.heads, ...of });
  }

  /** Lets go of all keys. */
  close(): void {
    this.#documentKeys.forget();
  }

  async #enter(stored: StoredHead): Promise<void> {
    try {
      const entered = enter(stored, this.#parts.catalogue);
      // Counted there from now on, and nowhere twice.
      this.#quotas.end(stored.head.tenant, stored.head.id);
      await entered;
    } catch (error) {
      this.#parts.onBehind(error);
    }
  }
}

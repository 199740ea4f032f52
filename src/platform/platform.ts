import type { IdentityProvider, IssuerKeys } from '../access/index.ts';
import type { LockedPlace, RecordLog, RegionalSink } from '../audit/index.ts';
import type { Place, RegionalCatalogue, Residency, Scanner, Web } from '../documents/index.ts';
import type { Printer } from '../jobs/index.ts';
import type { Shared, TenantHolder } from './shared.ts';

/** The ports of one place that Redline can run in. Built by `main`, closed by it last. */
export interface Platform {
  /** Where documents may be kept; the first is that of tenants for whom nothing else is said. */
  readonly regions: ReadonlyMap<Residency, Place>;
  /** In which documents are listed: those of each tenant in its region, in the order of `regions`. */
  readonly catalogues: ReadonlyMap<Residency, RegionalCatalogue>;
  /** Where events of the audit trail are looked up: those of each tenant in its region. */
  readonly audit: ReadonlyMap<Residency, RegionalSink>;
  /** Those of them that are files here: what a tenant that moved left in them is removed. */
  readonly eventFiles: ReadonlyMap<Residency, TenantHolder>;
  /** Where the outbox of each region is kept; `null`: as objects among the heads. */
  readonly outboxes: ReadonlyMap<Residency, RecordLog> | null;
  /** Where checkpoints of the audit trail are put; `null`: nowhere. */
  readonly checkpoints: LockedPlace | null;
  readonly scanner: Scanner;
  readonly web: Web;
  readonly printer: Printer;
  readonly shared: Shared;
  /** Where people prove who they are; `null`: nowhere. */
  readonly identity: IdentityProvider | null;
  /** Of the provider, for what it says of who signed out there; `null` where there is none. */
  readonly providerKeys: IssuerKeys | null;
  /** Of the issuer of identity tokens for programs; `null`: there is none. */
  readonly issuerKeys: IssuerKeys | null;
  close(): Promise<void>;
}

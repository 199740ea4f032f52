import type { IdentityProvider, IssuerKeys } from '../access/index.ts';
import type {
  BlobStore,
  Catalogue,
  KeyService,
  Region,
  Residency,
  Scanner,
  Web,
} from '../documents/index.ts';
import type { Printer } from '../jobs/index.ts';
import type { Shared } from './shared.ts';

/** The ports of one place that Redline can run in. Built by `main`, closed by it last. */
export interface Platform {
  /** For results that are kept for an hour, and uploads that are under way. */
  readonly blobs: BlobStore;
  /** Where documents may be kept. */
  readonly regions: ReadonlyMap<Residency, Region>;
  readonly keys: KeyService;
  readonly catalogue: Catalogue;
  readonly scanner: Scanner;
  readonly web: Web;
  readonly printer: Printer;
  readonly shared: Shared;
  /** Where people prove who they are; `null`: nowhere. */
  readonly identity: IdentityProvider | null;
  /** Of the issuer of identity tokens for programs; `null`: there is none. */
  readonly issuerKeys: IssuerKeys | null;
  close(): Promise<void>;
}

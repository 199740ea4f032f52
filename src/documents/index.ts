export { type Ambient, newId } from './ambient.ts';
export type { AuditAction, AuditRecord } from './audit-record.ts';
export {
  ABSENT,
  type BlobAttributes,
  type BlobBody,
  type BlobInfo,
  type BlobStore,
  type ByteRange,
  type ReadOptions,
  type StoredBlob,
  type VersionedBlobStore,
  type WriteOptions,
} from './blob-store.ts';
export type {
  Catalogue,
  CatalogueEntry,
  CataloguePage,
  CataloguePlace,
  CatalogueQuery,
  CatalogueSort,
} from './catalogue.ts';
export { ContentStore, type IncomingContent } from './content-store.ts';
export { DataKeys, type DataKeysOptions } from './data-keys.ts';
export type { Description } from './description.ts';
export { type Change, type ChangeOf, Documents, newOperation } from './documents.ts';
export { DocumentsError, type DocumentsErrorCode, type DocumentsErrorDetails } from './errors.ts';
export type { Commit, ContentFacts, Head, Version, VersionOrigin } from './head.ts';
export { HeadStore, type StoredHead } from './head-store.ts';
export { catalogueEntry, followJournal } from './journal.ts';
export type { KeyService, WrappedKey } from './key-service.ts';
export { type SweptContents, sweepContents } from './leftovers.ts';
export type { Region, Residency } from './regions.ts';
export {
  type ResultContent,
  type ResultGone,
  type ResultKind,
  type ResultPart,
  Results,
  ResultsFullError,
  type SavedResult,
} from './results.ts';

export type { Ambient } from './ambient.ts';
export type { AuditAction, AuditRecord } from './audit-record.ts';
export {
  ABSENT,
  type BlobAttributes,
  type BlobBody,
  type BlobInfo,
  type BlobStore,
  type ByteRange,
  type PruneRule,
  type ReadOptions,
  type StoredBlob,
  type VersionedBlobStore,
  type WriteOptions,
} from './blob-store.ts';
export {
  CATALOGUE_SORTS,
  type Catalogue,
  type CatalogueEntry,
  type CataloguePage,
  type CatalogueQuery,
  type CatalogueRow,
  type CatalogueSort,
  type CatalogueUsage,
  MOST_PAGE,
  type RegionalCatalogue,
} from './catalogue.ts';
export { type AnnouncedCommit, CommitHistory, type CommitRecords } from './commit-records.ts';
export type { Change, ChangeOf } from './commits.ts';
export { ContentStore, type Examine, type IncomingContent } from './content-store.ts';
export { isWord } from './content-type/index.ts';
export { claimDataFormat } from './data-format.ts';
export { DataKeys, type DataKeysOptions } from './data-keys.ts';
export type { Derived, DerivedHead } from './derived.ts';
export type { Description } from './description.ts';
export { DocumentKeys } from './document-keys.ts';
export { Documents, newOperation } from './documents.ts';
export type { ChainPlace, ErasureCounts, Remaining, Statement } from './erasure-statement.ts';
export { type Erasure, Erasures, type ErasureTrail, LOOKED_AFTER_MS } from './erasures.ts';
export { DocumentsError, type DocumentsErrorCode, type DocumentsErrorDetails } from './errors.ts';
export { Examiner } from './examination.ts';
export type {
  Commit,
  ComparedContent,
  ContentFacts,
  Head,
  Hold,
  RedlineFacts,
  SharedLink,
  Version,
  VersionOrigin,
} from './head.ts';
export { HeadStore, type StoredHead } from './head-store.ts';
export type { KeyService, WrappedKey } from './key-service.ts';
export {
  type Lease,
  type LeaseAsked,
  type LeaseName,
  type Leases,
  type LeaseTaking,
  LONGEST_LEASE_MS,
} from './leases/leases.ts';
export { type SweptContents, sweepContents } from './leftovers.ts';
export { Library, type LibraryParts } from './library.ts';
export { LINK_LIFETIME_MS, type LinkedPlace } from './links.ts';
export { DERIVED_KINDS, type DerivedKind, REDLINE_KINDS, type RedlineKind } from './made-kinds.ts';
export {
  isElsewhere,
  isMoving,
  isServed,
  type LeftEvents,
  type MoveReport,
  type Mover,
  type MoveStatus,
  Placements,
  type StoredMove,
  TenantMove,
} from './moving/index.ts';
export {
  callerOf,
  changed,
  isOpen,
  type ListedOperation,
  type NewOperation,
  OPERATION_STATES,
  type Operation,
  type OperationActor,
  type OperationChange,
  type OperationEvent,
  type OperationFailure,
  type OperationPlace,
  type OperationPriority,
  type OperationState,
  OperationStore,
  type SentInputs,
  type SentWith,
  type ShelvedOperation,
  type StoredOperation,
  shelved,
} from './operations/index.ts';
export {
  type AllErasures,
  isPerson,
  type PersonErasure,
  PersonErasures,
  type PersonTrail,
} from './person-erasures.ts';
export { movePersons } from './persons.ts';
export {
  type ArchiveSignature,
  type CheckedArchive,
  checkArchive,
  type ExportScope,
  type ExportState,
  type Exports,
  eventLines,
  factsOf,
  type ImportReport,
  type Imports,
  type ProofFile,
  readTar,
  type TrailPages,
} from './portability/index.ts';
export { pruneHeads } from './pruning.ts';
export type { Quota } from './quotas.ts';
export type { NewRedline } from './redlines.ts';
export type { Place, Region, Residency } from './regions.ts';
export { addressOf, namesHost } from './remote/address-of.ts';
export { isPublicAddress } from './remote/addresses.ts';
export { fetchContent, type RemoteRules } from './remote/fetch-content.ts';
export type { Web, WebAnswer, WebMessage, WebReply } from './remote/web.ts';
export {
  type Claim,
  MOST_ANSWER_BYTES,
  RENEW_MS,
  type RequestAnswer,
  type RequestBody,
  Requests,
} from './requests.ts';
export { assertResidencies } from './residency.ts';
export {
  type ResultContent,
  type ResultGone,
  type ResultKind,
  type ResultPart,
  type ResultPlace,
  Results,
  ResultsFullError,
  type SavedResult,
} from './results.ts';
export type { StoredRules } from './retention/rule-book.ts';
export type { Retained, RuleSet } from './retention/rules.ts';
export type { SweepReport } from './retention/sweep.ts';
export { RoutedCatalogue } from './routed-catalogue.ts';
export { type Places, routed } from './routing.ts';
export type { Scanner, ScanVerdict } from './scanner.ts';
export { type Retired, TenantKeys } from './tenant-keys.ts';
export { UploadStore } from './uploads/upload-store.ts';
export {
  CHECKSUMS,
  type Checksum,
  type Incoming,
  MOST_UPLOAD_BYTES,
  type Upload,
  Uploads,
} from './uploads/uploads.ts';
export { replaceOnce, unclear, writeNew } from './writing.ts';

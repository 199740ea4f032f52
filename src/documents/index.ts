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
export type { KeyService, WrappedKey } from './key-service.ts';
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

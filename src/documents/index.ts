export type { BlobAttributes, BlobInfo, BlobStore, StoredBlob } from './blob-store.ts';
export {
  type ResultContent,
  type ResultGone,
  type ResultKind,
  type ResultPart,
  Results,
  ResultsFullError,
  type SavedResult,
} from './results.ts';

export type { BlobAttributes, BlobInfo, BlobStore, StoredBlob } from './blob-store.ts';
export {
  ComparisonResults,
  type ResultContent,
  type ResultGone,
  type ResultPart,
  ResultsFullError,
  type SavedResult,
} from './results.ts';

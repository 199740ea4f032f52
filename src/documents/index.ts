export type { BlobAttributes, BlobInfo, BlobStore, StoredBlob } from './blob-store.ts';
export {
  ComparisonResults,
  RESULT_LIFETIME_MS,
  type ResultContent,
  type ResultGone,
  type ResultPart,
  type SavedResult,
} from './results.ts';

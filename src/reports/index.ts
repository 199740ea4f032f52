export { BATCH_FORMATS, type BatchFormat, type BatchItem, type BatchSummary, batchReport } from './batch.ts';
export { reportDocx } from './docx.ts';

export type { ArchiveCounts, ArchiveSignature, ExportScope } from './archive.ts';
export { Evidence } from './evidence.ts';
export type { ExportState } from './export-store.ts';
export { ExportStore } from './export-store.ts';
export { Exports } from './exports.ts';
export { type ImportOptions, type ImportReport, Imports } from './imports.ts';
export { type CheckedArchive, checkArchive, eventLines, factsOf } from './read-archive.ts';
export { readTar } from './tar.ts';
export type { ProofFile, TrailPages } from './trail-pages.ts';

export {
  copyDocument,
  type DocumentEntry,
  type DocumentPage,
  type DocumentQuery,
  deleteDocument,
  describeDocument,
  getDocument,
  type KeptDocument,
  type Known,
  keepUpload,
  listDocuments,
  listVersions,
  pathOf,
  restoreDocument,
  restoreVersion,
  type UploadTarget,
  type Version,
  type VersionOrigin,
  type VersionPage,
} from './documents.ts';
export { type Problem, ProblemError, problemFrom, unreachable } from './problem.ts';
export {
  type FileSource,
  findUpload,
  removeUpload,
  sendFile,
  type UploadAnswer,
  type UploadPorts,
  type UploadProgress,
  type UploadRequest,
} from './send-file.ts';
export { type Ask, Service } from './service.ts';

import type { DocumentsErrorCode } from '../documents/index.ts';
import type { ProblemKind } from './problem-kind.ts';

/** What can be wrong with the content of a document, where it is fetched from, and the upload that brings it. */
export type ContentProblemCode = Extract<
  DocumentsErrorCode,
  | 'documents/type-not-supported'
  | 'documents/damaged'
  | 'documents/protected'
  | 'documents/too-large'
  | 'documents/infected'
  | 'documents/address-not-allowed'
  | 'documents/address-failed'
  | `uploads/${string}`
>;

/** 460 is the number that tus gives a checksum that does not fit; HTTP itself has none for it. */
export const CONTENT_PROBLEMS: Readonly<Record<ContentProblemCode, ProblemKind>> = {
  'documents/type-not-supported': {
    status: 415,
    title: 'Files of this kind are not kept',
    advice:
      'Word documents (.docx, .docm, .dotx, .dotm), PDF, PNG, JPEG and TIFF are, by what is in the file.',
  },
  'documents/damaged': {
    status: 422,
    title: 'The file is damaged or incomplete',
    advice: 'Make the file again with the program that it comes from, and send that.',
  },
  'documents/protected': {
    status: 422,
    title: 'The PDF is protected',
    advice: 'Remove the protection with the program that it comes from, and send it again.',
  },
  'documents/too-large': {
    status: 413,
    title: 'The file is larger than a document may be',
    advice: 'A document may have 50 MB. Pictures can be compressed in Word.',
  },
  'documents/infected': {
    status: 422,
    title: 'The malware scanner found something in the file',
    advice: 'The file is not kept. Have the machine that it comes from looked at.',
  },
  'documents/address-not-allowed': {
    status: 422,
    title: 'The address may not be fetched',
    advice:
      'Only https addresses of the hosts in REDLINE_FETCH_HOSTS are fetched. Send the file itself instead.',
  },
  'documents/address-failed': {
    status: 422,
    title: 'The address could not be fetched',
    advice: 'See whether a browser opens the address without a sign-in. Send the file itself instead.',
  },
  'uploads/not-found': {
    status: 404,
    title: 'There is no such upload',
    advice:
      'An upload is kept for a day after something last arrived. Start a new one with POST /v1/uploads.',
  },
  'uploads/offset': {
    status: 409,
    title: 'The bytes do not follow those that have arrived',
    advice: 'HEAD tells how far the upload is (Upload-Offset): go on from there.',
  },
  'uploads/checksum': {
    status: 460,
    title: 'The bytes are not those of the checksum',
    advice: 'Nothing of the request was kept. Send the same bytes again.',
  },
  'uploads/too-many': {
    status: 429,
    title: 'There are too many uploads, or too many parts of one',
    advice: 'Finish or end uploads that are under way; send at least some hundred kilobytes in each request.',
  },
  'uploads/incomplete': {
    status: 409,
    title: 'The upload is not complete',
    advice: 'Send the rest of it with PATCH, then ask again.',
  },
};

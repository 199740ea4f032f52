import { DocumentsError } from '../errors.ts';

/** Every kind of content that a document can have, by its media type. */
export const CONTENT_TYPES = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  docm: 'application/vnd.ms-word.document.macroEnabled.12',
  dotx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.template',
  dotm: 'application/vnd.ms-word.template.macroEnabled.12',
  pdf: 'application/pdf',
  png: 'image/png',
  jpeg: 'image/jpeg',
  tiff: 'image/tiff',
} as const;

export type ContentFormat = keyof typeof CONTENT_TYPES;
export type ContentType = (typeof CONTENT_TYPES)[ContentFormat];

const WORD: readonly string[] = [
  CONTENT_TYPES.docx,
  CONTENT_TYPES.docm,
  CONTENT_TYPES.dotx,
  CONTENT_TYPES.dotm,
];

/** Whether the engine can work with contents of this media type. */
export function isWord(type: string): boolean {
  return WORD.includes(type);
}

/** What a content was found to be. */
export interface ContentDescription {
  readonly type: ContentType;
  /** `null` for Word documents: their pages are made when they are printed. */
  readonly pages: number | null;
  /** Of a picture (of the first one, where there are several); pixels. */
  readonly width?: number;
  readonly height?: number;
}

export function notSupported(): DocumentsError {
  return new DocumentsError(
    'documents/type-not-supported',
    'The file is of a kind that is not kept. Word documents (.docx, .docm, .dotx, .dotm), PDF, PNG, JPEG and TIFF are.',
    { accepted: Object.values(CONTENT_TYPES) },
  );
}

/** @param kind such as `PDF`, for the message. */
export function damagedFile(kind: string): DocumentsError {
  return new DocumentsError(
    'documents/damaged',
    `The file begins as a ${kind} does, but is damaged or incomplete. Make it again and send that.`,
  );
}

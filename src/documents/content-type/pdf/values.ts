/** An object of a PDF (ISO 32000-1 § 7.3). Names keep their slash; strings are bytes and never compared. */
export type PdfValue =
  | null
  | boolean
  | number
  | `/${string}`
  | PdfRef
  | PdfDict
  | readonly PdfValue[]
  | Uint8Array;

export interface PdfRef {
  readonly ref: number;
}

export type PdfDict = ReadonlyMap<string, PdfValue>;

export function isDict(value: PdfValue | undefined): value is PdfDict {
  return value instanceof Map;
}

export function isRef(value: PdfValue | undefined): value is PdfRef {
  return typeof value === 'object' && value !== null && 'ref' in value;
}

export function isWhole(value: PdfValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** What is read is no PDF syntax, or goes beyond what this reader takes. */
export class PdfSyntaxError extends Error {
  override readonly name = 'PdfSyntaxError';
}

/** The bytes at hand end inside of an object. */
export class PdfShortError extends PdfSyntaxError {}

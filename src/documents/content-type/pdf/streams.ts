import { promisify } from 'node:util';
import { constants, inflate } from 'node:zlib';
import { isDict, isWhole, type PdfDict, PdfSyntaxError, type PdfValue } from './values.ts';

const inflateAsync = promisify(inflate);

/** Bytes that a table of objects, or a container of objects, may have when it is inflated. */
const MOST_INFLATED = 16 * 1024 * 1024;

/**
 * The bytes of a stream of the kinds that hold a PDF's structure: plain or deflated, with or without a predictor.
 *
 * @throws {PdfSyntaxError} for others; containers of objects have no use for other filters.
 */
export async function decodeStream(dict: PdfDict, stored: Uint8Array): Promise<Uint8Array> {
  const filter = only(dict.get('Filter') ?? dict.get('F'));
  if (filter === null) return stored;
  if (filter !== '/FlateDecode' && filter !== '/Fl') throw new PdfSyntaxError('A filter is not known.');
  const inflated = await inflateAsync(stored, {
    maxOutputLength: MOST_INFLATED,
    // Writers that end a stream too early are common; what is missing is noticed by whoever reads it.
    finishFlush: constants.Z_SYNC_FLUSH,
  }).catch((cause: unknown) => {
    throw new PdfSyntaxError('A stream of the PDF cannot be unpacked.', { cause });
  });
  const parameters = only(dict.get('DecodeParms') ?? dict.get('DP'));
  return isDict(parameters) ? unpredict(inflated, parameters) : inflated;
}

/** A value, or the only one of a list. */
function only(value: PdfValue | undefined): PdfValue {
  if (!Array.isArray(value)) return value ?? null;
  if (value.length > 1) throw new PdfSyntaxError('A stream of the PDF has several filters.');
  return value[0] ?? null;
}

/** Undoes the predictors of PNG (ISO/IEC 15948 § 9.2). */
function unpredict(bytes: Uint8Array, parameters: PdfDict): Uint8Array {
  const predictor = parameters.get('Predictor') ?? 1;
  if (predictor === 1) return bytes;
  const [columns, colors, bits] = ['Columns', 'Colors', 'BitsPerComponent'].map((key) => parameters.get(key));
  if (!isWhole(predictor) || predictor < 10) throw new PdfSyntaxError('A predictor is not known.');
  const step = Math.max(1, (numberOr(colors, 1) * numberOr(bits, 8)) >> 3);
  const row = Math.ceil((numberOr(columns, 1) * numberOr(colors, 1) * numberOr(bits, 8)) / 8);
  if (row < 1 || row > 65_536) throw new PdfSyntaxError('A predictor has rows that are too long.');
  const rows = Math.floor(bytes.length / (row + 1));
  const out = new Uint8Array(rows * row);
  for (let y = 0; y < rows; y += 1) {
    const kind = bytes[y * (row + 1)] ?? 0;
    for (let x = 0; x < row; x += 1) {
      const raw = bytes[y * (row + 1) + 1 + x] ?? 0;
      const left = x >= step ? (out[y * row + x - step] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * row + x] ?? 0) : 0;
      const corner = x >= step && y > 0 ? (out[(y - 1) * row + x - step] ?? 0) : 0;
      out[y * row + x] = raw + predicted(kind, left, up, corner);
    }
  }
  return out;
}

function predicted(kind: number, left: number, up: number, corner: number): number {
  switch (kind) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((value) => Math.abs(estimate - value)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function numberOr(value: PdfValue | undefined, byDefault: number): number {
  return isWhole(value) ? value : byDefault;
}

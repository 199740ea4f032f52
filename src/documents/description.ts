import { DocumentsError } from './errors.ts';

/** What people say of a document. */
export interface Description {
  /** 1 to 255 UTF-16 units, no control characters, no space at its ends. */
  readonly name: string;
  /** At most 50, each of 1 to 64 UTF-16 units without control characters. */
  readonly labels: readonly string[];
}

const MOST_LABELS = 50;
const LABEL_LENGTH = 64;
const NAME_LENGTH = 255;

/**
 * What was said, tidied: NFC, no spaces at the ends, every label once.
 *
 * @throws {DocumentsError} `documents/invalid`, naming the field.
 */
export function checkDescription<Given extends Partial<Description>>(given: Given): Given {
  const name = given.name === undefined ? {} : { name: tidy(given.name, 'name', NAME_LENGTH) };
  if (given.labels === undefined) return { ...given, ...name };
  const labels = [...new Set(given.labels.map((label) => tidy(label, 'labels', LABEL_LENGTH)))];
  if (labels.length > MOST_LABELS) throw invalid('labels', `A document can have ${MOST_LABELS} labels.`);
  return { ...given, ...name, labels };
}

function tidy(text: string, field: string, most: number): string {
  const tidied = text.normalize('NFC').trim();
  // Also the marks that turn the direction of what follows: they make one name look like another.
  const fits =
    tidied.length >= 1 && tidied.length <= most && !/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(tidied);
  if (fits) return tidied;
  throw invalid(field, `Give 1 to ${most} characters without line breaks and other control characters.`);
}

function invalid(field: string, message: string): DocumentsError {
  return new DocumentsError('documents/invalid', message, { field });
}

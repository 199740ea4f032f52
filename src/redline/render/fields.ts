import { attribute, textOf, type XmlElement } from '../ooxml/index.ts';
import type { Field } from './context.ts';

/** Fields that only a laid-out page can answer; their place is shown by a sign. */
const PAGE_NUMBERS = /^\s*(PAGE|NUMPAGES|SECTIONPAGES)\b/i;

/** What stands for a field without a result. */
export function emptyResult(code: string): string {
  return PAGE_NUMBERS.test(code) ? '#' : '';
}

/** What is read now belongs to a field's code and is not shown. */
export function isHidden(fields: readonly Field[]): boolean {
  return fields.some((field) => field.state === 'code');
}

/**
 * Follows the code and result of complex fields (ECMA-376 Part 1 §17.16.18).
 *
 * @returns the characters to show in the place of `piece`; nothing when it is not part of a field's frame
 */
export function followField(piece: XmlElement, fields: Field[]): string | undefined {
  const field = fields.at(-1);
  if (piece.name === 'w:instrText' || piece.name === 'w:delInstrText') {
    if (field) field.code += textOf(piece);
    return '';
  }
  if (piece.name !== 'w:fldChar') {
    if (field && piece.name !== 'w:rPr') field.shown = true;
    return undefined;
  }
  const type = attribute(piece, 'w:fldCharType');
  if (type === 'begin') fields.push({ state: 'code', code: '', shown: false });
  else if (type === 'separate' && field) {
    field.state = 'result';
    field.shown = false;
  } else if (type === 'end') {
    fields.pop();
    return field?.shown === false ? emptyResult(field.code) : '';
  }
  return '';
}

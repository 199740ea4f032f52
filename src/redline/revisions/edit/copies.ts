import { inner, outer, parseXml, type XmlElement } from '../../ooxml/index.ts';
import { hasRevisions } from '../decide/names.ts';
import { settleAll } from '../decide/settle.ts';

/** The part was read under the limits of the document: a piece of it is no deeper. */
const MOST_DEPTH = 100_000;
/** What may not stand twice in a document, and what belongs to the place and not to what is copied. */
const PLACED =
  /\s(?:w14:paraId|w14:textId)="[^"]*"|<w:(?:bookmark|commentRange|perm)(?:Start|End)\b[^>]*\/>|<w:commentReference\b[^>]*\/>/g;

/** A copy of an element as it shows with every change in it accepted, without marks. */
export function settledCopy(element: XmlElement): string {
  const source = outer(element);
  const settled = hasRevisions(source) ? settleAll(parseXml(source, MOST_DEPTH), 'accept') : source;
  return settled.replace(PLACED, '');
}

/** The content of such a copy. */
export function copiedContent(element: XmlElement): string {
  return inner(parseXml(settledCopy(element), MOST_DEPTH));
}

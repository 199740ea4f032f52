import type { XmlElement } from '../ooxml/index.ts';

/** What became of a piece of a document. */
export type Kind = 'insertion' | 'deletion' | 'moveFrom' | 'moveTo';

/** Is it in the original only? */
export function isGone(kind: Kind | undefined): boolean {
  return kind === 'deletion' || kind === 'moveFrom';
}

/** Is it in the modified document only? */
export function isNew(kind: Kind | undefined): boolean {
  return kind === 'insertion' || kind === 'moveTo';
}

const KINDS: Readonly<Record<string, Kind>> = {
  'w:ins': 'insertion',
  'w:del': 'deletion',
  'w:moveFrom': 'moveFrom',
  'w:moveTo': 'moveTo',
  'w:cellIns': 'insertion',
  'w:cellDel': 'deletion',
};

/** Which change an element stands for (ECMA-376 Part 1 §17.13.5), if it is one. */
export function kindOf(element: XmlElement): Kind | undefined {
  return KINDS[element.name];
}

/** How what the properties belong to was changed; of nested changes the last one counts. */
export function kindWithin(properties: XmlElement | undefined): Kind | undefined {
  return properties?.children
    .map((c) => (c.kind === 'element' ? kindOf(c) : undefined))
    .findLast((kind) => kind !== undefined);
}

/** Elements that say that something was changed, and hold nothing that is shown. */
export const SILENT: ReadonlySet<string> = new Set(
  (
    'w:rPrChange w:pPrChange w:sectPrChange w:tblPrChange w:tblGridChange w:trPrChange w:tcPrChange w:tblPrExChange w:numberingChange ' +
    'w:moveFromRangeStart w:moveFromRangeEnd w:moveToRangeStart w:moveToRangeEnd w:cellIns w:cellDel w:cellMerge ' +
    'w:customXmlInsRangeStart w:customXmlInsRangeEnd w:customXmlDelRangeStart w:customXmlDelRangeEnd ' +
    'w:customXmlMoveFromRangeStart w:customXmlMoveFromRangeEnd w:customXmlMoveToRangeStart w:customXmlMoveToRangeEnd'
  ).split(' '),
);

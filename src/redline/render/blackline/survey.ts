import {
  attribute,
  Counters,
  child,
  childValue,
  formatNumber,
  type ListPlace,
  type Numbering,
  placeOf,
  type Styles,
  type XmlElement,
} from '../../ooxml/index.ts';
import { contents } from '../content.ts';
import { isGone, isNew, type Kind, kindOf, kindWithin } from '../kinds.ts';

/** The label of a paragraph that went away, as the original displayed it. */
export interface LostLabel {
  readonly text: string;
  readonly place: ListPlace;
}

/** What the text says about its notes: `footnote 3` → how its reference was changed. */
export interface NoteUse {
  readonly kind: Kind | undefined;
  /** The number that a reference had in the original, where it went away. */
  readonly label: string | undefined;
}

/**
 * What has to be known before the first byte is written: numbers that count in the original only. They become plain
 * text, so that the numbers that Word counts by itself are those of the modified document.
 */
export interface Survey {
  readonly labels: ReadonlyMap<XmlElement, LostLabel>;
  /** By `footnote 3`, `endnote 1`. */
  readonly notes: ReadonlyMap<string, NoteUse>;
}

const REFERENCES: Readonly<Record<string, 'footnote' | 'endnote'>> = {
  'w:footnoteReference': 'footnote',
  'w:endnoteReference': 'endnote',
};

export function survey(body: XmlElement, styles: Styles, numbering: Numbering): Survey {
  const labels = new Map<XmlElement, LostLabel>();
  const notes = new Map<string, NoteUse>();
  const rejected = new Counters();
  const counts = { footnote: 0, endnote: 0 };
  const paragraph = (p: XmlElement): void => {
    const pPr = child(p, 'w:pPr');
    const kind = kindWithin(child(pPr, 'w:rPr'));
    const place = isNew(kind) ? undefined : formerPlace(pPr, styles, numbering);
    if (place === undefined) return;
    const text = rejected.next(place);
    if (isGone(kind) && text !== '') labels.set(p, { text, place });
  };
  const reference = (element: XmlElement, note: 'footnote' | 'endnote', kind: Kind | undefined): void => {
    const number = isNew(kind) ? 0 : ++counts[note];
    const label = isGone(kind)
      ? formatNumber(number, note === 'footnote' ? 'decimal' : 'lowerRoman')
      : undefined;
    const key = `${note} ${attribute(element, 'w:id') ?? ''}`;
    const known = notes.get(key);
    // A note that was moved has a reference that stays.
    if (known === undefined || isGone(known.kind)) notes.set(key, { kind: known ? undefined : kind, label });
  };
  const walk = (element: XmlElement, kind: Kind | undefined): void => {
    if (element.name === 'w:p') paragraph(element);
    const note = REFERENCES[element.name];
    if (note !== undefined) reference(element, note, kind);
    const inner = kindOf(element) ?? kind;
    for (const c of contents(element)) walk(c, inner);
  };
  walk(body, undefined);
  return { labels, notes };
}

/** Where a paragraph stood in a list before its properties were changed. */
function formerPlace(
  pPr: XmlElement | undefined,
  styles: Styles,
  numbering: Numbering,
): ListPlace | undefined {
  const change = child(pPr, 'w:pPrChange');
  const former = change === undefined ? pPr : child(change, 'w:pPr');
  return placeOf(former, childValue(former, 'w:pStyle') ?? styles.defaultParagraph, styles, numbering);
}

import { decodeText } from './character-data.ts';
import { attributes, outer, type XmlElement } from './xml.ts';

/** On/off properties (ECMA-376 Part 1 §17.17.4): absent value, `1`, `true` and `on` say the same. */
const TOGGLES = new Set(
  (
    'b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden rtl cs specVanish oMath ' +
    'keepNext keepLines pageBreakBefore widowControl suppressLineNumbers bidi kinsoku suppressAutoHyphens wordWrap overflowPunct topLinePunct ' +
    'autoSpaceDE autoSpaceDN adjustRightInd contextualSpacing mirrorIndents suppressOverlap cantSplit tblHeader hidden noWrap tcFitText hideMark ' +
    'bidiVisual titlePg noEndnote formProt rtlGutter'
  )
    .split(' ')
    .map((name) => `w:${name}`),
);

/** Elements that show nothing and say nothing about content. */
const SILENT = new Set(
  (
    'w:proofErr w:lastRenderedPageBreak w:bookmarkStart w:bookmarkEnd w:commentRangeStart w:commentRangeEnd w:permStart w:permEnd ' +
    'w:rPrChange w:pPrChange w:sectPrChange w:tblPrChange w:tblGridChange w:trPrChange w:tcPrChange w:tblPrExChange w:numberingChange'
  ).split(' '),
);

/** Attributes that editors write anew at each save. */
const NOISE =
  /^(w:rsid\w*|w14:paraId|w14:textId|wp14:anchorId|wp14:editId|w14:anchorId|w14:editId|w16du:\w+|\w+:durableId|o:gfxdata|o:spid|w:tplc|xml:space)$/;

/** Elements whose id only tells them apart inside one file. */
const ID_BEARERS = /^(wp:docPr|\w+:cNvPr|v:\w+)$/;

export interface CanonicalOptions {
  /** Elements to leave out wherever they stand. */
  readonly skip?: ReadonlySet<string>;
  /** Elements whose content does not count (a text box is a story of its own). */
  readonly hollow?: ReadonlySet<string>;
}

/**
 * A text that is equal for two elements that say the same: attribute order, on/off spellings and
 * what editors write anew at each save do not count; properties count without their order.
 */
export function canonical(element: XmlElement, options: CanonicalOptions = {}): string {
  const isProperties = /^w:(\w+Pr|numPr|tabs|pBdr|tblBorders|tcBorders|pgBorders|pgMar)$/.test(element.name);
  const parts: string[] = [];
  if (!options.hollow?.has(element.name)) {
    for (const c of element.children) {
      if (c.kind === 'text') {
        if (c.raw.trim() !== '') parts.push(decodeText(c.raw));
      } else if (!SILENT.has(c.name) && !options.skip?.has(c.name)) parts.push(canonical(c, options));
    }
  }
  if (isProperties) parts.sort();
  return `<${element.name}${canonicalAttributes(element)}>${parts.join('')}</>`;
}

/** The attributes that count, sorted. */
export function canonicalAttributes(element: XmlElement): string {
  const pairs = attributes(element);
  if (pairs.length === 0) return '';
  const kept: string[] = [];
  for (const [name, value] of pairs) {
    if (NOISE.test(name) || name.startsWith('xmlns') || name.startsWith('mc:')) continue;
    if (name === 'id' && ID_BEARERS.test(element.name)) continue;
    if (name === 'w:val' && TOGGLES.has(element.name)) {
      if (!/^(1|true|on)$/.test(value)) kept.push(' w:val=0');
    } else kept.push(` ${name}=${/^[0-9a-f]{6}$/i.test(value) ? value.toUpperCase() : value}`);
  }
  return kept.sort().join('');
}

/** Canonical form of the children of a property element, without those named; `''` when nothing is left. */
export function canonicalChildren(element: XmlElement | undefined, skip: ReadonlySet<string>): string {
  if (element === undefined) return '';
  const parts: string[] = [];
  for (const c of element.children)
    if (c.kind === 'element' && !skip.has(c.name) && !SILENT.has(c.name)) parts.push(canonical(c));
  return parts.sort().join('');
}

const RAW_NOISE =
  / (?:w:rsid\w*|w14:paraId|w14:textId)="[^"]*"|<w:(?:proofErr|lastRenderedPageBreak)\b[^>]*\/>/g;

/** The source of an element without what editors write anew: equal texts are equal content. */
export function rawKey(element: XmlElement): string {
  return outer(element).replace(RAW_NOISE, '');
}

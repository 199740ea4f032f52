import { attribute, child, elements, isOn, outer, type Styles, type XmlElement } from '../../ooxml/index.ts';

/** Names of properties as a reader of contracts would say them; what is not here is "formatting". */
const NAMES: Readonly<Record<string, string>> = {
  'w:b': 'bold',
  'w:i': 'italic',
  'w:u': 'underline',
  'w:strike': 'strikethrough',
  'w:dstrike': 'double strikethrough',
  'w:caps': 'all capitals',
  'w:smallCaps': 'small capitals',
  'w:vanish': 'hidden',
  'w:color': 'colour',
  'w:sz': 'size',
  'w:rFonts': 'font',
  'w:highlight': 'highlight',
  'w:shd': 'shading',
  'w:vertAlign': 'position',
  'w:rStyle': 'style',
  'w:pStyle': 'style',
  'w:jc': 'alignment',
  'w:ind': 'indent',
  'w:spacing': 'spacing',
  'w:numPr': 'numbering',
  'w:keepNext': 'keep with next',
  'w:keepLines': 'keep together',
  'w:pageBreakBefore': 'page break before',
  'w:outlineLvl': 'outline level',
  'w:pBdr': 'borders',
  'w:bdr': 'border',
  'w:tabs': 'tab stops',
  'w:contextualSpacing': 'paragraph spacing',
  'w:widowControl': 'widow control',
  'w:kern': 'kerning',
  'w:position': 'position',
  'w:w': 'character width',
  'w:tblW': 'table width',
  'w:tblInd': 'table indent',
  'w:tblBorders': 'borders',
  'w:tblStyle': 'table style',
  'w:tblLayout': 'table layout',
  'w:tblLook': 'table look',
  'w:tblCellMar': 'cell margins',
  'w:tcMar': 'cell margins',
  'w:noWrap': 'wrapping',
  'w:textDirection': 'text direction',
  'w:tcW': 'cell width',
  'w:tcBorders': 'borders',
  'w:vAlign': 'vertical alignment',
  'w:gridSpan': 'merged cells',
  'w:vMerge': 'merged cells',
  'w:trHeight': 'row height',
  'w:tblHeader': 'header row',
  'w:cantSplit': 'row breaking',
  'w:pgSz': 'page size',
  'w:pgMar': 'page margins',
  'w:cols': 'columns',
  'w:type': 'section type',
  'w:titlePg': 'first page',
  'w:headerReference': 'headers',
  'w:footerReference': 'footers',
};
const SWITCHES: ReadonlySet<string> = new Set([
  'w:b',
  'w:i',
  'w:strike',
  'w:dstrike',
  'w:caps',
  'w:smallCaps',
  'w:vanish',
]);
/** Twins for complex scripts and things that are not formatting to a reader. */
const SILENT = /^w:(bCs|iCs|szCs|lang|noProof|ins|del|moveFrom|moveTo|rPr|sectPr)$|Change$/;
const SUBJECTS: Readonly<Record<string, string>> = {
  'w:tblPrChange': 'table',
  'w:tblPrExChange': 'table',
  'w:tblGridChange': 'table columns',
  'w:trPrChange': 'row',
  'w:tcPrChange': 'cell',
  'w:sectPrChange': 'section',
};
const MAX_PARTS = 4;
const MAX_VALUE = 40;

/**
 * What a property change (`w:rPrChange`, `w:pPrChange`, …) did, in a few words: `bold, size 12 pt`.
 *
 * @param properties the element that holds `change`: the properties as they are now
 */
export function describeChange(
  change: XmlElement,
  properties: XmlElement | undefined,
  styles: Styles,
): string {
  const now = byName(properties);
  const before = byName(elements(change)[0]);
  const names = [...new Set([...now.keys(), ...before.keys()])];
  const parts = names.flatMap((name) => {
    const [a, b] = [before.get(name), now.get(name)];
    return a !== undefined && b !== undefined && outer(a) === outer(b) ? [] : [describeOne(name, b, styles)];
  });
  const unique = tellingFirst(parts);
  const few = unique.length > MAX_PARTS ? [...unique.slice(0, MAX_PARTS), 'more'] : unique;
  const subject = SUBJECTS[change.name];
  const what = few.join(', ');
  if (subject === undefined) return what || 'formatting';
  return what === '' || properties === undefined ? subject : `${subject}: ${what}`;
}

/** The same as words for what was there before and what is there now. */
export function describeFormats(
  change: XmlElement,
  properties: XmlElement | undefined,
  styles: Styles,
): { readonly before: string; readonly after: string } {
  const now = byName(properties);
  const former = byName(elements(change)[0]);
  const names = [...new Set([...now.keys(), ...former.keys()])].filter((name) => {
    const [a, b] = [former.get(name), now.get(name)];
    return a === undefined || b === undefined || outer(a) !== outer(b);
  });
  const words = (side: ReadonlyMap<string, XmlElement>): string =>
    tellingFirst(names.map((name) => describeOne(name, side.get(name), styles))).join(', ');
  return { before: words(former), after: words(now) };
}

/** Each once; what has no name of its own is mentioned only where nothing has. */
function tellingFirst(parts: readonly string[]): string[] {
  const unique = [...new Set(parts)];
  const telling = unique.filter((part) => !/^(?:default )?formatting$/.test(part));
  return telling.length > 0 ? telling : unique;
}

function byName(properties: XmlElement | undefined): Map<string, XmlElement> {
  const own = properties === undefined ? [] : elements(properties);
  return new Map(own.filter((e) => !SILENT.test(e.name)).map((e) => [e.name, e]));
}

function describeOne(name: string, now: XmlElement | undefined, styles: Styles): string {
  const label = NAMES[name] ?? 'formatting';
  const value = attribute(now, 'w:val');
  if (SWITCHES.has(name)) return now !== undefined && isOn(value) ? label : `not ${label}`;
  if (now === undefined) return `default ${label}`;
  const shown = describeValue(name, now, value, styles);
  return shown === '' ? label : `${label} ${shown.slice(0, MAX_VALUE)}`;
}

function describeValue(name: string, now: XmlElement, value: string | undefined, styles: Styles): string {
  switch (name) {
    case 'w:sz':
      return `${Number(value) / 2} pt`;
    case 'w:color':
      return value === 'auto' ? 'automatic' : `#${value ?? ''}`;
    case 'w:rFonts':
      return attribute(now, 'w:ascii') ?? attribute(now, 'w:asciiTheme') ?? '';
    case 'w:pStyle':
    case 'w:rStyle':
      return `“${styles.name(value)}”`;
    case 'w:jc':
      return value === 'both' ? 'justified' : (value ?? '');
    case 'w:numPr':
      return child(now, 'w:numId') === undefined
        ? ''
        : `level ${Number(attribute(child(now, 'w:ilvl'), 'w:val') ?? 0) + 1}`;
    case 'w:highlight':
    case 'w:vertAlign':
    case 'w:u':
      return value === 'none' ? 'none' : (value ?? '');
    default:
      return '';
  }
}

import { child, elements, encodeAttribute, outer, type XmlElement } from '../../ooxml/index.ts';
import type { ParagraphFormat, TextFormat } from './types.ts';

/** Order of the children of `w:rPr` (CT_RPr, §17.3.2.28). */
const RUN_ORDER = order(
  'rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish ' +
    'webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang ' +
    'eastAsianLayout specVanish oMath rPrChange',
);
/** Order of the children of `w:pPr` (CT_PPr, §17.3.1.26). */
const PARAGRAPH_ORDER = order(
  'pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs ' +
    'suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd ' +
    'snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment ' +
    'textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange',
);

function order(names: string): ReadonlyMap<string, number> {
  return new Map(names.split(' ').map((name, i) => [`w:${name}`, i]));
}

/** Properties of a paragraph in the order of the schema, which not every editor keeps in the record of former ones. */
export function inOrder(properties: readonly XmlElement[]): readonly XmlElement[] {
  const place = ({ name }: XmlElement): number => PARAGRAPH_ORDER.get(name) ?? PARAGRAPH_ORDER.size;
  const isSorted = properties.every((c, i) => place(properties[i - 1] ?? c) <= place(c));
  return isSorted ? properties : properties.toSorted((a, b) => place(a) - place(b));
}

/** Own properties of a paragraph that change, as the content of `w:pPr`. */
export type NewProperties = (current: readonly XmlElement[]) => string;

/** A child's name and its new XML; `null` takes it away. */
export type Update = readonly [name: string, xml: string | null];

/** Children of a property element with some of them replaced, in the order of the schema. */
export function updated(
  properties: readonly XmlElement[],
  updates: readonly Update[],
  kind: 'run' | 'paragraph',
): string {
  const places = kind === 'run' ? RUN_ORDER : PARAGRAPH_ORDER;
  const place = (name: string): number => places.get(name) ?? places.size;
  const given = new Map(updates);
  const kept = properties.filter((c) => !given.has(c.name)).map((c) => ({ name: c.name, xml: outer(c) }));
  const fresh = [...given].flatMap(([name, xml]) => (xml === null ? [] : [{ name, xml }]));
  if (fresh.length === 0) return kept.map((c) => c.xml).join('');
  return [...kept, ...fresh]
    .sort((a, b) => place(a.name) - place(b.name))
    .map((c) => c.xml)
    .join('');
}

function toggle(name: string, value: boolean | null | undefined): Update[] {
  if (value === undefined) return [];
  return [[`w:${name}`, value === null ? null : value ? `<w:${name}/>` : `<w:${name} w:val="0"/>`]];
}

function valued(name: string, value: string | null | undefined): Update[] {
  if (value === undefined) return [];
  return [[`w:${name}`, value === null ? null : `<w:${name} w:val="${encodeAttribute(value)}"/>`]];
}

function optional<T>(value: T | null | undefined, to: (value: T) => string): string | null | undefined {
  if (value === undefined) return undefined;
  return value === null ? null : to(value);
}

/** What a format of characters says in `w:rPr`; a style is an identifier already. */
export function runUpdates(set: TextFormat): Update[] {
  const size = optional(set.size, (points) => String(Math.round(points * 2)));
  const font = optional(set.font, encodeAttribute);
  return [
    ...valued('rStyle', set.style),
    ...(font === undefined ? [] : [['w:rFonts', font === null ? null : fonts(font)] as const]),
    ...toggle('b', set.bold),
    ...toggle('i', set.italic),
    ...toggle('caps', set.allCaps),
    ...toggle('smallCaps', set.smallCaps),
    ...toggle('strike', set.strike),
    ...valued(
      'color',
      optional(set.color, (c) => c.toUpperCase()),
    ),
    ...valued('sz', size),
    ...valued('szCs', size),
    ...valued('highlight', set.highlight),
    ...valued(
      'u',
      optional(set.underline, (on) => (on ? 'single' : 'none')),
    ),
  ];
}

function fonts(name: string): string {
  return `<w:rFonts w:ascii="${name}" w:hAnsi="${name}" w:cs="${name}"/>`;
}

/** Twentieths of a point. */
const twips = (points: number): number => Math.round(points * 20);

/** What a format of paragraphs says in `w:pPr`, beside what is there; a style is an identifier already. */
export function paragraphUpdates(set: ParagraphFormat, pPr: XmlElement | undefined): Update[] {
  const number = child(pPr, 'w:numPr');
  return [
    ...valued('pStyle', set.style),
    ...toggle('keepNext', set.keepNext),
    ...toggle('keepLines', set.keepLines),
    ...toggle('pageBreakBefore', set.pageBreakBefore),
    ...(set.level === undefined ? [] : [['w:numPr', numbered(number, set.level)] as const]),
    ...lengths('w:spacing', child(pPr, 'w:spacing'), [
      ['w:before', set.spaceBefore],
      ['w:after', set.spaceAfter],
    ]),
    ...lengths('w:ind', child(pPr, 'w:ind'), [
      ['w:left', set.indentLeft],
      ['w:right', set.indentRight],
      ...firstLine(set.indentFirst),
    ]),
    ...valued('jc', set.align),
  ];
}

/** Nothing at all overrules what a style says, as Word writes it: a first line of 0. */
function firstLine(value: number | null | undefined): Length[] {
  if (value === undefined) return [];
  const hangs = value !== null && value < 0;
  return [
    ['w:firstLine', hangs ? null : value],
    ['w:hanging', hangs ? -value : null],
  ];
}

function numbered(number: XmlElement | undefined, level: number): string {
  const rest = number
    ? elements(number)
        .filter((c) => c.name !== 'w:ilvl')
        .map(outer)
        .join('')
    : '';
  return `<w:numPr><w:ilvl w:val="${level}"/>${rest}</w:numPr>`;
}

type Length = readonly [attribute: string, points: number | null | undefined];

const SYNONYMS: Readonly<Record<string, RegExp>> = {
  'w:left': /\s(?:w:left|w:start|w:leftChars|w:startChars)="[^"]*"/g,
  'w:right': /\s(?:w:right|w:end|w:rightChars|w:endChars)="[^"]*"/g,
  'w:firstLine': /\s(?:w:firstLine|w:firstLineChars)="[^"]*"/g,
  'w:hanging': /\s(?:w:hanging|w:hangingChars)="[^"]*"/g,
  'w:before': /\s(?:w:before|w:beforeLines|w:beforeAutospacing)="[^"]*"/g,
  'w:after': /\s(?:w:after|w:afterLines|w:afterAutospacing)="[^"]*"/g,
};

function lengths(name: string, element: XmlElement | undefined, values: readonly Length[]): Update[] {
  if (values.every(([, v]) => v === undefined)) return [];
  let text = element ? outer(element).replace(/^<w:\w+|\/?>[\s\S]*$/g, '') : '';
  for (const [attribute, points] of values) {
    if (points === undefined) continue;
    text = text.replace(SYNONYMS[attribute] ?? /$^/, '');
    if (points !== null) text += ` ${attribute}="${twips(points)}"`;
  }
  return [[name, text.trim() === '' ? null : `<${name} ${text.trim()}/>`]];
}

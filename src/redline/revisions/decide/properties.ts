import { attribute, child, elements, isElement, outer, type XmlElement } from '../../ooxml/index.ts';
import { inOrder } from '../edit/properties.ts';
import type { Verdict } from './decision.ts';
import { CELL_MARKS, FORMER, TRACK } from './names.ts';

/** The verdict on a revision element; `undefined` leaves it as it stands. */
export type VerdictOf = (element: XmlElement) => Verdict | undefined;

const IN_PLACE: ReadonlySet<string> = new Set(['w:ins', 'w:del']);
/** Of the current properties, what is tracked on its own and does not come back with the former ones. */
const OWN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['w:rPr', TRACK],
  ['w:pPr', new Set(['w:rPr', 'w:sectPr', 'w:pPrChange'])],
  ['w:sectPr', new Set(['w:headerReference', 'w:footerReference'])],
  ['w:trPr', IN_PLACE],
  ['w:tcPr', CELL_MARKS],
]);
/** Where what is tracked on its own stands in front of the other properties (by the schema's order). */
const OWN_FIRST = new Set(['w:rPr', 'w:sectPr']);
const HOLDERS = new Set('rPr pPr sectPr tblPr tblGrid trPr tcPr tblPrEx'.split(' ').map((n) => `w:${n}`));

export function holdsProperties(name: string): boolean {
  return HOLDERS.has(name);
}

/** Does a revision with this verdict take its content away? */
export function takesAway(name: string, verdict: Verdict | undefined): boolean {
  if (verdict === 'accept') return name === 'w:del' || name === 'w:moveFrom' || name === 'w:cellDel';
  return verdict === 'reject' && (name === 'w:ins' || name === 'w:moveTo' || name === 'w:cellIns');
}

/**
 * Children of a holder of properties, settled: the former ones come back where their change is rejected; markers that
 * were decided are gone, for whoever reads what they mark has done it.
 *
 * @param settled  what becomes of a property that may hold revisions itself
 */
export function settledProperties(
  holder: XmlElement,
  verdictOf: VerdictOf,
  settled: (element: XmlElement) => string,
): string {
  const change = elements(holder).find((c) => FORMER.has(c.name));
  const verdict = change && verdictOf(change);
  const own = OWN.get(holder.name);
  const write = (c: XmlElement): string => {
    if (c === change && verdict === undefined) return formerWithMerge(c, holder, verdictOf);
    // There is one record of what was there before: a second one goes with it.
    if (FORMER.has(c.name)) return verdict === undefined ? outer(c) : '';
    if (c.name === 'w:cellMerge') return verdictOf(c) === undefined ? outer(c) : '';
    if (TRACK.has(c.name) || CELL_MARKS.has(c.name) || c.name === 'w:numberingChange')
      return verdictOf(c) === undefined ? outer(c) : '';
    return settled(c);
  };
  const current = elements(holder);
  if (verdict !== 'reject' || !change) return merged(holder, verdictOf, current, write);
  const kept = current.filter((c) => own?.has(c.name));
  const former = elements(elements(change)[0] ?? change).filter(
    (c) => !FORMER.has(c.name) && !own?.has(c.name),
  );
  if (elements(change).length === 0) former.length = 0;
  const before = holder.name === 'w:pPr' ? inOrder(former) : former;
  const [first, second] = OWN_FIRST.has(holder.name) ? [kept, before] : [before, kept];
  return merged(holder, verdictOf, [...first, ...second], write);
}

/** Current properties that former ones take the place of, when their change is rejected. */
export function replacedProperties(holder: XmlElement, verdictOf: VerdictOf): XmlElement[] {
  const change = elements(holder).find((c) => FORMER.has(c.name));
  if (!change || verdictOf(change) !== 'reject') return [];
  const own = OWN.get(holder.name);
  return elements(holder).filter((c) => c !== change && !own?.has(c.name));
}

const BEFORE_MERGE = new Set(['w:cnfStyle', 'w:tcW', 'w:gridSpan', 'w:hMerge']);
const MERGE_STATES: ReadonlyMap<string, string> = new Map([
  ['rest', 'restart'],
  ['cont', 'continue'],
]);

/** The vertical merge that a decided `w:cellMerge` (§17.13.5.3) leaves; `undefined` where it leaves what is there. */
function mergeOf(holder: XmlElement, verdictOf: VerdictOf): string | undefined {
  const mark = child(holder, 'w:cellMerge');
  const verdict = mark && verdictOf(mark);
  if (verdict === undefined) return undefined;
  return MERGE_STATES.get(attribute(mark, verdict === 'accept' ? 'w:vMerge' : 'w:vMergeOrig') ?? '');
}

function merged(
  holder: XmlElement,
  verdictOf: VerdictOf,
  children: readonly XmlElement[],
  write: (c: XmlElement) => string,
): string {
  const state = holder.name === 'w:tcPr' ? mergeOf(holder, verdictOf) : undefined;
  if (state === undefined) return children.map(write).join('');
  const others = children.filter((c) => c.name !== 'w:vMerge');
  const at = others.findIndex((c) => !BEFORE_MERGE.has(c.name));
  const texts = others.map(write);
  texts.splice(at < 0 ? texts.length : at, 0, `<w:vMerge w:val="${state}"/>`);
  return texts.join('');
}

/** A change of cell properties that stays, with a merge that was decided in its former ones too: the order of decisions does not matter. */
function formerWithMerge(change: XmlElement, holder: XmlElement, verdictOf: VerdictOf): string {
  const former = elements(change)[0];
  if (change.name !== 'w:tcPrChange' || former === undefined || mergeOf(holder, verdictOf) === undefined)
    return outer(change);
  const inner = merged(holder, verdictOf, elements(former), outer);
  const { source } = change;
  return `${source.slice(change.start, change.innerStart)}<w:tcPr>${inner}</w:tcPr></w:tcPrChange>`;
}

/** Markers of a paragraph's mark, a row or numbering among its properties. */
export function markersOf(properties: XmlElement | undefined): XmlElement[] {
  return properties ? properties.children.filter(isElement).filter((c) => TRACK.has(c.name)) : [];
}

const ARGUMENTS = new Set(['m:e', 'm:num', 'm:den', 'm:sub', 'm:sup', 'm:deg', 'm:fName', 'm:lim']);

/** What is left of a math object whose control character goes: its arguments in a line; `undefined` where it stays. */
export function dissolvedMath(element: XmlElement, verdictOf: VerdictOf): XmlElement[] | undefined {
  const gone = (mark: XmlElement): boolean =>
    TRACK.has(mark.name) && (takesAway(mark.name, verdictOf(mark)) || elements(mark).some(gone));
  if (!element.name.startsWith('m:')) return undefined;
  const lost = elements(element).some((c) => {
    const control = c.name.endsWith('Pr') ? child(c, 'm:ctrlPr') : undefined;
    return control !== undefined && elements(control).some(gone);
  });
  return lost ? elements(element).flatMap(argumentContent) : undefined;
}

function argumentContent(element: XmlElement): XmlElement[] {
  if (element.name === 'm:mr') return elements(element).flatMap(argumentContent);
  if (!ARGUMENTS.has(element.name)) return [];
  return elements(element).filter((c) => c.name !== 'm:argPr' && c.name !== 'm:ctrlPr');
}

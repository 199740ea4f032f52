import { child, elements, inner, outer, type XmlElement } from '../../ooxml/index.ts';
import type { Draft } from './draft.ts';
import { editFault } from './faults.ts';
import type { NewProperties } from './properties.ts';
import { plainProperties } from './weave.ts';

const BESIDE = new Set(['w:rPr', 'w:sectPr', 'w:pPrChange']);
/** Revisions of a paragraph mark, in the order of the schema (CT_ParaRPr, §17.3.1.29). */
const MARKERS = ['w:ins', 'w:del', 'w:moveFrom', 'w:moveTo'];

/** A paragraph's own properties: without its mark, its section and their changes. */
export function ownProperties(paragraph: XmlElement): XmlElement[] {
  const pPr = child(paragraph, 'w:pPr');
  return pPr ? elements(pPr).filter((c) => !BESIDE.has(c.name)) : [];
}

/** Properties of the mark, without revisions. */
export function markProperties(paragraph: XmlElement): string {
  const rPr = child(child(paragraph, 'w:pPr'), 'w:rPr');
  return rPr
    ? elements(rPr)
        .filter((c) => !MARKERS.includes(c.name) && c.name !== 'w:rPrChange')
        .map(outer)
        .join('')
    : '';
}

/** Does the paragraph end a section (§17.6.18)? */
export function endsSection(paragraph: XmlElement): boolean {
  return child(child(paragraph, 'w:pPr'), 'w:sectPr') !== undefined;
}

/** Revisions of the paragraph's mark by earlier changes. */
export function markRevisions(paragraph: XmlElement): XmlElement[] {
  const rPr = child(child(paragraph, 'w:pPr'), 'w:rPr');
  return rPr ? elements(rPr).filter((c) => MARKERS.includes(c.name)) : [];
}

/** Did an earlier change take the paragraph's mark? Then it shows as one with the next. */
export function isMarkGone(paragraph: XmlElement): boolean {
  return markRevisions(paragraph).some((m) => m.name === 'w:del' || m.name === 'w:moveFrom');
}

interface MarkChange {
  readonly mark: 'del' | 'moveFrom' | undefined;
  readonly properties: NewProperties | undefined;
  /** Properties of the mark that change, as the content of `w:rPr`. */
  readonly markLook?: string | undefined;
}

/** `w:pPr` with what changes in it; as it stands where nothing does. */
export function changedProperties(
  pPr: XmlElement | undefined,
  { mark, properties, markLook }: MarkChange,
  draft: Draft,
): string {
  if (mark === undefined && properties === undefined && markLook === undefined) return pPr ? outer(pPr) : '';
  const own = pPr ? elements(pPr).filter((c) => !BESIDE.has(c.name)) : [];
  const before = own.map(outer).join('');
  const now = properties === undefined ? before : properties(own);
  const section = child(pPr, 'w:sectPr');
  const rPr = marked(child(pPr, 'w:rPr'), mark, markLook, draft);
  const change_ = propertyChange(child(pPr, 'w:pPrChange'), before, now, draft);
  const all = `${now}${rPr}${section ? outer(section) : ''}${change_}`;
  return all === '' ? '' : `<w:pPr>${all}</w:pPr>`;
}

function marked(
  rPr: XmlElement | undefined,
  mark: 'del' | 'moveFrom' | undefined,
  look: string | undefined,
  draft: Draft,
): string {
  if (mark === undefined && look === undefined) return rPr ? outer(rPr) : '';
  const inserted = child(rPr, 'w:ins');
  const deleted = mark === undefined ? '' : `<w:${mark}${draft.stamp()}/>`;
  const all = `${inserted ? outer(inserted) : ''}${deleted}${markLooks(rPr, inserted, look, draft)}`;
  return all === '' ? '' : `<w:rPr>${all}</w:rPr>`;
}

/** How a mark looks, with the record of what changes (§17.13.5.30). */
function markLooks(
  rPr: XmlElement | undefined,
  inserted: XmlElement | undefined,
  look: string | undefined,
  draft: Draft,
): string {
  const rest = rPr ? elements(rPr).filter((c) => c !== inserted) : [];
  const own = rest.filter((c) => !MARKERS.includes(c.name) && c.name !== 'w:rPrChange');
  const before = own.map(outer).join('');
  if (look === undefined || look === before) return rest.map(outer).join('');
  const earlier = child(rPr, 'w:rPrChange');
  if (earlier) refuseForeign(earlier, draft);
  const former = earlier ? inner(child(earlier, 'w:rPr') ?? earlier) : before;
  const markers = rest.filter((c) => MARKERS.includes(c.name)).map(outer);
  return `${markers.join('')}${look}<w:rPrChange${draft.stamp()}><w:rPr>${former}</w:rPr></w:rPrChange>`;
}

/**
 * The record of changed properties (§17.13.5.29).  A paragraph has one: an own earlier one keeps what was before it,
 * and where somebody else's is pending, theirs has to be decided first.
 */
function propertyChange(earlier: XmlElement | undefined, before: string, now: string, draft: Draft): string {
  if (before === now) return earlier ? outer(earlier) : '';
  if (!earlier) return `<w:pPrChange${draft.stamp()}><w:pPr>${before}</w:pPr></w:pPrChange>`;
  refuseForeign(earlier, draft);
  const former = child(earlier, 'w:pPr');
  return `<w:pPrChange${draft.stamp()}>${former ? outer(former) : '<w:pPr/>'}</w:pPrChange>`;
}

function refuseForeign(earlier: XmlElement, draft: Draft): void {
  if (earlier.source.slice(earlier.start, earlier.innerStart).includes(` w:author="${draft.encodedAuthor}"`))
    return;
  throw editFault(
    'edit/not-editable',
    'The formatting there has a pending change by another author, which has to be decided first.',
  );
}

/** Run properties with a change, and the record of it (§17.13.5.30). */
export function changedRun(
  run: XmlElement,
  to: (properties: readonly XmlElement[]) => string,
  tracked: boolean,
  draft: Draft,
): string {
  const rPr = child(run, 'w:rPr');
  const earlier = child(rPr, 'w:rPrChange');
  const before = plainProperties(run);
  const now = to(rPr ? elements(rPr).filter((c) => c !== earlier) : []);
  if (before === now) return rPr ? inner(rPr) : '';
  if (earlier) refuseForeign(earlier, draft);
  if (!tracked && !earlier) return now;
  const former = earlier ? inner(child(earlier, 'w:rPr') ?? earlier) : before;
  return `${now}<w:rPrChange${draft.stamp()}><w:rPr>${former}</w:rPr></w:rPrChange>`;
}

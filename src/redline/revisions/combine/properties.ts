import { child, elements, outer, startTag, type XmlElement } from '../../ooxml/index.ts';
import { markRevisions } from '../edit/record.ts';
import { agreed, type Report } from './meeting.ts';

const BESIDE = new Set(['w:rPr', 'w:sectPr', 'w:pPrChange']);

/** Which side's properties stand, and the record of their change. */
interface Chosen {
  readonly from: XmlElement | undefined;
  readonly change: string;
}

/** Properties of two versions of one thing: those of the side that changed them, ours where both did. */
function chosen(
  mine: XmlElement | undefined,
  theirs: XmlElement | undefined,
  record: string,
  report: Report,
): Chosen {
  const [a, b] = [child(mine, record), child(theirs, record)];
  if (!b) return { from: mine, change: a ? outer(a) : '' };
  if (!a) return { from: theirs, change: outer(b) };
  const [before, after] = [outer(a), outer(b)];
  const now = (of: XmlElement | undefined): string => plain(of, new Set([record, 'w:rPr', 'w:sectPr']));
  const same = now(mine) === now(theirs) ? agreed(before, after, report) : undefined;
  if (same !== undefined) return { from: mine, change: same };
  report({ kind: 'formatting', mine: before, theirs: after, lost: true });
  return { from: mine, change: before };
}

function plain(holder: XmlElement | undefined, without: ReadonlySet<string>): string {
  if (!holder) return '';
  return elements(holder)
    .filter((c) => !without.has(c.name))
    .map(outer)
    .join('');
}

/** `w:pPr` with what either side changed in it. */
export function mergedProperties(a: XmlElement, b: XmlElement, report: Report): string {
  const [pA, pB] = [child(a, 'w:pPr'), child(b, 'w:pPr')];
  const { from, change } = chosen(pA, pB, 'w:pPrChange', report);
  const [sectA, sectB] = [child(pA, 'w:sectPr'), child(pB, 'w:sectPr')];
  const section = sectA && sectB ? mergedSection(sectA, sectB, report) : sectA ? outer(sectA) : '';
  const content = `${plain(from, BESIDE)}${mergedMark(a, b, report)}${section}${change}`;
  return content === '' ? '' : `<w:pPr>${content}</w:pPr>`;
}

const REFERENCES = new Set(['w:headerReference', 'w:footerReference']);

/** Properties of a section that both have; references to headers are the same by now. */
export function mergedSection(a: XmlElement, b: XmlElement, report: Report): string {
  const { from, change } = chosen(a, b, 'w:sectPrChange', report);
  if (from === a) {
    const own = child(a, 'w:sectPrChange');
    return own ? outer(a).replace(outer(own), () => change) : outer(a);
  }
  const references = elements(a)
    .filter((c) => REFERENCES.has(c.name))
    .map(outer)
    .join('');
  return `${startTag(b).replace(/\/>$/, '>')}${references}${plain(b, new Set([...REFERENCES, 'w:sectPrChange']))}${change}</w:sectPr>`;
}

function mergedMark(a: XmlElement, b: XmlElement, report: Report): string {
  const rPr = child(child(a, 'w:pPr'), 'w:rPr');
  const other = child(child(b, 'w:pPr'), 'w:rPr');
  const [mine, theirs] = [markRevisions(a).map(outer).join(''), markRevisions(b).map(outer).join('')];
  const { from, change } = chosen(rPr, other, 'w:rPrChange', report);
  const names = new Set([...markRevisions(a), ...markRevisions(b)].map((m) => m.name).concat('w:rPrChange'));
  const content = `${markers(mine, theirs, report)}${plain(from, names)}${change}`;
  return content === '' ? '' : `<w:rPr>${content}</w:rPr>`;
}

function markers(mine: string, theirs: string, report: Report): string {
  if (mine === '' || theirs === '') return mine + theirs;
  const same = agreed(mine, theirs, report);
  if (same === undefined) report({ kind: 'deletion', mine, theirs, lost: true });
  return same ?? mine;
}

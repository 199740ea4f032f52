import {
  canonical,
  canonicalChildren,
  child,
  elements,
  inner,
  isElement,
  openTag,
  outer,
  parseXml,
  type XmlElement,
} from '../ooxml/index.ts';
import type { MergeContext, State } from './context.ts';

/** A paragraph's properties (§17.3.1.26) apart from its mark and its section. */
const MARK_AND_SECTION: ReadonlySet<string> = new Set(['w:rPr', 'w:sectPr', 'w:pPrChange']);

/** The rest of them without the list. */
const LOOKS: ReadonlySet<string> = new Set([...MARK_AND_SECTION, 'w:numPr']);

const MARKER: Readonly<Record<Exclude<State, 'keep'>, string>> = {
  del: 'w:del',
  ins: 'w:ins',
  from: 'w:moveFrom',
  to: 'w:moveTo',
};

function ownProperties(pPr: XmlElement | undefined): string {
  if (!pPr) return '';
  return pPr.children.map((c) => (isElement(c) && !MARK_AND_SECTION.has(c.name) ? outer(c) : '')).join('');
}

const BEGIN = '<w:pPr';
/** As deep as properties may nest: XML that is deeper was refused. */
const DEPTH = 512;

/** The properties of a paragraph; most stand in front, and the rest of the tree is not needed for them. */
function propertiesOf(paragraph: XmlElement): XmlElement | undefined {
  const { source, innerStart, innerEnd } = paragraph;
  if (!source.startsWith(BEGIN, innerStart))
    return source.slice(innerStart, innerEnd).includes(BEGIN) ? child(paragraph, 'w:pPr') : undefined;
  const first = parseXml(source, DEPTH, innerStart);
  // A section is known by its element in the tree.
  return first.name === 'w:pPr' && !outer(first).includes('<w:sectPr') ? first : child(paragraph, 'w:pPr');
}

/** Start tag of a paragraph, open. */
export function paragraphTag(paragraph: XmlElement): string {
  return openTag(paragraph);
}

function assemble(properties: string, mark: string, section: string, change: string): string {
  const rPr = mark === '' ? '' : `<w:rPr>${mark}</w:rPr>`;
  const all = `${properties}${rPr}${section}${change}`;
  return all === '' ? '' : `<w:pPr>${all}</w:pPr>`;
}

/** Properties of a paragraph that only one side has; its mark carries the revision. */
export function singleProperties(
  paragraph: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  tracked = true,
): string {
  const pPr = propertiesOf(paragraph);
  const mark = ctx.props.read(child(pPr, 'w:rPr')).inner;
  const sect = child(pPr, 'w:sectPr');
  const original = state === 'del' || state === 'from';
  const section = sect ? ctx.section(original ? sect : undefined, original ? undefined : sect) : '';
  const marker = tracked ? `<${MARKER[state]}${ctx.stamp()}/>` : '';
  return assemble(ownProperties(pPr), `${marker}${mark}`, section, '');
}

/** Are the properties equal as they are written, and without a section, which may have to be written anew? */
function isSame(a: XmlElement | undefined, b: XmlElement | undefined): boolean {
  if (!a || !b) return a === b;
  const xml = outer(a);
  return xml === outer(b) && !xml.includes('<w:sectPr');
}

/** Properties of a paragraph that both sides have, with the change from one to the other. */
export function mergedProperties(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  const [pA, pB] = [propertiesOf(a), propertiesOf(b)];
  if (isSame(pA, pB)) return pA ? outer(pA) : '';
  const [markA, markB] = [ctx.props.read(child(pA, 'w:rPr')), ctx.props.read(child(pB, 'w:rPr'))];
  const [sectA, sectB] = [child(pA, 'w:sectPr'), child(pB, 'w:sectPr')];
  const section = sectA || sectB ? ctx.section(sectA, sectB) : '';
  const sameMark = markA.key === markB.key || ctx.ignore.formatting;
  if (markA.key !== markB.key && sameMark) ctx.passOver('formatting');
  const own = intended(pA, pB, ctx);
  const same = own === undefined;
  if (same && sameMark && pA && section === (sectA ? outer(sectA) : '')) return outer(pA);
  let mark = markA.inner;
  if (!sameMark) {
    ctx.tally.runFormatting++;
    mark = `${markB.inner}<w:rPrChange${ctx.stamp()}><w:rPr>${markA.inner}</w:rPr></w:rPrChange>`;
  }
  if (same) return assemble(ownProperties(pA), mark, section, '');
  ctx.tally.paragraphFormatting++;
  return assemble(
    own,
    mark,
    section,
    `<w:pPrChange${ctx.stamp()}><w:pPr>${ownProperties(pA)}</w:pPr></w:pPrChange>`,
  );
}

/** What the original's properties become, or undefined where nothing that counts differs. */
function intended(
  pA: XmlElement | undefined,
  pB: XmlElement | undefined,
  ctx: MergeContext,
): string | undefined {
  const { formatting, numbering } = ctx.ignore;
  const key = (pPr: XmlElement | undefined, skip: ReadonlySet<string>): string =>
    canonicalChildren(pPr, skip);
  if (key(pA, MARK_AND_SECTION) === key(pB, MARK_AND_SECTION)) return undefined;
  if (!formatting && !numbering) return ownProperties(pB);
  const [listA, listB] = [child(pA, 'w:numPr'), child(pB, 'w:numPr')];
  const sameList = (listA && canonical(listA)) === (listB && canonical(listB));
  const sameLooks = key(pA, LOOKS) === key(pB, LOOKS);
  if (!sameList && numbering) ctx.passOver('numbering');
  if (!sameLooks && formatting) ctx.passOver('formatting');
  if ((sameList || numbering) && (sameLooks || formatting)) return undefined;
  return formatting ? withList(pA, listB) : withList(pB, listA);
}

/** What stands in front of `w:numPr` (§17.3.1.26). */
const BEFORE_LIST = new Set(
  'w:pStyle w:keepNext w:keepLines w:pageBreakBefore w:framePr w:widowControl'.split(' '),
);

/** A paragraph's own properties with those of another list. */
function withList(pPr: XmlElement | undefined, numPr: XmlElement | undefined): string {
  const own = pPr ? elements(pPr).filter((e) => !LOOKS.has(e.name)) : [];
  const behind = own.findIndex((e) => !BEFORE_LIST.has(e.name));
  const at = behind < 0 ? own.length : behind;
  return [...own.slice(0, at), ...(numPr ? [numPr] : []), ...own.slice(at)].map(outer).join('');
}

/** Content of an element or nothing. */
export function innerOf(element: XmlElement | undefined): string {
  return element ? inner(element) : '';
}

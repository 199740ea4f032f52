import {
  attribute,
  attributes,
  canonical,
  canonicalAttributes,
  child,
  decodeText,
  encodeText,
  inner,
  isElement,
  openTag,
  outer,
  startTag,
  textOf,
  type XmlElement,
} from '../ooxml/index.ts';
import { plainParagraph } from './plain-runs.ts';
import { NO_PROPS, type PropsReader, virtual } from './props.ts';
import type { Run, TextItem } from './run.ts';

export type { Run, TextItem };

/** What counts as one character: a tab, a break, a drawing, a note reference, an equation. */
export interface AtomItem {
  readonly kind: 'atom';
  /** Equal for atoms that show the same. */
  readonly key: string;
  readonly element: XmlElement;
  /** None for what stands beside runs, such as `m:oMath`. */
  readonly run: Run | undefined;
}

/** A mark that takes no room: ends of bookmarks, comments and permissions, comment references. */
export interface MarkItem {
  readonly kind: 'mark';
  readonly element: XmlElement;
  readonly run: Run | undefined;
}

/** A stretch that belongs together: a hyperlink, an inline content control, a field. */
export interface GroupItem {
  readonly kind: 'group';
  readonly key: string;
  /**
   * How the whole is inserted or deleted: `inside`, its runs are marked and the tags vanish with
   * them (`w:hyperlink`); `around`, the revision holds it (`w:sdt`); `parts`, its head and tail
   * are marked too and its tags, if any, are left out (a field: `w:fldSimple` cannot be tracked).
   */
  readonly tracked: 'inside' | 'around' | 'parts';
  readonly open: string;
  readonly close: string;
  readonly head: readonly Item[];
  readonly items: readonly Item[];
  readonly tail: readonly Item[];
}

/** The end of a paragraph: its mark carries the properties. */
export interface EndItem {
  readonly kind: 'end';
  readonly paragraph: XmlElement;
  /** Its properties as they stand, where they are known without its tree. */
  readonly properties?: string;
}

export type Item = TextItem | AtomItem | MarkItem | GroupItem | EndItem;

const MARKS = new Set(
  'w:bookmarkStart w:bookmarkEnd w:commentRangeStart w:commentRangeEnd w:permStart w:permEnd'.split(' '),
);
const DROPPED = new Set('w:proofErr w:lastRenderedPageBreak w:rPr w:pPr w:annotationRef'.split(' '));
const WRAPPERS = new Set('w:hyperlink w:sdt w:smartTag w:customXml w:dir w:bdo w:fldSimple'.split(' '));
export const TEXT_BOX: ReadonlySet<string> = new Set(['w:txbxContent', 'wne:txbxContent']);
const SDT_NOISE: ReadonlySet<string> = new Set(['w:id', 'w:rPr']);

/** Reads the inline content of an element, runs and all, into items. */
export function readItems(parent: XmlElement, props: PropsReader): Item[] {
  const plain = parent.name === 'w:p' ? plainParagraph(parent, props) : undefined;
  return plain?.items ?? readTree(parent, props);
}

/** The same of a paragraph, and its end behind them. */
export function readWhole(paragraph: XmlElement, props: PropsReader): Item[] {
  const plain = plainParagraph(paragraph, props);
  const items: Item[] = plain?.items ?? readTree(paragraph, props);
  items.push(endItem(paragraph, plain?.properties));
  return items;
}

export function endItem(paragraph: XmlElement, properties?: string): EndItem {
  return properties === undefined ? { kind: 'end', paragraph } : { kind: 'end', paragraph, properties };
}

function readTree(parent: XmlElement, props: PropsReader): Item[] {
  const flat: Item[] = [];
  for (const c of parent.children) if (c.kind === 'element') readInline(c, props, flat);
  return groupFields(flat);
}

function readInline(element: XmlElement, props: PropsReader, out: Item[]): void {
  if (element.name === 'w:r') readRun(element, props, out);
  else if (MARKS.has(element.name)) out.push({ kind: 'mark', element, run: undefined });
  else if (WRAPPERS.has(element.name)) readWrapper(element, props, out);
  else if (!DROPPED.has(element.name)) out.push(atom(element, undefined));
}

function readRun(element: XmlElement, props: PropsReader, out: Item[]): void {
  const run: Run = {
    open: openTag(element),
    props: props.read(child(element, 'w:rPr')),
  };
  for (const c of element.children) {
    if (c.kind !== 'element' || DROPPED.has(c.name)) continue;
    if (c.name === 'w:t') {
      const text = visibleText(c);
      if (text !== '') out.push({ kind: 'text', text, run });
    } else if (c.name === 'w:commentReference') out.push({ kind: 'mark', element: c, run });
    else out.push(atom(c, run));
  }
}

/** Text as it shows: without `xml:space="preserve"` outer blanks are lost (XML 1.0 §2.10). */
function visibleText(element: XmlElement): string {
  const only = element.children.length === 1 ? element.children[0] : undefined;
  const raw =
    only?.kind === 'text' ? only.raw : element.children.map((c) => (c.kind === 'text' ? c.raw : '')).join('');
  const text = decodeText(raw);
  const blankEnds = text.charCodeAt(0) <= 0x20 || text.charCodeAt(text.length - 1) <= 0x20;
  if (!blankEnds || attribute(element, 'xml:space') === 'preserve') return text;
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

function atom(element: XmlElement, run: Run | undefined): AtomItem {
  return { kind: 'atom', key: atomKey(element), element, run };
}

function atomKey(element: XmlElement): string {
  switch (element.name) {
    case 'w:footnoteReference':
    case 'w:endnoteReference':
      return `${element.name}${attribute(element, 'w:customMarkFollows') ?? ''}`;
    case 'w:fldChar':
      return `fldChar ${attribute(element, 'w:fldCharType') ?? ''}${formField(element)}`;
    case 'w:instrText':
    case 'w:delInstrText':
      return `instr ${textOf(element).replace(/\s+/g, ' ')}`;
    // Some files hold tables in paragraphs, where the schema has none: they are compared like any other.
    case 'w:tbl':
      return 'w:tbl';
    case 'w:drawing':
    case 'w:pict':
    case 'w:object':
    case 'mc:AlternateContent':
      return `${canonical(element, { hollow: TEXT_BOX })}${boxCount(element)}`;
    default:
      return canonical(element);
  }
}

/** Text boxes can only be compared one by one when both sides hold as many. */
function boxCount(element: XmlElement): string {
  const found = outer(element).match(/<\w+:txbxContent[\s>/]/g);
  return found ? ` boxes=${found.length}` : '';
}

function formField(element: XmlElement): string {
  const data = child(element, 'w:ffData');
  return data ? canonical(data) : '';
}

function readWrapper(element: XmlElement, props: PropsReader, out: Item[]): void {
  const group = wrapperGroup(element, props);
  const last = out[out.length - 1];
  if (group.items.length === 0 && element.name === 'w:hyperlink') return;
  if (element.name === 'w:hyperlink' && last?.kind === 'group' && last.key === group.key) {
    out[out.length - 1] = { ...last, items: [...last.items, ...group.items] };
  } else out.push(group);
}

function wrapperGroup(element: XmlElement, props: PropsReader): GroupItem {
  const tag = startTag(element);
  const base = { kind: 'group' as const, head: [], tail: [] };
  const close = `</${element.name}>`;
  switch (element.name) {
    case 'w:hyperlink':
      return {
        ...base,
        key: `hyperlink${hyperlinkKey(element)}`,
        tracked: 'inside',
        open: tag,
        close,
        items: readItems(element, props),
      };
    case 'w:fldSimple': {
      const instruction = attribute(element, 'w:instr') ?? '';
      const ends = complexEnds(instruction);
      return {
        ...base,
        ...ends,
        key: `field ${fieldCode(instruction)}`,
        tracked: 'parts',
        open: tag,
        close,
        items: readItems(element, props),
      };
    }
    case 'w:sdt': {
      const content = child(element, 'w:sdtContent');
      const key = controlKey(element);
      if (!content)
        return { ...base, key, tracked: 'around', open: `${tag}${inner(element)}`, close, items: [] };
      const open = `${element.source.slice(element.start, content.start)}${openTag(content)}`;
      return {
        ...base,
        key,
        tracked: 'around',
        open,
        close: `</w:sdtContent>${close}`,
        items: readItems(content, props),
      };
    }
    default: {
      const head = ownProperties(element).map(outer).join('');
      const key = customKey(element);
      const items = readItems(element, props).filter(
        (i) => !(i.kind === 'atom' && i.element.name === `${element.name}Pr`),
      );
      return { ...base, key, tracked: 'around', open: `${tag}${head}`, close, items };
    }
  }
}

function ownProperties(element: XmlElement): XmlElement[] {
  return element.children.filter(isElement).filter((c) => c.name === `${element.name}Pr`);
}

/** What custom XML, a smart tag or a direction is: its attributes and properties. */
function customKey(element: XmlElement): string {
  const properties = ownProperties(element).map((p) => canonical(p));
  return `${element.name}${canonicalAttributes(element)}${properties.join('')}`;
}

/** What turns a `w:fldSimple` into the same field in its complex form. */
function complexEnds(instruction: string): Pick<GroupItem, 'head' | 'tail'> {
  const run: Run = { open: '<w:r>', props: NO_PROPS };
  const part = (xml: string): AtomItem => atom(virtual(xml), run);
  return {
    head: [
      part('<w:fldChar w:fldCharType="begin"/>'),
      part(`<w:instrText xml:space="preserve">${encodeText(instruction)}</w:instrText>`),
      part('<w:fldChar w:fldCharType="separate"/>'),
    ],
    tail: [part('<w:fldChar w:fldCharType="end"/>')],
  };
}

function hyperlinkKey(element: XmlElement): string {
  const kept = attributes(element).filter(([name]) =>
    /^(r:id|w:anchor|w:tooltip|w:docLocation|w:tgtFrame)$/.test(name),
  );
  return kept
    .map(([name, value]) => ` ${name}=${value}`)
    .sort()
    .join('');
}

/** What a content control is (§17.5.2.38), or custom XML: its properties without the id, which only tells it apart. */
export function controlKey(element: XmlElement): string {
  if (element.name === 'w:customXml') return customKey(element);
  const properties = child(element, 'w:sdtPr');
  return `sdt ${properties ? canonical(properties, { skip: SDT_NOISE }) : ''}`;
}

function fieldCode(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function fieldCharType(item: Item): string | undefined {
  return item.kind === 'atom' && item.element.name === 'w:fldChar'
    ? attribute(item.element, 'w:fldCharType')
    : undefined;
}

/**
 * Makes each complex field (§17.16.5) that begins and ends in this stretch one group; what remains
 * open (a table of contents over many paragraphs) stays as single atoms.
 */
function groupFields(flat: Item[]): Item[] {
  if (!flat.some((item) => item.kind === 'atom' && item.element.name === 'w:fldChar')) return flat;
  const levels: Item[][] = [[]];
  for (const item of flat) {
    const type = fieldCharType(item);
    const top = levels[levels.length - 1] ?? [];
    if (type === 'begin') levels.push([item]);
    else if (type === 'end' && levels.length > 1) {
      levels.pop();
      levels[levels.length - 1]?.push(fieldGroup([...top, item]));
    } else top.push(item);
  }
  return levels.flat();
}

function fieldGroup(parts: readonly Item[]): GroupItem {
  const split = parts.findIndex((p) => fieldCharType(p) === 'separate');
  const head = split < 0 ? parts.slice(0, -1) : parts.slice(0, split + 1);
  const items = split < 0 ? [] : parts.slice(split + 1, -1);
  const code = head
    .map((p) =>
      p.kind === 'group'
        ? `{${p.key} ${shown(p.items)}}`
        : p.kind === 'text'
          ? p.text
          : p.kind === 'atom'
            ? instruction(p)
            : '',
    )
    .join('');
  const begin = head[0];
  const form = begin?.kind === 'atom' ? formField(begin.element) : '';
  return {
    kind: 'group',
    key: `field ${fieldCode(code)}${form}${split < 0 ? ' bare' : ''}`,
    tracked: 'parts',
    open: '',
    close: '',
    head,
    items,
    tail: parts.slice(-1),
  };
}

/** What items show: the result of a field inside a code is part of that code. */
function shown(items: readonly Item[]): string {
  return items
    .map((i) =>
      i.kind === 'text' ? i.text : i.kind === 'group' ? shown(i.items) : i.kind === 'atom' ? i.key : '',
    )
    .join('');
}

function instruction(atom: AtomItem): string {
  if (atom.element.name === 'w:instrText') return textOf(atom.element);
  return atom.element.name === 'w:fldChar' ? '' : atom.key;
}

import {
  attribute,
  child,
  childValue,
  elements,
  isOn,
  placeOf,
  resolve,
  type XmlElement,
} from '../ooxml/index.ts';
import { describeChange } from '../revisions/index.ts';
import { changeAttributes, isHidden, type Mark, type Side, sideOf, sideWithin } from './changes.ts';
import { contents } from './content.ts';
import type { Context } from './context.ts';
import { collectInline, emit, type Flow, inReading, type Scope } from './inline.ts';
import { classes, htmlAttribute, htmlText, joinSegments } from './markup.ts';

/** A paragraph of a heading style with more text than this is a clause, not a heading. */
const MAX_HEADING_CHARACTERS = 160;
/** HTML levels for outline levels 0, 1, …; level one belongs to the page around the document. */
const HEADINGS = ['h2', 'h3', 'h4', 'h5', 'h6'];
/** One step of indentation: a quarter of an inch, in twentieths of a point. */
const INDENT_STEP = 360;
const MAX_INDENT = 10;

/** A paragraph and the blocks that follow it: text boxes and comments anchored in it. */
export function renderParagraph(p: XmlElement, context: Context): string {
  const ownPr = child(p, 'w:pPr');
  const pPr = inReading(ownPr, 'w:pPrChange', context);
  const styleId = childValue(pPr, 'w:pStyle') ?? context.styles.defaultParagraph;
  const paragraphStyles = context.styles.chain(styleId);
  const flow: Flow = { segments: [], after: [] };
  const scope: Scope = { marks: [], links: [], paragraphStyles };
  collectInline(contents(p), scope, flow, context);
  closeFieldCode(context);
  const markSide = endOfParagraph(ownPr, scope, flow, context);
  const place = placeOf(pPr, styleId, context.styles, context.numbering);
  const label = labelHtml(ownPr, markSide, context);
  const note = propertyNote(child(ownPr, 'w:pPrChange'), ownPr, context);
  const isLeftOut = isHidden(markSide, context.reading) && flow.segments.length + flow.after.length === 0;
  if (isLeftOut) return '';
  const sides = flow.segments.map((s) => s.side);
  const whole = sides.length > 0 && sides.every((s) => s === sides[0]) ? sides[0] : undefined;
  const tag = tagOf(pPr, paragraphStyles, styleId, p, context);
  const attributes = paragraphAttributes(pPr, paragraphStyles, {
    title: /^title$/i.test(context.styles.name(styleId)),
    numbered: label !== '',
    level: child(place?.list.levels.get(place.level)?.element, 'w:pPr'),
    whole,
    changed: note !== '' || sides.some((s) => s !== undefined),
    empty: flow.segments.length === 0,
  });
  const html = `<${tag}${attributes}>${label}${joinSegments(flow.segments)}${note}</${tag}>`;
  return html + flow.after.join('') + sectionBreak(ownPr, context);
}

/** A field's code that a paragraph leaves open would hide the rest of a damaged document. */
function closeFieldCode({ fields }: Context): void {
  for (const field of fields) field.state = 'result';
}

/** A changed paragraph mark is shown; an unchanged one ends the change before it. */
function endOfParagraph(
  pPr: XmlElement | undefined,
  scope: Scope,
  flow: Flow,
  context: Context,
): Side | undefined {
  const element = sideWithin(child(pPr, 'w:rPr'));
  const side = element === undefined ? undefined : sideOf(element);
  if (element === undefined || side === undefined) {
    context.ledger.rest();
    return undefined;
  }
  const mark = context.ledger.mark(element, side);
  emit('<span class="pilcrow">¶</span>', { ...scope, marks: [mark] }, [], flow, context);
  return side;
}

/** The label as displayed with all changes accepted; that of a deleted paragraph and of the original, with all rejected. */
function labelHtml(pPr: XmlElement | undefined, mark: Side | undefined, context: Context): string {
  const { styles, numbering } = context;
  const now = placeOf(pPr, childValue(pPr, 'w:pStyle') ?? styles.defaultParagraph, styles, numbering);
  const gone = mark === 'deletion' || mark === 'move-from';
  const fresh = mark === 'insertion' || mark === 'move-to';
  const old = child(child(pPr, 'w:pPrChange'), 'w:pPr');
  const changed = child(pPr, 'w:pPrChange') !== undefined;
  const oldStyle = childValue(old, 'w:pStyle') ?? styles.defaultParagraph;
  const before = changed ? placeOf(old, oldStyle, styles, numbering) : now;
  const accepted = now && !gone ? context.accepted.next(now) : '';
  const rejected = before && !fresh ? context.rejected.next(before) : '';
  const label = gone || context.reading === 'original' ? rejected : accepted;
  if (label === '') return '';
  const was =
    context.reading === 'both' && !gone && !fresh && rejected !== '' && rejected !== accepted
      ? `was ${rejected}`
      : undefined;
  return `<span class="label"${htmlAttribute('title', was)}>${htmlText(label)}</span> `;
}

/**
 * A changed property of a block as a short visible note, or nothing when nothing changed.
 *
 * @param brief leaves what changed to the note's title: where there are many
 */
export function propertyNote(
  change: XmlElement | undefined,
  properties: XmlElement | undefined,
  context: Context,
  brief = false,
): string {
  if (change === undefined) return '';
  const detail = describeChange(change, properties, context.styles);
  const mark: Mark = context.ledger.format(change, detail);
  if (context.reading === 'original') return '';
  if (brief) {
    const title = htmlAttribute('title', `Formatted: ${detail}`);
    return `<span${changeAttributes(mark, 'format-note', 'brief')}${title}>Formatted</span>`;
  }
  return `<span${changeAttributes(mark, 'format-note')}>${htmlText(`Formatted: ${detail}`)}</span>`;
}

function sectionBreak(pPr: XmlElement | undefined, context: Context): string {
  const section = child(pPr, 'w:sectPr');
  if (section === undefined) return '';
  return `${sectionNote(section, context)}<hr class="section-break">`;
}

/** What changed in the properties of a section. */
export function sectionNote(section: XmlElement, context: Context): string {
  const note = propertyNote(child(section, 'w:sectPrChange'), section, context);
  return note === '' ? '' : `<p class="changed">${note}</p>`;
}

function tagOf(
  pPr: XmlElement | undefined,
  styles: readonly XmlElement[],
  styleId: string | undefined,
  p: XmlElement,
  context: Context,
): string {
  const outline = resolve(pPr, styles, 'w:pPr', (x) => childValue(x, 'w:outlineLvl'));
  const named = /^heading ([1-9])$/i.exec(context.styles.name(styleId))?.[1];
  const level = outline === undefined ? Number(named ?? 10) - 1 : Number(outline);
  const tag = level >= 0 && level < 9 ? HEADINGS[Math.min(level, HEADINGS.length - 1)] : undefined;
  return tag !== undefined && isShortText(p) ? tag : 'p';
}

/** Some text, but not more than a heading has. */
function isShortText(p: XmlElement): boolean {
  let length = 0;
  const walk = (e: XmlElement): void => {
    for (const c of elements(e)) {
      if (c.name === 'w:t' || c.name === 'w:delText') length += c.innerEnd - c.innerStart;
      else if (length <= MAX_HEADING_CHARACTERS) walk(c);
    }
  };
  walk(p);
  return length > 0 && length <= MAX_HEADING_CHARACTERS;
}

/** Indentation in twentieths of a point: of the text, and of the first line to the left of it. */
interface Indent {
  readonly left: number;
  readonly hanging: number;
}

function indentOf(properties: XmlElement): Indent | undefined {
  const ind = child(properties, 'w:ind');
  const left = attribute(ind, 'w:left') ?? attribute(ind, 'w:start');
  if (left === undefined) return undefined;
  return { left: Number(left) || 0, hanging: Math.max(Number(attribute(ind, 'w:hanging') ?? 0) || 0, 0) };
}

interface Looks {
  /** Paragraph properties of the list level that the paragraph is on. */
  readonly level: XmlElement | undefined;
  readonly title: boolean;
  readonly numbered: boolean;
  readonly whole: string | undefined;
  readonly changed: boolean;
  readonly empty: boolean;
}

function paragraphAttributes(
  pPr: XmlElement | undefined,
  styles: readonly XmlElement[],
  looks: Looks,
): string {
  const ask = <T>(question: (p: XmlElement) => T | undefined): T | undefined =>
    resolve(pPr, styles, 'w:pPr', question);
  const alignment = ask((p) => childValue(p, 'w:jc'));
  // What a list level says comes between the paragraph's own properties and its style's (ECMA-376 Part 1 §17.9.23).
  const level = looks.level && indentOf(looks.level);
  const { left, hanging } = (pPr && indentOf(pPr)) ?? level ?? ask(indentOf) ?? { left: 0, hanging: 0 };
  const hangs = looks.numbered && hanging > 0;
  const steps = Math.round((hangs ? left - hanging : left) / INDENT_STEP);
  const indent = Math.min(Math.max(steps, 0), MAX_INDENT);
  const rightToLeft = ask((p) => {
    const bidi = child(p, 'w:bidi');
    return bidi === undefined ? undefined : isOn(attribute(bidi, 'w:val'));
  });
  const names = [
    looks.title && 'title',
    alignment === 'center' && 'center',
    (alignment === 'right' || alignment === 'end') && 'right',
    indent > 0 && `indent-${indent}`,
    hangs && 'hanging',
    looks.changed && 'changed',
    looks.whole !== undefined && `all-${looks.whole}`,
    looks.empty && !looks.numbered && 'empty',
  ];
  return classes(...names) + (rightToLeft === true ? ' dir="rtl"' : '');
}

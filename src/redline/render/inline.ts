import { attribute, child, textOf, type XmlElement } from '../ooxml/index.ts';
import { describeChange } from '../revisions/index.ts';
import { isHidden as isHiddenSide, type Mark, sideOf } from './changes.ts';
import { contents, grouped } from './content.ts';
import type { Context } from './context.ts';
import { emptyResult, followField, isHidden } from './fields.ts';
import { htmlAttribute, htmlText, joinSegments, type Segment, type Wrap } from './markup.ts';
import { pictureHtml, textBoxesOf } from './pictures.ts';
import { commentReference, noteReference } from './references.ts';
import { runWraps } from './run-style.ts';

/** Inline content as it is collected, and the blocks that follow its paragraph. */
export interface Flow {
  readonly segments: Segment[];
  /** Text boxes and comments. */
  readonly after: string[];
}

/** What stands around a piece of inline content. */
export interface Scope {
  readonly marks: readonly Mark[];
  readonly links: readonly Wrap[];
  /** The paragraph's style and what it is based on. */
  readonly paragraphStyles: readonly XmlElement[];
}

/** Inline content: runs and everything that may stand around them. */
export function collectInline(
  content: readonly XmlElement[],
  scope: Scope,
  flow: Flow,
  context: Context,
): void {
  for (const element of content) {
    const side = sideOf(element);
    const group = grouped(element);
    if (element.name === 'w:r') collectRun(element, scope, flow, context);
    else if (side !== undefined) {
      const mark = context.ledger.mark(element, side);
      collectInline(contents(element), { ...scope, marks: [...scope.marks, mark] }, flow, context);
    } else if (group !== undefined) collectInline(group, scope, flow, context);
    else if (element.name === 'w:hyperlink')
      collectInline(contents(element), { ...scope, links: [linkWrap(element, context)] }, flow, context);
    else if (element.name === 'w:fldSimple') collectSimpleField(element, scope, flow, context);
    else if (element.name === 'm:oMath' || element.name === 'm:oMathPara')
      emit(`<span class="math">${htmlText(textOf(element))}</span>`, scope, [], flow, context);
    else context.ledger.range(element);
  }
}

function collectSimpleField(field: XmlElement, scope: Scope, flow: Flow, context: Context): void {
  const before = flow.segments.length;
  collectInline(contents(field), scope, flow, context);
  const sign = emptyResult(attribute(field, 'w:instr') ?? '');
  if (flow.segments.length === before) emit(sign, scope, [], flow, context);
}

/** Adds a piece of inline content with everything around it. */
export function emit(html: string, scope: Scope, wraps: readonly Wrap[], flow: Flow, context: Context): void {
  if (html === '') return;
  if (scope.marks.length === 0) context.ledger.rest();
  const marks = scope.marks.map((mark) => context.ledger.wrap(mark));
  if (isLeftOut(scope, context)) return;
  flow.segments.push({ html, wraps: [...marks, ...scope.links, ...wraps], side: scope.marks[0]?.side });
}

function isLeftOut({ marks }: Scope, { reading }: Context): boolean {
  return marks.some(({ side }) => isHiddenSide(side, reading));
}

/** Links of a document are shown and never active: what a page opens is for its reader to choose. */
function linkWrap(element: XmlElement, context: Context): Wrap {
  const id = attribute(element, 'r:id');
  const target = context.pkg.relationships(context.part).find((r) => r.id === id && r.external)?.target;
  const title = target !== undefined && /^(https?:\/\/|mailto:)/i.test(target) ? target : undefined;
  return {
    key: `link/${target ?? ''}`,
    open: `<span class="link"${htmlAttribute('title', title)}>`,
    close: '</span>',
  };
}

function collectRun(run: XmlElement, scope: Scope, flow: Flow, context: Context): void {
  const rPr = child(run, 'w:rPr');
  const wraps = runWraps(inReading(rPr, 'w:rPrChange', context), scope.paragraphStyles, context.styles);
  const inside = withFormatting(rPr, scope, context);
  let text = '';
  const flush = (): void => {
    emit(htmlOfRun(text), inside(text), wraps, flow, context);
    text = '';
  };
  for (const piece of contents(run)) {
    const characters = followField(piece, context.fields) ?? charactersOf(piece);
    if (isHidden(context.fields)) continue;
    if (characters !== undefined) {
      text += characters;
      continue;
    }
    flush();
    const html = objectHtml(piece, inside('x'), flow, context);
    emit(html, inside(html), [], flow, context);
  }
  flush();
}

/** The properties as the reading has them: those before the change, in the original. */
export function inReading(
  properties: XmlElement | undefined,
  change: 'w:rPrChange' | 'w:pPrChange',
  { reading }: Context,
): XmlElement | undefined {
  const changed = reading === 'original' ? child(properties, change) : undefined;
  return changed === undefined ? properties : child(changed, change === 'w:rPrChange' ? 'w:rPr' : 'w:pPr');
}

/** The scope of a run's content: with its formatting change, once it is known that there is something to mark. */
function withFormatting(
  rPr: XmlElement | undefined,
  scope: Scope,
  context: Context,
): (content: string) => Scope {
  const change = child(rPr, 'w:rPrChange');
  if (change === undefined || scope.marks.length > 0) return () => scope;
  const detail = describeChange(change, rPr, context.styles);
  let marked: Scope | undefined;
  return (content) => {
    if (content === '') return scope;
    if (marked === undefined) {
      const mark = context.ledger.format(change, detail);
      marked = context.reading === 'original' ? scope : { ...scope, marks: [mark] };
    }
    return marked;
  };
}

/** A line feed stands for a break. */
function htmlOfRun(text: string): string {
  return htmlText(text).replaceAll('\t', '<span class="tab">\t</span>').replaceAll('\n', '<br>');
}

const SYMBOLS: Readonly<Record<string, string>> = {
  f0a8: '☐',
  f06f: '☐',
  f071: '☐',
  f0fe: '☒',
  f078: '☒',
  f052: '☑',
  f0fc: '✓',
  f0a7: '▪',
  f0b7: '•',
  f0e0: '→',
};

/** The characters that a piece of a run stands for, or nothing when it is something else. */
function charactersOf(piece: XmlElement): string | undefined {
  switch (piece.name) {
    case 'w:t':
    case 'w:delText':
      return textOf(piece).replace(/[\r\n]/g, ' ');
    case 'w:tab':
    case 'w:ptab':
      return '\t';
    case 'w:cr':
      return '\n';
    case 'w:br':
      return attribute(piece, 'w:type') === 'page' ? undefined : '\n';
    case 'w:noBreakHyphen':
      return '\u2011';
    case 'w:softHyphen':
      return '\u00ad';
    case 'w:sym':
      return symbol((attribute(piece, 'w:char') ?? '').toLowerCase());
    default:
      return undefined;
  }
}

function symbol(char: string): string {
  const known = SYMBOLS[char];
  if (known !== undefined) return known;
  const code = /^[0-9a-f]{1,5}$/.test(char) ? Number.parseInt(char, 16) : 0xe000;
  return code >= 0xe000 && code <= 0xf8ff ? '□' : String.fromCodePoint(code);
}

function objectHtml(piece: XmlElement, scope: Scope, flow: Flow, context: Context): string {
  switch (piece.name) {
    case 'w:br':
      return '<span class="page-break">page break</span>';
    case 'w:drawing':
    case 'w:pict':
    case 'w:object':
      for (const box of textBoxesOf(piece)) {
        const html = textBox(box, scope, context);
        if (!isLeftOut(scope, context)) flow.after.push(html);
      }
      return pictureHtml(piece, context);
    case 'w:footnoteReference':
    case 'w:endnoteReference':
      return noteReference(
        piece,
        scope.marks.map((m) => m.side),
        context,
      );
    case 'w:commentReference':
      return commentReference(piece, isLeftOut(scope, context) ? [] : flow.after, context);
    case 'w:ruby':
      return htmlText(textOf(child(piece, 'w:rubyBase') ?? piece));
    default:
      return '';
  }
}

/** The blocks of a text box. They stand behind their paragraph, because a paragraph cannot hold them. */
function textBox(box: XmlElement, scope: Scope, context: Context): string {
  const html = `<div class="text-box">${context.blocks(contents(box), { ...context, fields: [] }).join('')}</div>`;
  return joinSegments([{ html, wraps: scope.marks.map((mark) => context.ledger.wrap(mark)) }]);
}

import type { Ignore } from '../options.ts';
import type { Block, NoteReference, Paragraph } from './block.ts';
import { alternate, attributes, canonical, properties } from './canonical.ts';
import type { Context } from './context.ts';
import { attribute, child, type Element, TEXT } from './element.ts';
import { isRangeEnd } from './leftover.ts';
import { Line, type LineMark, UNFORMATTED } from './line.ts';
import { localName, TRACK } from './names.ts';
import { shownText } from './shown.ts';

const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['w:cr', '\n'],
  ['w:noBreakHyphen', '\u2011'],
  ['w:softHyphen', '\u00ad'],
]);
const SILENT = new Set(['w:rPr', 'w:lastRenderedPageBreak', 'w:annotationRef', 'w:commentReference', TEXT]);
const LINK_ATTRIBUTES = ['anchor', 'tooltip', 'docLocation', 'tgtFrame'];

/** @param preserve does the part keep white space everywhere (`xml:space` on its root)? */
export function readParagraph(p: Element, context: Context, preserve: boolean): Paragraph {
  if (preserve) return new ParagraphReader(context, preserve).read(p);
  return context.remember(context.memory.paragraphs, p, () => new ParagraphReader(context, preserve).read(p));
}

/** Reads a paragraph that looks nothing up: what it says need not be remembered, for it is seldom met twice. */
export function readPlain(p: Element, context: Context): Paragraph {
  return new ParagraphReader(context, false).read(p);
}

class ParagraphReader {
  private readonly context: Context;
  private readonly preserve: boolean;
  private readonly line = new Line();
  /** The direction that `w:dir` and `w:bdo` around the run set. */
  private direction = '';
  private readonly links: { target: string; start: number; end: number }[] = [];
  private readonly controls: string[] = [];
  private objects = '';
  private readonly notes: NoteReference[] = [];
  private readonly ends: Element[] = [];
  private readonly boxes: Element[] = [];
  /** What was read when each field that is open began; empty unless fields are ignored. */
  private readonly fields: Reading[] = [];

  constructor(context: Context, preserve: boolean) {
    this.context = context;
    this.preserve = preserve;
  }

  read(p: Element): Paragraph {
    const pPr = child(p, 'w:pPr');
    this.inline(p.children);
    const { text, format } = this.line.end(`\u00b6${properties(pPr && child(pPr, 'w:rPr'), this.context)}`);
    return {
      line: `P ${text}`,
      format,
      ...paragraphLooks(pPr, this.context),
      links: this.links.map((link) => `${link.start}-${link.end} ${link.target}`).join('\n'),
      objects: this.objects,
      controls: this.controls.join('\n'),
      table: '',
      properties: pPr,
      notes: this.notes,
      ends: this.ends,
      boxes: this.boxes,
      section: pPr && child(pPr, 'w:sectPr'),
    };
  }

  private inline(elements: readonly Element[]): void {
    for (const el of elements) this.inlineElement(el);
  }

  private inlineElement(el: Element): void {
    switch (el.name) {
      case 'w:r':
        this.run(el);
        break;
      case 'w:hyperlink':
        this.hyperlink(el);
        break;
      case 'w:sdt':
        this.control(el);
        break;
      case 'w:fldSimple':
        this.simpleField(el);
        break;
      case 'm:oMath':
      case 'm:oMathPara':
        this.math(el);
        break;
      case 'mc:AlternateContent':
        this.inline(alternate(el));
        break;
      case 'w:dir':
      case 'w:bdo':
        this.directed(el);
        break;
      case 'w:smartTag':
      case 'w:customXml':
        this.inline(el.children);
        break;
      case 'w:subDoc':
        this.object(el, UNFORMATTED);
        break;
      default:
        if (TRACK.has(el.name)) this.inline(el.children);
        else if (isRangeEnd(el)) this.ends.push(el);
    }
  }

  private hyperlink(el: Element): void {
    const start = this.line.length;
    this.inline(el.children);
    const id = attribute(el, 'r:id');
    const target = id ? [this.context.lookUp('target', id)] : [];
    for (const name of LINK_ATTRIBUTES) {
      const value = attribute(el, `w:${name}`);
      if (value) target.push(`${name}=${value}`);
    }
    this.link(target.join(' '), start);
  }

  /** Neighbouring links to the same place are one; a link around nothing shows nothing. */
  private link(target: string, start: number): void {
    if (start === this.line.length) return;
    const last = this.links[this.links.length - 1];
    if (last !== undefined && last.target === target && last.end === start) last.end = this.line.length;
    else this.links.push({ target, start, end: this.line.length });
  }

  private control(el: Element): void {
    const slot = this.controls.push('') - 1;
    const start = this.line.length;
    this.inline(child(el, 'w:sdtContent')?.children ?? []);
    this.controls[slot] = `${start}-${this.line.length} ${controlProperties(el, this.context)}`;
  }

  private directed(el: Element): void {
    const outer = this.direction;
    this.direction = `${outer}${el.name}=${attribute(el, 'w:val') ?? ''} `;
    this.inline(el.children);
    this.direction = outer;
  }

  /** Reads like the same field in its complex form. */
  private simpleField(el: Element): void {
    this.beginField();
    this.line.put(attribute(el, 'w:instr') ?? '', UNFORMATTED);
    this.line.separateField();
    this.inline(el.children);
    this.endField();
  }

  private math(el: Element): void {
    this.objects += `${this.line.length} ${canonical(el, this.context, true)}\n`;
    this.line.put(`\u27e6math:${mathText(el)}\u27e7`, UNFORMATTED);
  }

  private run(r: Element): void {
    let key: string | undefined;
    for (const el of r.children) {
      if (el.name === 'w:rPr') continue;
      key ??= this.direction + properties(child(r, 'w:rPr'), this.context);
      this.runElement(el, key);
    }
  }

  private runElement(el: Element, key: string): void {
    switch (el.name) {
      case 'w:t':
      case 'w:delText':
        this.text(shownText(el, this.preserve), key);
        break;
      case 'w:br':
        this.line.put(BREAKS.get(attribute(el, 'w:type') ?? '') ?? '\n', key);
        break;
      case 'w:instrText':
      case 'w:delInstrText':
        this.line.put(shownText(el, this.preserve).replace(/\s+/g, ' '), UNFORMATTED);
        break;
      case 'w:fldChar':
        this.fieldCharacter(el);
        break;
      case 'w:drawing':
      case 'w:pict':
      case 'w:object':
      case 'w:contentPart':
        this.object(el, key);
        break;
      case 'w:footnoteReference':
        this.note('footnote', el, key);
        break;
      case 'w:endnoteReference':
        this.note('endnote', el, key);
        break;
      case 'mc:AlternateContent':
        this.objects += twinText(el, this.context.memory.ignore);
        for (const c of alternate(el)) this.runElement(c, key);
        break;
      case 'w:sym':
        this.line.put(`\u27e6sym ${attribute(el, 'w:font')} ${attribute(el, 'w:char')}\u27e7`, key);
        break;
      case 'w:ruby':
        this.ruby(el);
        break;
      case 'w:tab':
        this.text('\t', key);
        break;
      default:
        if (!SILENT.has(el.name))
          this.line.put(CHARACTERS.get(el.name) ?? `\u27e6${localName(el.name)}\u27e7`, key);
    }
  }

  /** What is shown, as far as it counts. */
  private text(shown: string, key: string): void {
    const { ignore } = this.context.memory;
    const text = ignore.case ? shown.toUpperCase() : shown;
    if (!ignore.whitespace) this.line.put(text, key);
    else
      for (const part of text.split(/(\s+)/)) {
        if (part.trim() === '' && part !== '') this.line.blank();
        else this.line.put(part, key);
      }
  }

  private note(kind: NoteReference['kind'], el: Element, key: string): void {
    if (this.context.memory.ignore.notes) return;
    this.notes.push({ kind, id: attribute(el, 'w:id') });
    this.line.put(`\u27e6${kind}\u27e7`, key);
  }

  private ruby(el: Element): void {
    for (const c of el.children) {
      if (c.name === 'w:r') this.run(c);
      this.ruby(c);
    }
  }

  private fieldCharacter(el: Element): void {
    const kind = attribute(el, 'w:fldCharType');
    if (kind === 'begin') this.beginField();
    const form = child(el, 'w:ffData');
    if (form !== undefined) this.objects += `${this.line.length} ${canonical(form, this.context)}\n`;
    if (kind === 'separate') this.line.separateField();
    else if (kind !== 'begin') this.endField();
  }

  private beginField(): void {
    this.line.beginField();
    if (this.context.memory.ignore.fields) this.fields.push(this.reading());
  }

  /** Of a field that begins and ends in the paragraph nothing counts but that it is there, where fields are ignored. */
  private endField(): void {
    const began = this.fields.pop();
    if (began !== undefined) this.backTo(began);
    this.line.endField();
  }

  private reading(): Reading {
    const { line, objects, links, controls, notes, boxes } = this;
    const linkEnd = links[links.length - 1]?.end ?? 0;
    const counts = [links.length, controls.length, notes.length, boxes.length] as const;
    return { line: line.mark(), objects, linkEnd, counts };
  }

  private backTo({ line, objects, linkEnd, counts }: Reading): void {
    this.line.backTo(line);
    this.objects = objects;
    [this.links.length, this.controls.length, this.notes.length, this.boxes.length] = counts;
    const link = this.links[this.links.length - 1];
    if (link !== undefined) link.end = linkEnd;
  }

  private object(el: Element, key: string): void {
    collectBoxes(el, this.boxes);
    this.objects += `${this.line.length} ${canonical(el, this.context, true)}\n`;
    this.line.put('\u27e6object\u27e7', key);
  }
}

/** What had been read of a paragraph at some place. */
interface Reading {
  readonly line: LineMark;
  readonly objects: string;
  /** Where the last link ended. */
  readonly linkEnd: number;
  readonly counts: readonly [links: number, controls: number, notes: number, boxes: number];
}

const ELSEWHERE = new Set(['w:rPr', 'w:sectPr', 'w:pPrChange']);
const BREAKS: ReadonlyMap<string, string> = new Map([
  ['page', '\f'],
  ['column', '\v'],
]);

/** What the properties of a paragraph say, aspect by aspect. */
export function paragraphLooks(
  pPr: Element | undefined,
  context: Context,
): Pick<Block, 'style' | 'numbering' | 'direct'> {
  if (pPr === undefined) return { style: '', numbering: '', direct: '' };
  let style = '';
  let numbering = '';
  const direct: string[] = [];
  for (const el of pPr.children) {
    if (el.name === 'w:pStyle') style = context.lookUp('style', attribute(el, 'w:val') ?? '');
    else if (el.name === 'w:numPr') numbering = numberingOf(el, context);
    else if (!ELSEWHERE.has(el.name)) direct.push(canonical(el, context));
  }
  return { style, numbering, direct: direct.sort().join(' ') };
}

function numberingOf(numPr: Element, context: Context): string {
  const value = (name: string): string => {
    const el = child(numPr, name);
    return (el && attribute(el, 'w:val')) ?? '';
  };
  const id = value('w:numId');
  return `${id === '' ? '' : context.lookUp('list', id)}/${value('w:ilvl') || '0'}`;
}

/** What a content control is, apart from its id and the format of its placeholder. */
export function controlProperties(sdt: Element, context: Context): string {
  const kept = child(sdt, 'w:sdtPr')?.children.filter((c) => c.name !== 'w:id' && c.name !== 'w:rPr') ?? [];
  return kept
    .map((c) => canonical(c, context))
    .sort()
    .join(' ');
}

/** A part pulled in whole (`w:altChunk`, §17.17.2.1). */
export function chunkLine(el: Element, context: Context): string {
  return `ALTCHUNK${attributes(el, context)}`;
}

function mathText(el: Element): string {
  return el.name === 'm:t' ? el.text : el.children.map(mathText).join('');
}

/** The text of the fallback twin of a text box: it must change as the box does. */
function twinText(alternate: Element, ignore: Ignore): string {
  if (ignore.fields) return '';
  const fallback = child(alternate, 'mc:Choice') && child(alternate, 'mc:Fallback');
  const lines: string[] = [];
  if (fallback) collectLines(fallback, false, lines);
  const text = lines.join('\n');
  const shown = ignore.whitespace ? text.replace(/[^\S\n]+/g, '') : text;
  return lines.length > 0 ? `fallback ${ignore.case ? shown.toUpperCase() : shown}\n` : '';
}

function collectLines(el: Element, inBox: boolean, lines: string[]): void {
  if (inBox && el.name === 'w:p') lines.push('');
  if (inBox && (el.name === 'w:t' || el.name === 'w:delText')) lines.push(`${lines.pop() ?? ''}${el.text}`);
  for (const c of el.children) collectLines(c, inBox || el.name === 'w:txbxContent', lines);
}

/** Outermost text boxes; the fallback twin of a box says the same again. */
function collectBoxes(el: Element, out: Element[]): void {
  for (const c of el.children) {
    if (c.name === 'w:txbxContent') out.push(c);
    else if (c.name !== 'mc:Fallback') collectBoxes(c, out);
  }
}

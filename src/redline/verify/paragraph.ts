import type { Block, NoteReference, Paragraph } from './block.ts';
import { alternate, attributes, canonical, properties } from './canonical.ts';
import type { Context } from './context.ts';
import { attribute, child, type Element, TEXT } from './element.ts';
import { isRangeEnd } from './leftover.ts';
import { localName, TRACK } from './names.ts';

const FIELD_BEGIN = '\u27e6field\u27e7';
const FIELD_SEPARATOR = '\u27e6=\u27e7';
const FIELD_END = '\u27e6/field\u27e7';
/** The format of what is not shown as text. */
const UNFORMATTED = '-';
const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ['w:tab', '\t'],
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

class ParagraphReader {
  private readonly context: Context;
  private readonly preserve: boolean;
  private readonly pieces: string[] = [];
  private offset = 0;
  private format = '';
  private key: string | undefined;
  private keyLength = 0;
  /** Index of the piece that began a field whose code is still being read, or −1. */
  private fieldAt = -1;
  /** The direction that `w:dir` and `w:bdo` around the run set. */
  private direction = '';
  private readonly links: { target: string; start: number; end: number }[] = [];
  private readonly controls: string[] = [];
  private objects = '';
  private readonly notes: NoteReference[] = [];
  private readonly ends: Element[] = [];
  private readonly boxes: Element[] = [];

  constructor(context: Context, preserve: boolean) {
    this.context = context;
    this.preserve = preserve;
  }

  read(p: Element): Paragraph {
    const pPr = child(p, 'w:pPr');
    this.inline(p.children);
    const line = `P ${this.pieces.join('')}`;
    this.span(1, `\u00b6${properties(pPr && child(pPr, 'w:rPr'), this.context)}`);
    this.flush();
    return {
      line,
      format: this.format,
      ...this.paragraphProperties(pPr),
      links: this.links.map((link) => `${link.start}-${link.end} ${link.target}`).join('\n'),
      objects: this.objects,
      controls: this.controls.join('\n'),
      table: '',
      notes: this.notes,
      ends: this.ends,
      boxes: this.boxes,
      section: pPr && child(pPr, 'w:sectPr'),
    };
  }

  private paragraphProperties(pPr: Element | undefined): Pick<Block, 'style' | 'numbering' | 'direct'> {
    if (pPr === undefined) return { style: '', numbering: '', direct: '' };
    let style = '';
    let numbering = '';
    const direct: string[] = [];
    for (const el of pPr.children) {
      if (el.name === 'w:pStyle') style = this.context.lookUp('style', attribute(el, 'w:val') ?? '');
      else if (el.name === 'w:numPr') numbering = this.numbering(el);
      else if (!ELSEWHERE.has(el.name)) direct.push(canonical(el, this.context));
    }
    return { style, numbering, direct: direct.sort().join(' ') };
  }

  private numbering(numPr: Element): string {
    const value = (name: string): string => {
      const el = child(numPr, name);
      return (el && attribute(el, 'w:val')) ?? '';
    };
    const id = value('w:numId');
    return `${id === '' ? '' : this.context.lookUp('list', id)}/${value('w:ilvl') || '0'}`;
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
    const start = this.offset;
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
    if (start === this.offset) return;
    const last = this.links[this.links.length - 1];
    if (last !== undefined && last.target === target && last.end === start) last.end = this.offset;
    else this.links.push({ target, start, end: this.offset });
  }

  private control(el: Element): void {
    const slot = this.controls.push('') - 1;
    const start = this.offset;
    this.inline(child(el, 'w:sdtContent')?.children ?? []);
    this.controls[slot] = `${start}-${this.offset} ${controlProperties(el, this.context)}`;
  }

  private directed(el: Element): void {
    const outer = this.direction;
    this.direction = `${outer}${el.name}=${attribute(el, 'w:val') ?? ''} `;
    this.inline(el.children);
    this.direction = outer;
  }

  /** Reads like the same field in its complex form. */
  private simpleField(el: Element): void {
    this.put(FIELD_BEGIN, UNFORMATTED);
    this.put(fieldCode(attribute(el, 'w:instr') ?? ''), UNFORMATTED);
    this.put(FIELD_SEPARATOR, UNFORMATTED);
    this.fieldAt = -1;
    this.inline(el.children);
    this.put(FIELD_END, UNFORMATTED);
    this.fieldAt = -1;
  }

  private math(el: Element): void {
    this.objects += `${this.offset} ${canonical(el, this.context, true)}\n`;
    this.put(`\u27e6math:${mathText(el)}\u27e7`, UNFORMATTED);
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
        this.put(this.visible(el), key);
        break;
      case 'w:br':
        this.put(BREAKS.get(attribute(el, 'w:type') ?? '') ?? '\n', key);
        break;
      case 'w:instrText':
      case 'w:delInstrText':
        this.put(this.visible(el).replace(/\s+/g, ' '), UNFORMATTED);
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
        for (const c of alternate(el)) this.runElement(c, key);
        break;
      case 'w:sym':
        this.put(`\u27e6sym ${attribute(el, 'w:font')} ${attribute(el, 'w:char')}\u27e7`, key);
        break;
      case 'w:ruby':
        this.ruby(el);
        break;
      default:
        if (!SILENT.has(el.name))
          this.put(CHARACTERS.get(el.name) ?? `\u27e6${localName(el.name)}\u27e7`, key);
    }
  }

  private note(kind: NoteReference['kind'], el: Element, key: string): void {
    this.notes.push({ kind, id: attribute(el, 'w:id') });
    this.put(`\u27e6${kind}\u27e7`, key);
  }

  private ruby(el: Element): void {
    for (const c of el.children) {
      if (c.name === 'w:r') this.run(c);
      this.ruby(c);
    }
  }

  private fieldCharacter(el: Element): void {
    const form = child(el, 'w:ffData');
    if (form !== undefined) this.objects += `${this.offset} ${canonical(form, this.context)}\n`;
    this.trimFieldCode();
    const kind = attribute(el, 'w:fldCharType');
    this.put(kind === 'begin' ? FIELD_BEGIN : kind === 'separate' ? FIELD_SEPARATOR : FIELD_END, UNFORMATTED);
    this.fieldAt = kind === 'begin' ? this.pieces.length - 1 : -1;
  }

  /** How many blanks stand around and between the words of a field code does not count. */
  private trimFieldCode(): void {
    if (this.fieldAt < 0 || this.fieldAt === this.pieces.length - 1) return;
    const old = this.pieces.splice(this.fieldAt + 1).join('');
    const code = fieldCode(old);
    this.pieces.push(code);
    this.offset += code.length - old.length;
    this.keyLength += code.length - old.length;
  }

  private object(el: Element, key: string): void {
    collectBoxes(el, this.boxes);
    this.objects += `${this.offset} ${canonical(el, this.context, true)}\n`;
    this.put('\u27e6object\u27e7', key);
  }

  /** Text as Word shows it: without `xml:space="preserve"` the blanks at both ends are lost. */
  private visible(el: Element): string {
    if (this.preserve || attribute(el, 'xml:space') === 'preserve') return el.text;
    return el.text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  }

  private put(text: string, key: string): void {
    if (text === '') return;
    this.pieces.push(text);
    this.offset += text.length;
    this.span(text.length, key);
    if (key !== UNFORMATTED) this.fieldAt = -1;
  }

  private span(length: number, key: string): void {
    if (key !== this.key) {
      this.flush();
      this.key = key;
    }
    this.keyLength += length;
  }

  private flush(): void {
    if (this.key !== undefined) this.format += `${this.keyLength} ${this.key}\n`;
    this.keyLength = 0;
  }
}

const ELSEWHERE = new Set(['w:rPr', 'w:sectPr', 'w:pPrChange']);
const BREAKS: ReadonlyMap<string, string> = new Map([
  ['page', '\f'],
  ['column', '\v'],
]);

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

function fieldCode(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function mathText(el: Element): string {
  return el.name === 'm:t' ? el.text : el.children.map(mathText).join('');
}

/** Outermost text boxes; the fallback twin of a box says the same again. */
function collectBoxes(el: Element, out: Element[]): void {
  for (const c of el.children) {
    if (c.name === 'w:txbxContent') out.push(c);
    else if (c.name !== 'mc:Fallback') collectBoxes(c, out);
  }
}

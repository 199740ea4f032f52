import {
  attribute,
  child,
  childValue,
  elements,
  encodeText,
  inner,
  isElement,
  type ListPlace,
  outer,
  parseXml,
  type Styles,
  startTag,
  textOf,
  withInner,
  type XmlElement,
} from '../../ooxml/index.ts';
import { hasRevisions } from '../../revisions/index.ts';
import { isGone, type Kind, kindOf, kindWithin, SILENT } from '../kinds.ts';
import { type BlacklineOptions, lookedLike } from './looks.ts';
import { placed } from './order.ts';
import type { LostLabel, Survey } from './survey.ts';

export interface BlacklineContext {
  readonly options: BlacklineOptions;
  readonly styles: Styles;
  readonly survey: Survey;
}

/** Behind the cells of rows and columns that came or went, so that an empty cell tells, too. */
const SHADES: Readonly<Record<Kind, string>> = {
  insertion: 'E6ECFA',
  deletion: 'FBE9E7',
  moveFrom: 'E7F4ED',
  moveTo: 'E7F4ED',
};
/** What stands beside a picture, which no line can underline. */
const CAPTIONS: Readonly<Record<Kind, string>> = {
  insertion: '[inserted picture]',
  deletion: '[deleted picture]',
  moveFrom: '[picture moved away]',
  moveTo: '[picture moved here]',
};
/** Small, whatever the style of the paragraph says. */
const captionLook = (): XmlElement =>
  parseXml(
    '<w:rPr><w:caps w:val="0"/><w:smallCaps w:val="0"/><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr>',
    2,
  );
const PICTURES: ReadonlySet<string> = new Set(['w:drawing', 'w:pict', 'w:object']);
/** Children of a paragraph that show nothing. */
const FRAMES = /^w:(pPr|bookmark|commentRange|perm|proofErr|move|customXml\w+Range)/;

type Marks = readonly Kind[];

/** Writes one part without its revisions and with what they changed made visible. */
export class BlacklineWriter {
  readonly #context: BlacklineContext;
  /** Fields that went away, outermost first: only their results are shown. */
  #fields: ('code' | 'result')[] = [];
  /** How the row around was changed. */
  #rowKind: Kind | undefined;
  /** The number of the note around, where it is plain text. */
  #noteLabel: string | undefined;

  constructor(context: BlacklineContext) {
    this.#context = context;
  }

  /** A whole part. */
  part(root: XmlElement): string {
    const notes = /^w:(footnote|endnote)s$/.exec(root.name)?.[1];
    if (notes === undefined) return this.element(root, []);
    const all = root.children.map((c) => (isElement(c) ? this.#note(c, notes) : c.raw));
    return withInner(root, all.join(''));
  }

  /** A note whose only reference came or went came or went with it. */
  #note(note: XmlElement, kind: string): string {
    const use = this.#context.survey.notes.get(`${kind} ${attribute(note, 'w:id') ?? ''}`);
    this.#noteLabel = use?.label;
    return this.element(note, use?.kind === undefined ? [] : [use.kind]);
  }

  /** The element, where everything in it has the marks. */
  element(element: XmlElement, marks: Marks): string {
    const inside = marks.length > 0 || this.#rowKind !== undefined || this.#fields.length > 0;
    if (!inside && !hasRevisions(outer(element))) return outer(element);
    const kind = kindOf(element);
    if (SILENT.has(element.name)) return '';
    if (kind !== undefined) return this.#content(element, [...marks, kind]);
    switch (element.name) {
      case 'w:p':
        return this.#paragraph(element, marks);
      case 'w:r':
        return this.#run(element, marks);
      case 'm:r':
        return this.#mathRun(element, marks);
      case 'm:ctrlPr':
        return withInner(element, this.#controlProperties(element, marks));
      case 'w:tr':
        return this.#row(element, marks);
      case 'w:tc':
        return this.#cell(element, marks);
      case 'w:trPr':
      case 'w:tcPr':
        return this.#properties(element);
      case 'w:numPr':
        return child(element, 'w:del') ? '' : this.#properties(element);
      case 'w:fldSimple':
        return isGone(marks.at(-1)) ? this.#content(element, marks) : this.#plain(element, marks);
      case 'w:txbxContent':
      case 'wne:txbxContent':
        return this.#apart(() => this.#plain(element, marks));
      default:
        return this.#plain(element, marks);
    }
  }

  #content(element: XmlElement, marks: Marks): string {
    return element.children.map((c) => (isElement(c) ? this.element(c, marks) : c.raw)).join('');
  }

  #plain(element: XmlElement, marks: Marks): string {
    return inner(element) === '' ? outer(element) : withInner(element, this.#content(element, marks));
  }

  /** A story of its own: fields do not reach into it. */
  #apart(work: () => string): string {
    const around = this.#fields;
    this.#fields = [];
    const xml = work();
    this.#fields = around;
    return xml;
  }

  /** Properties without what says that their owner was changed. */
  #properties(element: XmlElement): string {
    const kept = elements(element).filter((c) => kindOf(c) === undefined && !SILENT.has(c.name));
    return kept.length === 0 ? '' : withInner(element, kept.map(outer).join(''));
  }

  #runProperties(rPr: XmlElement | undefined, marks: Marks): string {
    const own = rPr === undefined ? [] : elements(rPr);
    const kept = own.filter((c) => kindOf(c) === undefined && !SILENT.has(c.name));
    const formatted = own.some((c) => c.name === 'w:rPrChange');
    const xml = lookedLike(kept, formatted ? ['formatting', ...marks] : marks, this.#context.options);
    return xml === '' ? '' : `<w:rPr>${xml}</w:rPr>`;
  }

  #paragraph(p: XmlElement, marks: Marks): string {
    const pPr = child(p, 'w:pPr');
    const kind = kindWithin(child(pPr, 'w:rPr'));
    const lost = this.#context.survey.labels.get(p);
    const properties = this.#paragraphProperties(pPr, kind === undefined ? marks : [...marks, kind], lost);
    const label = lost === undefined ? '' : this.#text(lost.text, [...marks, 'deletion'], '<w:tab/>');
    const content = p.children
      .map((c) => (!isElement(c) ? c.raw : c.name === 'w:pPr' ? '' : this.element(c, marks)))
      .join('');
    const pilcrow = kind !== undefined && isMixed(p, kind) ? this.#text('¶', [...marks, kind]) : '';
    const formatted = kind === undefined && marks.length === 0 ? this.#formattedMark(pPr) : '';
    this.#fields = this.#fields.map(() => 'result');
    return `${startTag(p).replace(/\/>$/, '>')}${properties}${label}${content}${pilcrow}${formatted}</w:p>`;
  }

  /** The mark of a paragraph whose layout or list changed, shown where such changes are shown. */
  #formattedMark(pPr: XmlElement | undefined): string {
    if (child(pPr, 'w:pPrChange') === undefined || this.#context.options.formatting === null) return '';
    const look = lookedLike([], ['formatting'], this.#context.options);
    return `<w:r><w:rPr>${look}</w:rPr><w:t xml:space="preserve">¶</w:t></w:r>`;
  }

  /** A run of our own. */
  #text(text: string, marks: Marks, after = '', look?: XmlElement): string {
    return `<w:r>${this.#runProperties(look, marks)}<w:t xml:space="preserve">${encodeText(text)}</w:t>${after}</w:r>`;
  }

  #paragraphProperties(pPr: XmlElement | undefined, marks: Marks, lost: LostLabel | undefined): string {
    const children = new Map<string, string>();
    for (const c of pPr === undefined ? [] : elements(pPr)) {
      // The layout is the modified document's, so a section that went away has no break.
      const isLost =
        SILENT.has(c.name) || c.name === 'w:rPr' || (c.name === 'w:sectPr' && isGone(marks.at(-1)));
      if (!isLost) children.set(c.name, this.element(c, []));
    }
    const rPr = child(pPr, 'w:rPr');
    if (rPr !== undefined || marks.length > 0) children.set('w:rPr', this.#runProperties(rPr, marks));
    if (lost !== undefined) {
      children.set('w:numPr', '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>');
      for (const c of this.#listLayout(pPr, lost.place)) children.set(c.name, outer(c));
    }
    const xml = placed('pPr', children);
    if (xml === '') return '';
    return pPr === undefined ? `<w:pPr>${xml}</w:pPr>` : withInner(pPr, xml);
  }

  /** What the list said about the place of its text, where nothing nearer says it (ECMA-376 Part 1 §17.9.23). */
  #listLayout(pPr: XmlElement | undefined, { list, level }: ListPlace): XmlElement[] {
    if (child(pPr, 'w:ind') !== undefined) return [];
    const { styles } = this.#context;
    const styleId = childValue(pPr, 'w:pStyle') ?? styles.defaultParagraph;
    const byStyle = child(pPr, 'w:numPr') === undefined;
    const near = styles.chain(styleId).map((style) => child(style, 'w:pPr'));
    if (byStyle && near.some((p) => child(p, 'w:ind') !== undefined)) return [];
    const levelPr = child(list.levels.get(level)?.element, 'w:pPr');
    const [tabs, ind] = [child(levelPr, 'w:tabs'), child(levelPr, 'w:ind')];
    return [child(pPr, 'w:tabs') === undefined ? tabs : undefined, ind].filter((e) => e !== undefined);
  }

  #run(run: XmlElement, marks: Marks): string {
    const gone = isGone(marks.at(-1));
    const out: string[] = [];
    let pictures = false;
    for (const c of run.children) {
      if (!isElement(c)) out.push(c.raw);
      else if (c.name !== 'w:rPr') {
        pictures ||= PICTURES.has(c.name) && !/txbxContent/.test(outer(c));
        out.push(this.#piece(c, marks, gone));
      }
    }
    const content = out.join('');
    if (content.trim() === '' && gone) return '';
    const kind = marks.at(-1);
    const caption =
      pictures && kind !== undefined ? this.#text(CAPTIONS[kind], marks, '', captionLook()) : '';
    return `${withInner(run, this.#runProperties(child(run, 'w:rPr'), marks) + content)}${caption}`;
  }

  #piece(piece: XmlElement, marks: Marks, gone: boolean): string {
    if (gone && this.#isFrame(piece)) return '';
    if (this.#fields.includes('code')) return '';
    switch (piece.name) {
      case 'w:delText':
        return outer(piece)
          .replace(/^<w:delText/, '<w:t')
          .replace(/<\/w:delText>$/, '</w:t>');
      case 'w:delInstrText':
        return '';
      case 'w:br':
        return gone && attribute(piece, 'w:type') === 'page' ? '' : outer(piece);
      case 'w:footnoteReference':
      case 'w:endnoteReference':
        return this.#noteReference(piece, gone);
      case 'w:footnoteRef':
      case 'w:endnoteRef':
        return this.#noteLabel === undefined ? outer(piece) : `<w:t>${this.#noteLabel}</w:t>`;
      default:
        return this.element(piece, marks);
    }
  }

  /** The frame of a field that went away is left out: its code would go on working. */
  #isFrame(piece: XmlElement): boolean {
    if (piece.name === 'w:instrText' || piece.name === 'w:delInstrText') return true;
    if (piece.name !== 'w:fldChar') return false;
    const type = attribute(piece, 'w:fldCharType');
    if (type === 'begin') this.#fields.push('code');
    else if (type === 'separate') this.#fields.splice(-1, 1, 'result');
    else this.#fields.pop();
    return true;
  }

  /** A reference that went away shows its number as text and does not count (ECMA-376 Part 1 §17.11.14). */
  #noteReference(piece: XmlElement, gone: boolean): string {
    const note = piece.name === 'w:footnoteReference' ? 'footnote' : 'endnote';
    const id = attribute(piece, 'w:id') ?? '';
    const label = this.#context.survey.notes.get(`${note} ${id}`)?.label;
    if (!gone || label === undefined) return outer(piece);
    const tag = outer(piece).replace(/\sw:customMarkFollows="[^"]*"/, '');
    return `${tag.replace(piece.name, `${piece.name} w:customMarkFollows="1"`)}<w:t>${label}</w:t>`;
  }

  /** The runs of a formula have two kinds of properties; Word's own come second (ECMA-376 Part 1 §22.1.2.87). */
  #mathRun(run: XmlElement, marks: Marks): string {
    const properties = this.#runProperties(child(run, 'w:rPr'), marks);
    const first = elements(run).filter((c) => c.name === 'm:rPr');
    const rest = elements(run).filter((c) => c.name !== 'm:rPr' && c.name !== 'w:rPr');
    const content = rest.map((c) => outer(c).replaceAll('w:delText', 'w:t')).join('');
    return withInner(run, first.map(outer).join('') + properties + content);
  }

  #controlProperties(element: XmlElement, marks: Marks): string {
    const change = elements(element).find((c) => kindOf(c) !== undefined);
    const kind = change === undefined ? undefined : kindOf(change);
    if (change !== undefined && kind !== undefined) return this.#controlProperties(change, [...marks, kind]);
    return this.#runProperties(child(element, 'w:rPr'), marks);
  }

  #row(row: XmlElement, marks: Marks): string {
    const around = this.#rowKind;
    this.#rowKind = kindWithin(child(row, 'w:trPr'));
    const xml = this.#plain(row, marks);
    this.#rowKind = around;
    return xml;
  }

  #cell(cell: XmlElement, marks: Marks): string {
    const tcPr = child(cell, 'w:tcPr');
    const kind = kindWithin(tcPr) ?? this.#rowKind;
    if (kind === undefined) return this.#plain(cell, marks);
    const content = cell.children
      .map((c) => (!isElement(c) ? c.raw : c === tcPr ? '' : this.element(c, [...marks, kind])))
      .join('');
    return withInner(cell, shaded(tcPr, kind) + content);
  }
}

function shaded(tcPr: XmlElement | undefined, kind: Kind): string {
  const own = tcPr === undefined ? [] : elements(tcPr);
  const kept = own.filter((c) => kindOf(c) === undefined && !SILENT.has(c.name) && c.name !== 'w:shd');
  const shade = `<w:shd w:val="clear" w:color="auto" w:fill="${SHADES[kind]}"/>`;
  return `<w:tcPr>${placed('tcPr', [...kept.map((c) => [c.name, outer(c)] as const), ['w:shd', shade]])}</w:tcPr>`;
}

/** Does a paragraph whose mark came or went hold anything that did not? Then it was split or joined there. */
function isMixed(p: XmlElement, kind: Kind): boolean {
  const differs = (element: XmlElement, around: Kind | undefined): boolean => {
    if (element.name === 'w:r' || element.name === 'm:r')
      return (around === undefined || isGone(around) !== isGone(kind)) && textOf(element) !== '';
    return elements(element).some((c) => differs(c, kindOf(element) ?? around));
  };
  return elements(p).some((c) => !FRAMES.test(c.name) && differs(c, undefined));
}

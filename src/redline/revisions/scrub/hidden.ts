import {
  attribute,
  child,
  childValue,
  elements,
  isOn,
  outer,
  type Package,
  parseXml,
  readStyles,
  type Styles,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { Cleaned } from './marks.ts';

/** The part was read under the limits of the document: what is left of it is no deeper. */
const MOST_DEPTH = 100_000;
/** What holds a field together stays, unless all of the field is hidden: its result may show. */
const STRUCTURE = new Set(['w:fldChar', 'w:instrText', 'w:delInstrText']);
const ROOTS = new Set([
  'w:document',
  'w:glossaryDocument',
  'w:hdr',
  'w:ftr',
  'w:footnotes',
  'w:endnotes',
  'w:comments',
]);
const DRAWINGS = new Set(['w:drawing', 'mc:AlternateContent']);
/** A drawing that was made invisible (§20.4.2.5). */
const HIDDEN_DRAWING = /^(?:(?!<wp:docPr\b)[\s\S])*<wp:docPr\b[^<>]*\shidden="(?:1|true)"/;

/** A part without what does not show (§17.3.2.41), whether it says so itself or its styles do. */
export function withoutHiddenText(text: string, pkg: Package): Cleaned {
  const root = parseXml(text, MOST_DEPTH);
  if (!ROOTS.has(root.name)) return { text, count: 0 };
  const hidden = new HiddenRuns(readStyles(pkg)).of(root);
  return { text: cut(text, hidden), count: hidden.length };
}

interface Look {
  readonly paragraph: string | undefined;
  readonly table: string | undefined;
}

/** A run of a paragraph, in the order of the text. */
interface Run {
  readonly element: XmlElement;
  readonly isHidden: boolean;
}

class HiddenRuns {
  readonly #styles: Styles;
  readonly #found: XmlElement[] = [];

  constructor(styles: Styles) {
    this.#styles = styles;
  }

  of(root: XmlElement): XmlElement[] {
    this.#walk(root, { paragraph: undefined, table: undefined }, []);
    return this.#found.sort((a, b) => a.start - b.start);
  }

  #walk(parent: XmlElement, look: Look, runs: Run[]): void {
    for (const c of elements(parent)) {
      if (c.name === 'w:p') {
        const own: Run[] = [];
        const style = childValue(child(c, 'w:pPr'), 'w:pStyle') ?? this.#styles.defaultParagraph;
        this.#walk(c, { ...look, paragraph: style }, own);
        this.#found.push(...hiddenFields(own));
      } else if (c.name === 'w:tbl') {
        this.#walk(c, { ...look, table: childValue(child(c, 'w:tblPr'), 'w:tblStyle') }, runs);
      } else if (c.name === 'w:txbxContent') this.#walk(c, { ...look, table: undefined }, []);
      else if (c.name === 'w:r' || c.name === 'm:r') this.#run(c, look, runs);
      else if (c.name !== 'w:rPr' && c.name !== 'w:pPr') this.#walk(c, look, runs);
    }
  }

  #run(run: XmlElement, look: Look, runs: Run[]): void {
    const content = elements(run).filter((c) => c.name !== 'w:rPr' && c.name !== 'm:rPr');
    const isHidden = this.#isHidden(run, look) || (content.length > 0 && content.every(isHiddenDrawing));
    runs.push({ element: run, isHidden });
    if (!isHidden) this.#walk(run, look, runs);
    else if (content.length > 0 && !content.some((c) => STRUCTURE.has(c.name))) this.#found.push(run);
  }

  #isHidden(run: XmlElement, { paragraph, table }: Look): boolean {
    const rPr = child(run, 'w:rPr');
    const own = vanish(rPr);
    if (own !== undefined) return own;
    // A property that several levels of styles say is a toggle (§17.7.3).
    const said = [childValue(rPr, 'w:rStyle'), paragraph, table].map((id) => this.#said(id));
    return said.filter(Boolean).length % 2 === 1;
  }

  #said(style: string | undefined): boolean {
    const chain = this.#styles.chain(style).map((s) => vanish(child(s, 'w:rPr')));
    return chain.find((v) => v !== undefined) ?? false;
  }
}

function isHiddenDrawing(element: XmlElement): boolean {
  return DRAWINGS.has(element.name) && HIDDEN_DRAWING.test(outer(element));
}

/** The marks and codes of fields of which nothing shows, from their beginning to their end in one paragraph. */
function hiddenFields(runs: readonly Run[]): XmlElement[] {
  const found = new Set<XmlElement>();
  const open: { readonly from: number; isHidden: boolean }[] = [];
  for (const [i, { element, isHidden }] of runs.entries()) {
    const marks = elements(element).flatMap((c) =>
      c.name === 'w:fldChar' ? [attribute(c, 'w:fldCharType')] : [],
    );
    if (marks.includes('begin')) open.push({ from: i, isHidden: true });
    for (const field of open) field.isHidden &&= isHidden && marks.length <= 1;
    const ended = marks.includes('end') ? open.pop() : undefined;
    if (ended?.isHidden === true)
      for (const run of runs.slice(ended.from, i + 1))
        if (elements(run.element).some((c) => STRUCTURE.has(c.name))) found.add(run.element);
  }
  return [...found];
}

function vanish(rPr: XmlElement | undefined): boolean | undefined {
  const element = child(rPr, 'w:vanish');
  return element === undefined ? undefined : isOn(attribute(element, 'w:val'));
}

function cut(text: string, gone: readonly XmlElement[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of gone) {
    pieces.push(text.slice(at, start));
    at = end;
  }
  pieces.push(text.slice(at));
  return pieces.join('');
}

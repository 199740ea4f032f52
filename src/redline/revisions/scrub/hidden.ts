import {
  attribute,
  child,
  childValue,
  elements,
  isOn,
  type Package,
  parseXml,
  readStyles,
  type Styles,
  type XmlElement,
} from '../../ooxml/index.ts';
import type { Cleaned } from './marks.ts';

/** The part was read under the limits of the document: what is left of it is no deeper. */
const MOST_DEPTH = 100_000;
/** What holds a field together stays: its result may show. */
const STRUCTURE = new Set(['w:fldChar', 'w:instrText', 'w:delInstrText']);
const ROOTS = new Set(['w:document', 'w:hdr', 'w:ftr', 'w:footnotes', 'w:endnotes', 'w:comments']);

/** A part without the runs that do not show (§17.3.2.41), whether they say so themselves or their styles do. */
export function withoutHiddenText(text: string, pkg: Package): Cleaned {
  const root = parseXml(text, MOST_DEPTH);
  if (!ROOTS.has(root.name)) return { text, count: 0 };
  const styles = readStyles(pkg);
  const hidden: XmlElement[] = [];
  const walk = (parent: XmlElement, paragraphStyle: string | undefined): void => {
    for (const c of elements(parent)) {
      if (c.name === 'w:p') {
        walk(c, childValue(child(c, 'w:pPr'), 'w:pStyle') ?? styles.defaultParagraph);
      } else if (c.name === 'w:r' && isHidden(c, paragraphStyle, styles)) hidden.push(c);
      else if (c.name !== 'w:rPr' && c.name !== 'w:pPr') walk(c, paragraphStyle);
    }
  };
  walk(root, undefined);
  return { text: cut(text, hidden), count: hidden.length };
}

function isHidden(run: XmlElement, paragraphStyle: string | undefined, styles: Styles): boolean {
  const content = elements(run).filter((c) => c.name !== 'w:rPr');
  if (content.length === 0 || content.some((c) => STRUCTURE.has(c.name))) return false;
  const rPr = child(run, 'w:rPr');
  const own = vanish(rPr);
  if (own !== undefined) return own;
  // A property that several levels of styles say is a toggle (§17.7.3).
  const said = [childValue(rPr, 'w:rStyle'), paragraphStyle].map(
    (id) =>
      styles
        .chain(id)
        .map((s) => vanish(child(s, 'w:rPr')))
        .find((v) => v !== undefined) ?? false,
  );
  return said.filter(Boolean).length === 1;
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

import { decodeText, elements, type XmlElement } from '../../ooxml/index.ts';
import { TRACK } from '../decide/names.ts';

/** A paragraph as far as blocks without changes are looked into. */
export interface PlainParagraph {
  /** Source of its properties; `''` where it has none. */
  readonly pPr: string;
  readonly text: string;
}

const PARAGRAPH = /<w:(?:p|tbl)(?=[\s>/])/g;
const SHOWN = /<w:(?:t(?:\s[^>]*)?>([^<]*)<\/w:t>|(tab|br|cr)(?:\s[^>]*)?\/>)/g;
const PROPERTIES_END = '</w:pPr>';

/**
 * Paragraphs of a text without revisions, in document order, without building its tree: most of a document is never
 * changed, yet its numbers count. Tables are passed by as `null`.
 */
export function* plainParagraphs(xml: string): Generator<PlainParagraph | null> {
  const starts = Array.from(xml.matchAll(PARAGRAPH), (m) => m.index);
  for (const [i, start] of starts.entries()) {
    if (xml.startsWith('<w:tbl', start)) {
      yield null;
      continue;
    }
    const inner = xml.indexOf('>', start) + 1;
    const end = xml.charCodeAt(inner - 2) === 47 ? inner : (starts[i + 1] ?? xml.length);
    const content = propertiesEnd(xml, inner, end);
    yield { pPr: xml.slice(inner, content), text: shownText(xml, content, end) };
  }
}

/** Where the properties of a paragraph end; without changes there is but one `w:pPr` in it. */
function propertiesEnd(xml: string, from: number, to: number): number {
  if (!xml.startsWith('<w:pPr', from) || from >= to) return from;
  const open = xml.indexOf('>', from) + 1;
  if (xml.charCodeAt(open - 2) === 47) return open;
  return xml.indexOf(PROPERTIES_END, open) + PROPERTIES_END.length;
}

function shownText(xml: string, from: number, to: number): string {
  if (from >= to) return '';
  let text = '';
  for (const m of xml.slice(from, to).matchAll(SHOWN)) text += m[1] ?? (m[2] === 'tab' ? '\t' : '\n');
  return decodeText(text);
}

/** Text of an element outside of every change, as far as the first characters go. */
export function plainText(element: XmlElement, most: number): string {
  let text = '';
  const walk = (e: XmlElement): void => {
    for (const c of elements(e)) {
      if (text.length >= most) return;
      if (c.name === 'w:t') text += decodeText(c.source.slice(c.innerStart, c.innerEnd));
      else if (!TRACK.has(c.name)) walk(c);
    }
  };
  walk(element);
  return text.replace(/\s+/g, '').slice(0, most);
}

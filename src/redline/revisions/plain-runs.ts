import { decodeText, parseXml, tagEnd, type XmlElement } from '../ooxml/index.ts';
import { NO_PROPS, type PropsReader, type RunProps } from './props.ts';
import type { Run, TextItem } from './run.ts';

/** A paragraph that holds its properties and runs of text, as most do. */
export interface PlainParagraph {
  /** Its `w:pPr` as it stands; '' where there is none. */
  readonly properties: string;
  readonly items: TextItem[];
}

/** As deep as run properties may nest: XML that is deeper was refused. */
const DEPTH = 512;
const [SPACE, SLASH, GREATER] = [0x20, 0x2f, 0x3e];

/** Reads such a paragraph from its source, without its tree; `undefined` for any other. */
export function plainParagraph(paragraph: XmlElement, props: PropsReader): PlainParagraph | undefined {
  const { source, innerStart, innerEnd } = paragraph;
  const from = endOfProperties(source, innerStart, innerEnd);
  if (from < 0) return undefined;
  const items: TextItem[] = [];
  for (let at = from; at < innerEnd; ) {
    at = readRun(source, at, props, items);
    if (at < 0) return undefined;
  }
  return { properties: source.slice(innerStart, from), items };
}

/** Does a start tag of that name, which holds content, stand there? */
function opens(source: string, at: number, tag: string): boolean {
  const next = source.charCodeAt(at + tag.length);
  return (next === GREATER || next === SPACE) && source.startsWith(tag, at);
}

/** Behind the properties of a paragraph, if it begins with any; -1 where that takes more than a look. */
function endOfProperties(source: string, from: number, to: number): number {
  if (!source.startsWith('<w:pPr', from)) return from;
  const end = source.indexOf('</w:pPr>', from);
  if (end < 0 || end > to || !opens(source, from, '<w:pPr')) return -1;
  const properties = source.slice(from, end);
  // Former properties hold properties, and a comment anything.
  return properties.includes('<w:pPrChange') || properties.includes('<!') ? -1 : end + '</w:pPr>'.length;
}

/** Adds the texts of the run that begins there. @returns where it ends; -1 where it holds something else */
function readRun(source: string, start: number, props: PropsReader, items: TextItem[]): number {
  if (!opens(source, start, '<w:r')) return -1;
  const close = tagEnd(source, start);
  if (source.charCodeAt(close - 1) === SLASH) return close + 1;
  let at = close + 1;
  let read = NO_PROPS;
  if (source.startsWith('<w:rPr', at)) {
    const end = source.indexOf('</w:rPr>', at);
    const found = source.startsWith('<w:rPr>', at) ? readProps(source, at, end, props) : undefined;
    if (found === undefined) return -1;
    read = found;
    at = end + '</w:rPr>'.length;
  }
  const run: Run = { open: source.slice(start, close + 1), props: read };
  while (at >= 0 && !source.startsWith('</w:r>', at)) at = readText(source, at, run, items);
  return at < 0 ? -1 : at + '</w:r>'.length;
}

function readProps(source: string, at: number, end: number, props: PropsReader): RunProps | undefined {
  const known = props.known(source.slice(at + '<w:rPr>'.length, end));
  if (known !== undefined) return known;
  const element = parseXml(source, DEPTH, at);
  return element.innerEnd === end ? props.read(element) : undefined;
}

/** Adds a text. @returns where it ends; -1 where something else stands there */
function readText(source: string, start: number, run: Run, items: TextItem[]): number {
  if (!opens(source, start, '<w:t')) return -1;
  const close = tagEnd(source, start);
  const end = source.indexOf('<', close);
  if (source.charCodeAt(close - 1) === SLASH || !source.startsWith('</w:t>', end)) return -1;
  let text = decodeText(source.slice(close + 1, end));
  const blankEnds = text.charCodeAt(0) <= SPACE || text.charCodeAt(text.length - 1) <= SPACE;
  if (blankEnds && close > start + '<w:t'.length) {
    // What else the tag may say takes its tree.
    if (!source.startsWith('<w:t xml:space="preserve">', start)) return -1;
  } else if (blankEnds) text = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  if (text !== '') items.push({ kind: 'text', text, run });
  return end + '</w:t>'.length;
}

import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { storyParts } from '../../src/redline/revisions/result.ts';
import { child, elements, type Node, parse, text } from './tree.ts';

/** How much of a redline is marked: what `ignore` may only make less. */
export interface Marks {
  /** Characters of text that are deleted, inserted, moved or formatted anew; anything else in a run counts as one. */
  characters: number;
  /** The same of characters that are deleted, inserted or moved. */
  words: number;
  /** Paragraphs whose mark is inserted, deleted or moved, or whose properties or mark changed. */
  paragraphs: number;
  /** Rows, cells, and properties of rows, cells, tables and sections that changed. */
  rest: number;
}

const CONTENT = /^w:(?:ins|del|moveFrom|moveTo)$/;

const NOTHING = new Set(['w:rPr', 'w:lastRenderedPageBreak', 'w:commentReference', 'w:annotationRef']);
const ELSEWHERE =
  /^w:(?:cellIns|cellDel|cellMerge|tblPrChange|tblGridChange|trPrChange|tcPrChange|tblPrExChange|sectPrChange)$/;

export function marksOf(redline: Uint8Array): Marks {
  const marks = { characters: 0, words: 0, paragraphs: 0, rest: 0 };
  const pkg = openPackage(redline, nodeCodec, DEFAULT_LIMITS);
  for (const part of storyParts(pkg)) walk(parse(pkg.root(part).source).root, false, marks);
  return marks;
}

function walk(node: Node, revised: boolean, marks: Marks): void {
  if (node.name === 'mc:Fallback') return;
  if (node.name === 'w:r') run(node, revised, marks);
  else if (node.name === 'w:p') paragraph(node, marks);
  else if (ELSEWHERE.test(node.name)) marks.rest++;
  else if (node.name === 'w:trPr' && elements(node).some((c) => CONTENT.test(c.name))) marks.rest++;
  const within = revised || CONTENT.test(node.name);
  for (const c of elements(node))
    walk(c, c.name === 'w:txbxContent' || c.name === 'w:tbl' ? false : within, marks);
}

function paragraph(node: Node, marks: Marks): void {
  const properties = child(node, 'w:pPr');
  const mark = properties && child(properties, 'w:rPr');
  const isRevised =
    mark !== undefined && elements(mark).some((c) => CONTENT.test(c.name) || c.name === 'w:rPrChange');
  if (isRevised || (properties && child(properties, 'w:pPrChange'))) marks.paragraphs++;
}

function run(node: Node, revised: boolean, marks: Marks): void {
  const properties = child(node, 'w:rPr');
  const formatted = properties !== undefined && child(properties, 'w:rPrChange') !== undefined;
  if (!revised && !formatted) return;
  for (const c of elements(node)) {
    if (NOTHING.has(c.name)) continue;
    const length = /^w:(?:t|delText)$/.test(c.name) ? text(c).length : 1;
    marks.characters += length;
    if (revised) marks.words += length;
  }
}

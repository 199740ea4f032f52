import type { Words } from '../diff/index.ts';
import { child, decodeText, rawKey, type XmlElement } from '../ooxml/index.ts';
import type { MergeContext } from './context.ts';

/** A block and the marks that stand in front of it. */
export interface Block {
  readonly element: XmlElement;
  readonly marks: readonly XmlElement[];
}

const NOTE_ID = /(<w:(?:foot|end)noteReference\b[^>]*?) w:id="[^"]*"/g;
const SECTION_REFERENCE = /<w:(?:header|footer)Reference\b[^>]*\/>/g;

/** Equal for blocks that say the same, whatever the ids of their notes and headers are. */
export function blockKey(element: XmlElement): string {
  const key = rawKey(element);
  return key.includes('Reference') ? key.replace(NOTE_ID, '$1').replace(SECTION_REFERENCE, '') : key;
}

/** Text, or what parts words: the end of a paragraph or cell, a tab, a break. */
const TEXT = /<w:t(?:\s[^>]*)?>([^<]*)<\/w:t>|<\/w:p>|<w:(?:tab|br|cr)\s*\/>/g;
const WORD = /[\p{L}\p{N}]+/gu;

/** The text that a block shows, its paragraphs and tabs parted by blanks. */
export function shownText(element: XmlElement): string {
  let text = '';
  for (const m of element.source.slice(element.start, element.end).matchAll(TEXT)) text += m[1] ?? ' ';
  return decodeText(text);
}

/** The words that a block shows, as sorted symbols. */
export function wordsOf(element: XmlElement, ctx: MergeContext): Words {
  const text = shownText(element);
  return Int32Array.from(text.match(WORD) ?? [], (w) => ctx.symbols.id(w)).sort();
}

/** A block content control (§17.5.2.29) with content. */
export function isControl(block: Block | undefined): boolean {
  return block?.element.name === 'w:sdt' && child(block.element, 'w:sdtContent') !== undefined;
}

export function isParagraph(block: Block | undefined): boolean {
  return block?.element.name === 'w:p';
}

/** Does the paragraph's mark end a section? Such a mark is never one with a mark that does not. */
export function endsSection(block: Block): boolean {
  return block.element.name === 'w:p' && child(child(block.element, 'w:pPr'), 'w:sectPr') !== undefined;
}

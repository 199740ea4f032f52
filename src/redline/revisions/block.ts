import { WordReader, type Words, wordIds } from '../diff/index.ts';
import { child, decodeText, rawKey, type XmlElement } from '../ooxml/index.ts';
import type { MergeContext } from './context.ts';
import { controlIn } from './ranges.ts';

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

const [SLASH, SPACE, GREATER] = [0x2f, 0x20, 0x3e];
const [LOWER_A, LOWER_R] = [0x61, 0x72];
const BREAK = /<w:(?:tab|br|cr)\s*\/>/y;

/** Takes what a block shows, piece by piece; `false` stops the reading. */
interface ShownReader {
  readonly text: (source: string, from: number, to: number) => boolean;
  /** The end of a paragraph, a tab or a break. */
  readonly gap: () => void;
}

/** Reads the text that a block shows, with its entities. @returns was it read to the end? */
function readShown({ source, start, end }: XmlElement, reader: ShownReader): boolean {
  for (let at = start; at >= 0 && at < end; ) {
    // The fifth character rules out what is none of `<w:t>`, `<w:tab/>`, `<w:br/>`, `<w:cr/>`.
    const next = source.charCodeAt(at + 4);
    if (source.charCodeAt(at + 1) === SLASH) {
      if (source.startsWith('/w:p>', at + 1)) reader.gap();
    } else if (next === GREATER || next <= SPACE) {
      const stop = source.startsWith('w:t', at + 1) ? endOfText(source, at, end) : -1;
      if (stop >= 0) {
        if (!reader.text(source, source.indexOf('>', at) + 1, stop)) return false;
        at = stop;
      }
    } else if ((next === LOWER_A || next === LOWER_R) && isBreak(source, at)) reader.gap();
    at = source.indexOf('<', at + 1);
  }
  return true;
}

/** The text that a block shows, its paragraphs, tabs and breaks parted by blanks. */
export function shownText(element: XmlElement): string {
  let text = '';
  readShown(element, {
    text: (source, from, to) => {
      text += source.slice(from, to);
      return true;
    },
    gap: () => {
      text += ' ';
    },
  });
  return decodeText(text);
}

function isBreak(source: string, at: number): boolean {
  BREAK.lastIndex = at;
  return BREAK.test(source);
}

/** Where the text of the `w:t` that begins at `at` ends; -1 where it has none. */
function endOfText(source: string, at: number, end: number): number {
  const open = source.indexOf('>', at);
  const stop = source.indexOf('<', open);
  return stop < end && source.startsWith('</w:t>', stop) ? stop : -1;
}

/** The words that a block shows, as symbols: a heading in capitals is a version of the same without. */
export function wordsOf(element: XmlElement, ctx: MergeContext): Words {
  const { symbols } = ctx;
  const reader = new WordReader(symbols, element.end - element.start, true);
  return readShown(element, reader) ? reader.words() : wordIds(shownText(element), symbols);
}

/** A block content control (§17.5.2.29) with content, or custom XML (§17.5.1.6). */
export function isControl(block: Block | undefined): boolean {
  return controlIn(block?.element) !== undefined;
}

export function isParagraph(block: Block | undefined): boolean {
  return block?.element.name === 'w:p';
}

/** Does the paragraph's mark end a section? Such a mark is never one with a mark that does not. */
export function endsSection(block: Block): boolean {
  const { element } = block;
  // Most marks end none: the tree is read only where one may.
  if (element.name !== 'w:p' || !mayEndSection(element)) return false;
  return child(child(element, 'w:pPr'), 'w:sectPr') !== undefined;
}

/** Properties come first; where they do not, or hold former ones, only the tree tells. */
function mayEndSection({ source, innerStart, innerEnd }: XmlElement): boolean {
  if (!source.startsWith('<w:pPr', innerStart))
    return source.slice(innerStart, innerEnd).includes('<w:sectPr');
  const end = source.indexOf('</w:pPr>', innerStart);
  const properties = source.slice(innerStart, end < 0 || end > innerEnd ? innerEnd : end);
  return properties.includes('<w:sectPr') || properties.includes('<w:pPrChange');
}

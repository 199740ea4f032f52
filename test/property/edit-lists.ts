import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { paragraphOf, paragraphsOf, storiesOf } from '../../src/redline/revisions/edit/story.ts';
import { readTape } from '../../src/redline/revisions/edit/tape.ts';
import type { Dice } from './dice.ts';

/** Texts of the paragraphs of a document, as anchors see them. */
function textsOf(data: Uint8Array): string[] {
  const pkg = openPackage(data, nodeCodec, DEFAULT_LIMITS);
  return storiesOf(pkg).flatMap((story) =>
    Array.from(paragraphsOf(story.root), (path) => readTape(paragraphOf(path)).text),
  );
}

const WORDS = [
  'shall',
  'may',
  'not',
  'ten (10)',
  'the Supplier',
  'x < y & z',
  '甲方',
  '\u201cTerm\u201d',
  'a\tb',
  'c\nd',
];
const OPS = [
  ...['replace', 'replace', 'insert', 'insert', 'delete', 'delete', 'insertParagraph', 'deleteParagraph'],
  ...['moveParagraph', 'splitParagraph', 'mergeParagraph', 'formatText', 'formatParagraph', 'insertRow'],
  ...['deleteRow', 'footnote', 'comment'],
];

const TEXT_FORMATS = [
  ...[{ bold: true }, { bold: null, italic: false }, { italic: null, size: 9.5 }, { font: 'Arial & Co' }],
  ...[
    { underline: false, color: 'ff0000' },
    { strike: true, highlight: 'yellow', color: null },
  ],
  ...[
    { smallCaps: true, allCaps: false, font: null },
    { style: null, size: null, underline: true },
  ],
];
const PARAGRAPH_FORMATS = [
  ...[{ align: 'center' }, { indentLeft: 36, indentFirst: -18 }, { keepNext: true, spaceAfter: 0 }],
  ...[
    { indentFirst: 0, indentRight: 7.25 },
    { indentLeft: null, indentFirst: null, align: null },
  ],
  ...[{ spaceBefore: 6, keepLines: false, pageBreakBefore: null }, { style: null }, { level: 1 }],
];

/** A list of edits that may or may not fit together: anchors are words that the document has. */
export function randomEdits(data: Uint8Array, dice: Dice, most: number): unknown[] {
  const texts = textsOf(data).filter((t) => t.trim() !== '');
  return Array.from({ length: 1 + dice.int(most) }, () => randomEdit(texts, dice));
}

function randomEdit(texts: readonly string[], dice: Dice): unknown {
  const op = dice.pick(OPS) ?? 'delete';
  const at = anchor(texts, dice);
  const side = dice.chance(2) ? 'before' : 'after';
  const text = words(dice);
  switch (op) {
    case 'replace':
      return { op, at, with: dice.chance(4) ? '' : text };
    case 'insert':
    case 'insertParagraph':
      return { op, at, side, text };
    case 'moveParagraph':
      return { op, at, to: anchor(texts, dice), side };
    case 'splitParagraph':
      return { op, at, side };
    case 'formatText':
      return {
        op,
        at,
        set: dice.pick(TEXT_FORMATS),
      };
    case 'formatParagraph':
      return {
        op,
        at,
        set: dice.pick(PARAGRAPH_FORMATS),
      };
    case 'insertRow':
      return { op, at, side, cells: dice.chance(2) ? [text] : [] };
    case 'footnote':
      return { op, at, text };
    case 'comment':
      return dice.chance(3) ? { op, at, until: anchor(texts, dice), text } : { op, at, text };
    default:
      return { op, at };
  }
}

function words(dice: Dice): string {
  return Array.from({ length: 1 + dice.int(3) }, () => dice.pick(WORDS)).join(' ');
}

/** Words of a paragraph, from anywhere in it; sometimes such as stand nowhere. */
function anchor(texts: readonly string[], dice: Dice): object {
  const text = dice.pick(texts) ?? 'nothing';
  if (dice.chance(30)) return { quote: `${text.slice(0, 5)}\u2603` };
  const from = dice.int(text.length);
  const to = Math.min(text.length, from + 1 + dice.int(dice.chance(2) ? text.length : 12));
  const quote = text.slice(from, to);
  if (quote.trim() === '' || /[\ud800-\udfff]/.test(quote)) return { quote: text.trim().slice(0, 20) || 'x' };
  const prefix = text.slice(Math.max(0, from - 8), from);
  return { quote, ...(prefix === '' ? {} : { prefix }), ...(dice.chance(8) ? { fuzzy: true } : {}) };
}

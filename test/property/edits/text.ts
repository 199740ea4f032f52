import type { Dice } from '../dice.ts';
import type { Doc } from '../doc.ts';
import { type Edits, textRuns, texts } from '../places.ts';
import {
  child,
  clone,
  elements,
  ensureFirst,
  insertOrdered,
  make,
  type Node,
  setAttribute,
  text,
} from '../tree.ts';

const PHRASES = [
  'not later than thirty (30) days',
  'the Supplier',
  'and/or',
  '€ 1,250.00',
  'Clause 4.2(b)',
  'save as provided herein',
  'x',
  '—',
  '甲方应付款',
  'שלום',
  'cafe\u0301',
  '😀',
  '👩‍👩‍👧 e\u0301\u0323',
  'العربية 123',
  '東京都、渋谷区。',
  '\u00a0',
  'non\u2011breaking\u200bspace',
];
const RUN_ORDER =
  'w:rStyle w:rFonts w:b w:bCs w:i w:iCs w:caps w:smallCaps w:strike w:noProof w:vanish w:color w:spacing w:kern w:sz w:szCs w:highlight w:u w:vertAlign w:rtl w:lang'.split(
    ' ',
  );
const FORMATS = [
  '<w:b/>',
  '<w:b w:val="0"/>',
  '<w:i/>',
  '<w:strike/>',
  '<w:noProof/>',
  '<w:color w:val="FF0000"/>',
  '<w:sz w:val="30"/>',
  '<w:highlight w:val="yellow"/>',
  '<w:u w:val="single"/>',
  '<w:lang w:val="nb-NO"/>',
  '<w:caps/>',
  '<w:vertAlign w:val="superscript"/>',
  '<w:vanish/>',
  '<w:rFonts w:ascii="Arial" w:hAnsi="Arial"/>',
  '<w:rtl/>',
];

/** Words and what is between them, as they stand in the source: a reference such as `&amp;` stays whole. */
function wordsOf(t: Node): string[] {
  return text(t).match(/(?:&[^;]+;|[^\s&])+|\s+/g) ?? [];
}

function write(t: Node, words: readonly string[]): void {
  t.children = [words.join('')];
  setAttribute(t, 'xml:space', 'preserve');
}

/** A text with at least so many words. */
function wordy(doc: Doc, dice: Dice, least: number): { t: Node; words: string[] } | undefined {
  const list = texts(doc)
    .map((t) => ({ t, words: wordsOf(t) }))
    .filter(({ words }) => words.filter((w) => w.trim() !== '').length >= least);
  return dice.pick(list);
}

function phrase(doc: Doc, dice: Dice): string {
  if (dice.chance(2)) return dice.pick(PHRASES) ?? 'x';
  const source = wordy(doc, dice, 1)?.words ?? ['x'];
  const from = dice.int(source.length);
  return (
    source
      .slice(from, from + 1 + dice.int(6))
      .join('')
      .trim() || 'word'
  );
}

/** The run in two at a place in its text; false where it cannot be cut. */
export function cutRun(run: Node, parent: Node, dice: Dice): boolean {
  const t = child(run, 'w:t');
  const words = t ? wordsOf(t) : [];
  const whole = text(t ?? run);
  if (!t || elements(run).filter((c) => c.name === 'w:t').length !== 1 || whole.length < 2) return false;
  const second = clone(run);
  const tail = child(second, 'w:t');
  if (!tail) return false;
  const at = whole.includes('&')
    ? words.slice(0, 1 + dice.int(words.length - 1)).join('').length
    : 1 + dice.int(whole.length - 1);
  if (at >= whole.length || /[\ud800-\udbff]$/.test(whole.slice(0, at))) return false;
  write(t, [whole.slice(0, at)]);
  write(tail, [whole.slice(at)]);
  parent.children.splice(parent.children.indexOf(run) + 1, 0, second);
  return true;
}

export const TEXT: Edits = {
  'replace a word': (doc, dice) => {
    const found = wordy(doc, dice, 1);
    if (!found) return false;
    const solid = found.words.flatMap((w, i) => (w.trim() === '' ? [] : [i]));
    found.words[dice.pick(solid) ?? 0] = phrase(doc, dice);
    write(found.t, found.words);
    return true;
  },
  'insert a phrase': (doc, dice) => {
    const found = wordy(doc, dice, 1);
    if (!found) return false;
    found.words.splice(dice.int(found.words.length + 1), 0, ` ${phrase(doc, dice)} `);
    write(found.t, found.words);
    return true;
  },
  'delete a phrase': (doc, dice) => {
    const found = wordy(doc, dice, 2);
    if (!found) return false;
    found.words.splice(dice.int(found.words.length), 1 + dice.int(8));
    write(found.t, found.words);
    return true;
  },
  'change capitals': (doc, dice) => {
    const found = wordy(doc, dice, 1);
    if (!found) return false;
    const all = dice.chance(3);
    const changed = found.words.map((w) =>
      /^[^&]*$/.test(w) && (all || dice.chance(3)) ? w.toUpperCase() : w,
    );
    if (changed.join('') === found.words.join('')) return false;
    write(found.t, changed);
    return true;
  },
  'double a blank': (doc, dice) => {
    const found = wordy(doc, dice, 2);
    if (!found) return false;
    write(
      found.t,
      found.words.map((w) => (w.trim() === '' && dice.chance(3) ? `${w} ` : w)),
    );
    return true;
  },
  'replace a sentence': (doc, dice) => {
    const found = wordy(doc, dice, 4);
    if (!found) return false;
    write(found.t, [phrase(doc, dice), ' ', phrase(doc, dice), ' ', phrase(doc, dice)]);
    return true;
  },
  'empty a run': (doc, dice) => {
    const found = wordy(doc, dice, 1);
    if (!found) return false;
    found.t.children = [];
    return true;
  },
  'format a run': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    if (!place) return false;
    if (dice.chance(2)) cutRun(place.node, place.parent, dice);
    const format = make(dice.pick(FORMATS) ?? '<w:b/>');
    insertOrdered(ensureFirst(place.node, 'w:rPr'), format, RUN_ORDER);
    return true;
  },
  'clear a format': (doc, dice) => {
    const place = dice.pick(textRuns(doc).filter(({ node }) => child(node, 'w:rPr')));
    if (!place) return false;
    place.node.children = place.node.children.filter((c) => typeof c === 'string' || c.name !== 'w:rPr');
    return true;
  },
  'insert a character': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    if (!place) return false;
    const what = [
      '<w:tab/>',
      '<w:br/>',
      '<w:br w:type="page"/>',
      '<w:br w:type="column"/>',
      '<w:cr/>',
      '<w:noBreakHyphen/>',
      '<w:softHyphen/>',
      '<w:ptab w:relativeTo="margin" w:alignment="center" w:leader="none"/>',
      '<w:sym w:font="Wingdings" w:char="F0E0"/>',
    ];
    place.parent.children.splice(
      place.parent.children.indexOf(place.node) + dice.int(2),
      0,
      make(`<w:r>${dice.pick(what)}</w:r>`),
    );
    return true;
  },
  'delete a character': (doc, dice) => {
    const runs = textRuns(doc).flatMap(({ parent }) => elements(parent).filter((r) => r.name === 'w:r'));
    const special = /^w:(tab|br|noBreakHyphen|softHyphen|sym|cr|ptab)$/;
    const run = dice.pick(runs.filter((r) => elements(r).some((c) => special.test(c.name))));
    if (!run) return false;
    run.children = run.children.filter((c) => typeof c === 'string' || !special.test(c.name));
    return true;
  },
  'insert an equation': (doc, dice) => {
    const place = dice.pick(textRuns(doc));
    if (!place) return false;
    const equation = make(`<m:oMath><m:r><m:t>${dice.pick(['x', 'y', 'z'])}</m:t></m:r></m:oMath>`);
    place.parent.children.splice(place.parent.children.indexOf(place.node), 0, equation);
    return true;
  },
};

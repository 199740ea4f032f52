import type { Group, Slot } from './group.ts';
import { hashOf } from './hash.ts';

/** Characters of unchanged text in front of a change that tell where it stands. */
const LEFT = 8;
/** Characters of a paragraph's unchanged text that tell it apart. */
const PARAGRAPH = 16;
/** Characters from which on a change is told apart by what it says, where no other says the same. */
const TELLING = 12;
/** Longer texts are not searched for how often what stands in front of a change occurs before it. */
const MAX_SEARCHED = 200_000;

export interface Named {
  readonly id: string;
  /** Every name that the change answers to: its id, and the one that it has where another has the same content. */
  readonly names: readonly string[];
}

const compact = (text: string): string => text.replace(/\s+/g, '');

/**
 * Gives every change its id (docs/decisions/0030-ids-of-changes.md): from what it says and who said it when; where that
 * is little, or another change says the same, also from where it stands among what no change touches.
 *
 * @param kindOf  kind of the story of a group: `body`, `footnote`, … (numbers of notes change with decisions)
 */
export function nameChanges(groups: readonly Group[], kindOf: (group: Group) => string): Named[] {
  const contents = groups.map((g) => hashOf(contentOf(g, kindOf(g))));
  const places = placesOf(groups, contents);
  const telling = groups.map(
    (g) => isWhole(g) || (!ofParagraph(g) && compact(contentText(g)).length >= TELLING),
  );
  const repeated = counts(contents);
  const wanted = groups.map((_, i) => {
    const [content, place] = [contents[i] ?? '', places[i] ?? ''];
    const full = `c${content}-${place.slice(0, 6)}`;
    const alone = telling[i] && repeated.get(content) === 1;
    return { id: alone ? `c${content}` : full, full };
  });
  const taken = new Map<string, number>();
  return wanted.map(({ id, full }) => {
    const n = (taken.get(id) ?? 0) + 1;
    taken.set(id, n);
    const name = n === 1 ? id : `${id}-${n}`;
    return { id: name, names: n > 1 ? [name] : [...new Set([name, full])] };
  });
}

/** Rows, moves and whole paragraphs are told apart by what they say: what stands around them comes and goes. */
function isWhole(group: Group): boolean {
  if (contentText(group).trim() === '') return false;
  return group.subject === 'move' || group.subject === 'row' || (group.hasMark && group.within === undefined);
}

function contentText(group: Group): string {
  return group.before + group.after || group.code;
}

function contentOf(group: Group, story: string): string {
  const { subject, author, date, code } = group;
  // The text of a paragraph changes with every change inside it; its place tells enough.
  const [before, after] = ofParagraph(group) ? ['', ''] : [group.before, group.after];
  const sides = subject === 'text' || subject === 'move' ? '' : [...group.sides].sort().join('+');
  return [story, subject, sides, author, date ?? '', before, after, code].join('\u0000');
}

function ofParagraph({ subject }: Group): boolean {
  return subject === 'paragraph' || subject === 'numbering';
}

function counts(values: readonly string[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const value of values) out.set(value, (out.get(value) ?? 0) + 1);
  return out;
}

function placesOf(groups: readonly Group[], contents: readonly string[]): string[] {
  const content = new Map(groups.map((g, i) => [g, contents[i] ?? '']));
  const bySlot = new Map<Slot, Group[]>();
  for (const g of groups) {
    const members = bySlot.get(g.anchor.slot);
    if (members) members.push(g);
    else bySlot.set(g.anchor.slot, [g]);
  }
  const place = new Map<Group, string>();
  for (const [slot, members] of bySlot) {
    const lefts = leftsOf(slot.text, members);
    members.forEach((g, i) => {
      const early = g.anchor.at * 2 < slot.text.length;
      const around = g.within ? (content.get(g.within) ?? '') : g.anchor.paragraph.key(early);
      place.set(g, hashOf(isWhole(g) ? g.anchor.paragraph.above : `${around}\u0000${lefts[i]}`));
    });
  }
  return groups.map((g) => place.get(g) ?? '');
}

/** What stands in front of each group in a slot, and how often it stands before that already. */
function leftsOf(text: string, members: readonly Group[]): string[] {
  const dense = compact(text);
  const ends = denseOffsets(
    text,
    members.map((g) => g.anchor.at),
  );
  const isCounted = dense.length <= MAX_SEARCHED;
  if (members.length === 1 || !isCounted) return ends.map((end) => leftOf(dense, end, isCounted));
  const seen = new Map<string, number>();
  const marks = new Map<number, string>();
  const wanted = new Set(ends);
  for (let end = LEFT; end <= dense.length; end++) {
    const left = dense.slice(end - LEFT, end);
    const before = seen.get(left) ?? 0;
    if (wanted.has(end)) marks.set(end, `${left} ${before}`);
    seen.set(left, before + 1);
  }
  return ends.map((end) => marks.get(end) ?? leftOf(dense, end, false));
}

/** Offsets in a text, as offsets in the same text without blanks. */
function denseOffsets(text: string, offsets: readonly number[]): number[] {
  const dense = new Map<number, number>();
  let [at, length] = [0, 0];
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    length += compact(text.slice(at, offset)).length;
    at = offset;
    dense.set(offset, length);
  }
  return offsets.map((offset) => dense.get(offset) ?? 0);
}

function leftOf(dense: string, end: number, isCounted: boolean): string {
  const left = dense.slice(Math.max(0, end - LEFT), end);
  if (!isCounted || end < LEFT) return `${left} 0`;
  let count = 0;
  for (let at = dense.indexOf(left); at >= 0 && at + LEFT < end; at = dense.indexOf(left, at + 1)) count++;
  return `${left} ${count}`;
}

/** Tells paragraphs apart by how their unchanged text starts and ends, and counts those that are alike. */
export class ParagraphKeys {
  readonly #starts = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  readonly #structures = new Map<string, number>();

  /**
   * Counts a paragraph in; the answer takes the end of the text that is farther from a change.
   *
   * @param text  what no change touches
   * @param otherwise  tells the paragraph apart where there is no such text: its cell, or what stands above
   */
  next(text: string, otherwise: string): (early: boolean) => string {
    const [start, end] = [text.slice(0, PARAGRAPH), text.slice(-PARAGRAPH)];
    const structure = counted(this.#structures, otherwise);
    const [s, e] = [counted(this.#starts, start), counted(this.#ends, end)];
    if (end.trim() === '') return () => `structure ${otherwise} ${structure}`;
    return (early) => (early ? `end ${end} ${e}` : `start ${start} ${s}`);
  }
}

/** How often a key was met before. */
function counted(seen: Map<string, number>, key: string): number {
  const n = seen.get(key) ?? 0;
  seen.set(key, n + 1);
  return n;
}

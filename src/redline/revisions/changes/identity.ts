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

/** Changes that say the same. */
interface Alike {
  readonly groups: Group[];
  /** How many of them have a name, in order. */
  named: number;
  /** How often each name was wanted. */
  readonly taken: Map<string, number>;
}

const compact = (text: string): string => text.replace(/\s+/g, '');

/**
 * Gives changes their ids (docs/decisions/0030-ids-of-changes.md): from what they say and who said it when; where that
 * is little, or another change says the same, also from where they stand among what no change touches. Only what is
 * asked for is looked up.
 */
export class ChangeNames {
  readonly #groups: readonly Group[];
  readonly #contents = new Map<Group, string>();
  readonly #alike = new Map<string, Alike>();
  readonly #inSlot = new Map<Slot, Group[]>();
  readonly #lefts = new Map<Slot, ReadonlyMap<Group, string>>();
  readonly #named = new Map<Group, Named>();

  /** @param kindOf  kind of the story of a group: `body`, `footnote`, … (numbers of notes change with decisions) */
  constructor(groups: readonly Group[], kindOf: (group: Group) => string) {
    this.#groups = groups;
    for (const group of groups) {
      const content = contentHash(group, kindOf(group));
      this.#contents.set(group, content);
      const alike = this.#alike.get(content);
      if (alike) alike.groups.push(group);
      else this.#alike.set(content, { groups: [group], named: 0, taken: new Map() });
      const { slot } = group.anchor;
      const members = this.#inSlot.get(slot);
      if (members) members.push(group);
      else this.#inSlot.set(slot, [group]);
    }
  }

  all(): Named[] {
    return this.#groups.map((group) => this.of(group));
  }

  /** Changes that say the same and stand alike are counted, in the order of the document. */
  of(group: Group): Named {
    const alike = this.#alike.get(this.#content(group));
    while (alike && !this.#named.has(group) && alike.named < alike.groups.length) this.#nameNext(alike);
    return this.#named.get(group) ?? { id: '', names: [] };
  }

  #nameNext(alike: Alike): void {
    const group = alike.groups[alike.named++];
    if (!group) return;
    const full = this.#full(group);
    const n = (alike.taken.get(full) ?? 0) + 1;
    alike.taken.set(full, n);
    const id = this.#isTold(group) ? `c${this.#content(group)}` : full;
    this.#named.set(group, n > 1 ? named(`${id}-${n}`) : named(id, full));
  }

  idOf(group: Group): string {
    return this.#isTold(group) ? `c${this.#content(group)}` : this.of(group).id;
  }

  /** The change that a name means. */
  find(name: string): Group | undefined {
    const alike = this.#alike.get(/^c([0-9a-f]+)/.exec(name)?.[1] ?? '');
    return alike?.groups.find((group) => this.idOf(group) === name || this.of(group).names.includes(name));
  }

  #content(group: Group): string {
    return this.#contents.get(group) ?? '';
  }

  /** Is what it says enough to tell it apart? */
  #isTold(group: Group): boolean {
    return isTelling(group) && this.#alike.get(this.#content(group))?.groups.length === 1;
  }

  #full(group: Group): string {
    return fullName(this.#content(group), this.#place(group));
  }

  #place(group: Group): string {
    const { slot, paragraph } = group.anchor;
    if (isWhole(group)) return paragraph.above();
    const around = group.within ? this.#content(group.within) : paragraph.key(isEarly(group));
    return placeIn(around, this.#leftsIn(slot).get(group));
  }

  #leftsIn(slot: Slot): ReadonlyMap<Group, string> {
    const known = this.#lefts.get(slot);
    if (known) return known;
    const members = this.#inSlot.get(slot) ?? [];
    const lefts = leftsOf(slot.text, members);
    const fresh = new Map(members.map((g, i) => [g, lefts[i] ?? ''] as const));
    this.#lefts.set(slot, fresh);
    return fresh;
  }
}

/** What a change says, who said it and when, in a few characters. @param kind  of its story */
export function contentHash(group: Group, kind: string): string {
  return hashOf(contentOf(group, kind));
}

/** Is what it says enough to tell it apart, where no other says the same? */
export function isTelling(group: Group): boolean {
  return isWhole(group) || (!ofParagraph(group) && compact(contentText(group)).length >= TELLING);
}

/** Does it stand in the first half of what no change touches? */
export function isEarly({ anchor: { slot, at } }: Group): boolean {
  return at * 2 < slot.text.length;
}

/** Where a change stands. @param around  what tells its paragraph or the change around it apart */
export function placeIn(around: string, left: string | undefined): string {
  return `${around}\u0000${left}`;
}

/** The id of a change that another one says the same as. */
export function fullName(content: string, place: string): string {
  return `c${content}-${hashOf(place).slice(0, 6)}`;
}

function named(id: string, other = id): Named {
  return { id, names: [...new Set([id, other])] };
}

/** Rows, moves and whole paragraphs are told apart by what they say: what stands around them comes and goes. */
export function isWhole(group: Group): boolean {
  if (contentText(group).trim() === '') return false;
  return group.subject === 'move' || group.subject === 'row' || (group.hasMark && group.within === undefined);
}

function contentText(group: Group): string {
  return group.before + group.after || group.code;
}

/** Not every editor keeps blanks at the ends, nor what changed in the formatting of a paragraph's mark. */
function tidied({ subject }: Group): (text: string) => string {
  return (text) => (subject === 'run' ? compact(text) : text.trim());
}

function contentOf(group: Group, story: string): string {
  const { subject, author, date, code } = group;
  // The text of a paragraph changes with every change inside it; its place tells enough.
  const [before, after] = ofParagraph(group) ? ['', ''] : [group.before, group.after].map(tidied(group));
  const sides = subject === 'text' || subject === 'move' ? '' : [...group.sides].sort().join('+');
  return [story, subject, sides, author, date ?? '', before, after, code].join('\u0000');
}

function ofParagraph({ subject }: Group): boolean {
  return subject === 'paragraph' || subject === 'numbering';
}

/** What stands in front of each group in a slot, and how often it stands before that already. */
export function leftsOf(text: string, members: readonly Group[]): string[] {
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

/** How a paragraph's unchanged text starts and ends. */
export function edgesOf(text: string): { readonly start: string; readonly end: string } {
  return { start: text.slice(0, PARAGRAPH), end: text.slice(-PARAGRAPH) };
}

/** What tells paragraphs apart, as `ParagraphKeys` does. */
export interface KeyMaker {
  next(text: string, otherwise: string): (early: boolean) => string;
}

/** Tells paragraphs apart by how their unchanged text starts and ends, and counts those that are alike. */
export class ParagraphKeys implements KeyMaker {
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
    const { start, end } = edgesOf(text);
    const structure = counted(this.#structures, otherwise);
    const [s, e] = [counted(this.#starts, start), counted(this.#ends, end)];
    if (end.trim() === '') return () => structureKey(otherwise, structure);
    return (early) => (early ? endKey(end, e) : startKey(start, s));
  }
}

export const structureKey = (otherwise: string, before: number): string => `structure ${otherwise} ${before}`;
export const endKey = (end: string, before: number): string => `end ${end} ${before}`;
export const startKey = (start: string, before: number): string => `start ${start} ${before}`;

/** How often a key was met before. */
function counted(seen: Map<string, number>, key: string): number {
  const n = seen.get(key) ?? 0;
  seen.set(key, n + 1);
  return n;
}

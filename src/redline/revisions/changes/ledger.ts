import { attribute, type XmlElement } from '../../ooxml/index.ts';
import type { Where } from './clauses.ts';
import {
  addText,
  agrees,
  type Group,
  isAfter,
  type Side,
  type Slot,
  type Spot,
  type Subject,
} from './group.ts';

/** The present place of a reader. */
export interface Place {
  readonly story: string;
  readonly position: Spot;
  readonly slot: Slot;
  readonly paragraph: Group['anchor']['paragraph'];
  readonly where: Where;
  readonly within: Group | undefined;
}

function authorOf(element: XmlElement): string {
  return attribute(element, 'w:author') ?? '';
}

/** Where a change says no date, LibreOffice writes the year 0 for some. */
function dateOf(element: XmlElement): string | null {
  const date = attribute(element, 'w:date');
  return date === undefined || date.startsWith('0-00-00') ? null : date;
}

function isOf(group: Group, element: XmlElement): boolean {
  return group.author === authorOf(element) && group.date === dateOf(element);
}

/** Gathers revision elements into logical changes, in the order in which they are met. */
export class Ledger {
  groups: Group[] = [];
  readonly #named = new Map<string, Group>();

  /** A change of its own. */
  create(subject: Subject, element: XmlElement, place: Place, side?: Side): Group {
    const group: Group = {
      subject,
      author: authorOf(element),
      date: dateOf(element),
      sides: new Set(side === undefined ? [] : [side]),
      elements: [element],
      slot: { text: '', current: undefined },
      within: place.within,
      anchor: { slot: place.slot, at: place.slot.text.length, paragraph: place.paragraph },
      story: place.story,
      before: '',
      after: '',
      code: '',
      hasMark: false,
      position: place.position,
      movedTo: undefined,
      where: place.where,
      format: { before: [], after: [] },
    };
    this.groups.push(group);
    return group;
  }

  /** Inserted or deleted content: part of the change that it touches, where author and date are the same. */
  content(element: XmlElement, side: Side, place: Place): Group {
    const { current } = place.slot;
    if (current?.subject === 'text' && isOf(current, element)) {
      current.elements.push(element);
      current.sides.add(side);
      return current;
    }
    const group = this.create('text', element, place, side);
    place.slot.current = group;
    return group;
  }

  /** One change for everything with the same name, such as both ends of a move or the cells of a column. */
  named(subject: Subject, name: string, element: XmlElement, place: Place, side?: Side): Group {
    const key = `${place.position.paragraph.part} ${subject} ${name}`;
    const known = this.#named.get(key);
    if (!known) {
      const group = this.create(subject, element, place, side);
      if (subject === 'move' && side === 'to') group.movedTo = place.position;
      this.#named.set(key, group);
      return group;
    }
    known.elements.push(element);
    if (side !== undefined && !known.sides.has(side)) {
      if (side === 'to') known.movedTo = place.position;
      else if (side === 'from') known.position = place.position;
      known.sides.add(side);
    }
    return known;
  }

  /** Gives what one group holds to another: a text box stands twice in a part, and both copies change alike. */
  mergeCopies(from: number, copies: number): void {
    const originals = this.groups.slice(from, copies);
    const rest: Group[] = [];
    for (const copy of this.groups.slice(copies)) {
      const at = originals.findIndex((g) => sameChange(g, copy));
      const [original] = at < 0 ? [] : originals.splice(at, 1);
      if (original) original.elements.push(...copy.elements);
      else rest.push(copy);
    }
    this.groups = [...this.groups.slice(0, copies), ...rest];
  }
}

function sameChange(a: Group, b: Group): boolean {
  return (
    a.subject === b.subject &&
    a.author === b.author &&
    a.date === b.date &&
    a.before === b.before &&
    a.after === b.after
  );
}

/** A revision around the present place. */
export interface Around {
  readonly group: Group;
  readonly side: Side;
}

/** The change around the present place that already says what a revision says: a row's own words and marks are part of it. */
export function absorber(around: readonly Around[], element: XmlElement, side: Side): Group | undefined {
  return around.findLast(
    ({ group, side: outer }) =>
      group.author === authorOf(element) &&
      agrees(outer, side) &&
      (group.subject === 'row' ||
        group.subject === 'cells' ||
        (outer === side && group.date === dateOf(element))),
  )?.group;
}

/** A paragraph as its neighbours see it. */
export interface ParagraphEnd {
  /** The only change that its content is in, where nothing else stands in it. */
  readonly whole: Group | undefined;
  readonly mark: { readonly group: Group; readonly element: XmlElement; readonly side: Side } | undefined;
  /** It holds nothing, and its mark is a change of its own. */
  readonly blank: boolean;
}

/** Blank paragraphs that follow each other and were added or removed together are one change. */
export function joinBlanks(ends: readonly (ParagraphEnd | undefined)[], ledger: Ledger): void {
  let first: ParagraphEnd['mark'];
  let joined = false;
  for (const end of ends) {
    const mark = end?.blank ? end.mark : undefined;
    if (!mark || !first || mark.side !== first.side || !isOf(first.group, mark.element)) {
      first = mark;
      continue;
    }
    first.group.elements.push(mark.element);
    mark.group.elements.length = 0;
    addText(first.group, first.side, '\n');
    joined = true;
  }
  if (joined) ledger.groups = ledger.groups.filter((g) => g.elements.length > 0);
}

/**
 * Content added or removed at the end of a story is tracked with the mark of the paragraph before, because the last
 * mark cannot be: such a mark belongs to the paragraph that follows it.
 */
export function shiftMarks(ends: readonly (ParagraphEnd | undefined)[], ledger: Ledger): void {
  for (let last = ends.length - 1; last > 0; last--) {
    if (ends[last]?.mark || !ends[last]?.whole) continue;
    let first = last;
    while (first > 0 && follows(ends[first - 1], ends[first])) first--;
    if (first === last || ends[first]?.whole) continue;
    for (let i = first + 1; i <= last; i++) shiftMark(ends[i - 1], ends[i]);
    ledger.groups = ledger.groups.filter((g) => g.elements.length > 0);
    last = first;
  }
}

function follows(before: ParagraphEnd | undefined, after: ParagraphEnd | undefined): boolean {
  const [mark, whole] = [before?.mark, after?.whole];
  if (!mark || !whole || whole.subject !== 'text') return false;
  return (
    mark.group.subject === 'text' &&
    whole.sides.size === 1 &&
    whole.sides.has(mark.side) &&
    isOf(whole, mark.element)
  );
}

function shiftMark(before: ParagraphEnd | undefined, after: ParagraphEnd | undefined): void {
  const [mark, whole] = [before?.mark, after?.whole];
  if (!mark || !whole || mark.group === whole) return;
  const { elements } = mark.group;
  elements.splice(elements.indexOf(mark.element), 1);
  whole.elements.push(mark.element);
  whole.hasMark = true;
  if (isAfter(mark.side)) {
    mark.group.after = mark.group.after.replace(/\n$/, '');
    whole.after = `\n${whole.after}`;
  } else {
    mark.group.before = mark.group.before.replace(/\n$/, '');
    whole.before = `\n${whole.before}`;
  }
}

import { attribute, type XmlElement } from '../ooxml/index.ts';
import { type Anchors, htmlAttribute, type Wrap } from './markup.ts';

/** Which text is shown: all of it, or only what stands there with every change rejected or accepted. */
export type Reading = 'both' | 'original' | 'modified';

export type Side = 'insertion' | 'deletion' | 'move-from' | 'move-to';

/** One logical change: what a reader decides about at once. */
export interface Change {
  /** Of this page: `c1`, `c2`, … */
  readonly id: string;
  /** Of the document (docs/decisions/0030-ids-of-changes.md). */
  readonly lasting: string;
  readonly kind: 'insertion' | 'deletion' | 'move' | 'format';
  readonly author: string;
  readonly date: string;
  readonly detail: string;
}

/** A change at one place; a move has two of them. */
export interface Mark {
  readonly change: Change;
  readonly side: Side | 'format';
}

const SIDES: Readonly<Record<string, Side>> = {
  'w:ins': 'insertion',
  'w:del': 'deletion',
  'w:moveFrom': 'move-from',
  'w:moveTo': 'move-to',
  'w:cellIns': 'insertion',
  'w:cellDel': 'deletion',
};

/** Does a reading leave out what has the side? */
export function isHidden(side: Side | 'format' | undefined, reading: Reading): boolean {
  if (reading === 'original') return side === 'insertion' || side === 'move-to';
  return reading === 'modified' && (side === 'deletion' || side === 'move-from');
}

/** Which change an element stands for (ECMA-376 Part 1 §17.13.5), if it is one. */
export function sideOf(element: XmlElement): Side | undefined {
  return SIDES[element.name];
}

/** The first child of a properties element that says that what it belongs to was inserted, deleted or moved. */
export function sideWithin(properties: XmlElement | undefined): XmlElement | undefined {
  return properties?.children.find((c): c is XmlElement => c.kind === 'element' && sideOf(c) !== undefined);
}

/** The id of the change of a revision element; `''` where it belongs to none. */
export type LastingIds = (element: XmlElement) => string;

interface Move {
  readonly number: number;
  readonly change: Change;
  readonly seen: Set<Side>;
}

/** Gives every logical change its id, in document order. Changes of one kind that touch are one change. */
export class ChangeLedger {
  #count = 0;
  readonly #lastingIdOf: LastingIds;
  readonly #anchors: Readonly<Record<'from' | 'to', Anchors>>;
  #current: Mark | undefined;
  #held: Mark | undefined;
  readonly #moves = new Map<string, Move>();
  /** Open move ranges: id of the range → its name. */
  readonly #ranges = { 'move-from': new Map<string, string>(), 'move-to': new Map<string, string>() };

  /**
   * @param anchors of the two ends of a move, which may stand in two columns.
   * @param lastingIdOf what the document calls the change that an element belongs to.
   */
  constructor(anchors: Readonly<Record<'from' | 'to', Anchors>>, lastingIdOf: LastingIds) {
    this.#anchors = anchors;
    this.#lastingIdOf = lastingIdOf;
  }

  /** The change that a revision element belongs to. */
  mark(element: XmlElement, side: Side): Mark {
    // LibreOffice begins the range of a move inside of what moved.
    const first = element.children.find((c) => c.kind === 'element');
    if (first?.kind === 'element') this.range(first);
    const author = attribute(element, 'w:author') ?? '';
    const date = attribute(element, 'w:date') ?? '';
    if (this.#held?.side === side) return this.#held;
    const lasting = this.#lastingIdOf(element);
    const move = this.#moveAt(side, author, date, lasting);
    const current = this.#current;
    if (move) this.#current = { change: move.change, side };
    else if (
      current?.side !== side ||
      current.change.author !== author ||
      current.change.detail !== '' ||
      current.change.lasting !== lasting
    )
      this.#current = { side, change: this.#create(kindOf(side), author, date, '', lasting) };
    return this.#current ?? { side, change: this.#create(kindOf(side), author, date, '', lasting) };
  }

  /** A formatting change; equal ones that touch are one change. */
  format(element: XmlElement, detail: string): Mark {
    const author = attribute(element, 'w:author') ?? '';
    const lasting = this.#lastingIdOf(element);
    const current = this.#current;
    const isSame = current?.side === 'format' && current.change.detail === detail;
    if (isSame && current.change.author === author && current.change.lasting === lasting) return current;
    const change = this.#create('format', author, attribute(element, 'w:date') ?? '', detail, lasting);
    this.#current = { change, side: 'format' };
    return this.#current;
  }

  /** Something unchanged: the next change is another one. */
  rest(): void {
    if (this.#held === undefined) this.#current = undefined;
  }

  /** Everything of the same side that `work` meets belongs to one change, such as what stands in an inserted row. */
  hold<T>(mark: Mark | undefined, work: () => T): T {
    if (mark === undefined || this.#held !== undefined) return work();
    this.#held = mark;
    try {
      return work();
    } finally {
      this.#held = undefined;
      this.#current = mark;
    }
  }

  /** Follows `w:moveFromRangeStart` and its kin. */
  range(element: XmlElement): void {
    const found = /^w:move(From|To)Range(Start|End)$/.exec(element.name);
    if (!found) return;
    const open = this.#ranges[found[1] === 'From' ? 'move-from' : 'move-to'];
    const id = attribute(element, 'w:id') ?? '';
    if (found[2] === 'End') open.delete(id);
    else open.set(id, attribute(element, 'w:name') ?? id);
  }

  /** What stands around changed content. The first piece of each end of a move carries the link to the other end. */
  wrap({ change, side }: Mark): Wrap {
    const tag = side === 'format' ? 'span' : side === 'deletion' || side === 'move-from' ? 'del' : 'ins';
    const move = change.kind === 'move' ? this.#moves.get(change.detail) : undefined;
    const end =
      move && !move.seen.has(side as Side) ? this.#endOfMove(move, side as Side) : { id: '', link: '' };
    const attributes = `${htmlAttribute('id', end.id)}${changeAttributes({ change, side })}`;
    return { key: `${change.id}/${side}`, open: `<${tag}${attributes}>${end.link}`, close: `</${tag}>` };
  }

  #endOfMove(move: Move, side: Side): { id: string; link: string } {
    const from = side === 'move-from';
    const below = move.seen.size === 0;
    move.seen.add(side);
    const [here, there] = from ? (['from', 'to'] as const) : (['to', 'from'] as const);
    const words = from
      ? below
        ? 'moved down ↓'
        : 'moved up ↑'
      : below
        ? 'moved from below ↓'
        : 'moved from above ↑';
    const href = this.#anchors[there](`move-${move.number}`, there);
    return {
      id: this.#anchors[here](`move-${move.number}`, here),
      link: `<a class="move-link" href="#${href}">${words}</a>`,
    };
  }

  #moveAt(side: Side, author: string, date: string, lasting: string): Move | undefined {
    if (side !== 'move-from' && side !== 'move-to') return undefined;
    const name = [...this.#ranges[side].values()].at(-1);
    if (name === undefined) return undefined;
    const known = this.#moves.get(name);
    if (known) return known;
    const change = this.#create('move', author, date, name, lasting);
    const move = { number: this.#moves.size + 1, change, seen: new Set<Side>() };
    this.#moves.set(name, move);
    return move;
  }

  #create(kind: Change['kind'], author: string, date: string, detail: string, lasting: string): Change {
    this.#count++;
    return { id: `c${this.#count}`, lasting, kind, author, date, detail };
  }
}

function kindOf(side: Side): Change['kind'] {
  return side === 'insertion' || side === 'deletion' ? side : 'move';
}

/** `class` and `data-…` attributes of an element that is changed. */
export function changeAttributes({ change, side }: Mark, ...names: readonly string[]): string {
  const name = side === 'format' ? 'format' : side.startsWith('move') ? side : undefined;
  return [
    htmlAttribute('class', [...names, name].filter(Boolean).join(' ')),
    htmlAttribute('data-change', change.id),
    htmlAttribute('data-id', change.lasting),
    htmlAttribute('data-kind', change.kind),
    htmlAttribute('data-author', change.author),
    htmlAttribute('data-date', change.date),
    side === 'format' ? htmlAttribute('data-format', change.detail) : '',
  ].join('');
}

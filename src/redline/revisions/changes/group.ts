import type { XmlElement } from '../../ooxml/index.ts';
import type { Where } from './clauses.ts';

export type Side = 'ins' | 'del' | 'from' | 'to';

export const SIDES: Readonly<Record<string, Side>> = {
  'w:ins': 'ins',
  'w:del': 'del',
  'w:moveFrom': 'from',
  'w:moveTo': 'to',
  'w:cellIns': 'ins',
  'w:cellDel': 'del',
};

/** What a group of revision elements is about. */
export type Subject =
  | 'text'
  | 'move'
  | 'row'
  | 'cells'
  | 'merge'
  | 'run'
  | 'paragraph'
  | 'numbering'
  | 'section'
  | 'table'
  | 'control';

/** Text whose innermost change is this group (or none), and the change in it that the next one may join. */
export interface Slot {
  text: string;
  current: Group | undefined;
}

/** A paragraph's place among others; asked for when the document was read. */
export interface ParagraphPlace {
  readonly key: (early: boolean) => string;
  readonly above: () => string;
}

/** Where a group stands among unchanged text, for its id. */
export interface Anchor {
  readonly slot: Slot;
  /** UTF-16 offset in the slot's text. */
  readonly at: number;
  readonly paragraph: ParagraphPlace;
}

/** A place in a part, as `ChangePosition` tells it. */
export interface Spot {
  /** Its number is known when the backlog is done. */
  readonly paragraph: { readonly part: string; number: number; readonly id: string | null };
  /** UTF-16 offset in the paragraph's text. */
  readonly offset: number;
}

/** A logical change in the making. */
export interface Group {
  readonly subject: Subject;
  readonly author: string;
  readonly date: string | null;
  readonly sides: Set<Side>;
  readonly elements: XmlElement[];
  readonly slot: Slot;
  readonly within: Group | undefined;
  readonly anchor: Anchor;
  readonly story: string;
  before: string;
  after: string;
  /** Field instructions, for changes that show no text. */
  code: string;
  /** Holds a paragraph's mark. */
  hasMark: boolean;
  position: Spot;
  movedTo: Spot | undefined;
  where: Where;
  readonly format: { before: string[]; after: string[] };
}

export function isAfter(side: Side): boolean {
  return side === 'ins' || side === 'to';
}

/** Is a revision of one side what another of the same author says as well (a moved row, its words and marks)? */
export function agrees(a: Side, b: Side): boolean {
  return isAfter(a) === isAfter(b);
}

export function addText(group: Group, side: Side | 'both', text: string): void {
  if (side === 'both' || !isAfter(side)) group.before += text;
  if (side === 'both' || isAfter(side)) group.after += text;
}

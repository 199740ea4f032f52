import type { XmlElement } from '../../ooxml/index.ts';
import type { ChangePosition } from './change.ts';
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

/** Where a group stands among unchanged text, for its id. */
export interface Anchor {
  readonly slot: Slot;
  /** UTF-16 offset in the slot's text. */
  readonly at: number;
  /** The paragraph's own place: known when all of it was read. */
  readonly paragraph: { key: (early: boolean) => string; readonly above: string };
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
  position: ChangePosition;
  movedTo: ChangePosition | undefined;
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

import type { Interner, Words } from '../diff/index.ts';
import type { XmlElement } from '../ooxml/index.ts';
import type { Granularity, Ignorable, Ignore, MoveOptions } from '../options.ts';
import type { BudgetName, ClauseChange, Rung } from '../report.ts';
import type { PropsReader } from './props.ts';
import type { Unit } from './units.ts';

/** Which input an element comes from. */
export type Side = 'original' | 'modified';

/** How content is marked. */
export type State = 'keep' | 'del' | 'ins' | 'from' | 'to';

/** What only one side has, kept back until its story is read: only then is known what of it moved. */
export type Loose =
  | { readonly kind: 'paragraph'; readonly side: Side; readonly element: XmlElement }
  | { readonly kind: 'stretch'; readonly side: Side; readonly units: readonly Unit[] };

/** Running counts of what a story's redline marks. */
export interface Tally {
  insertions: number;
  deletions: number;
  moves: number;
  runFormatting: number;
  paragraphFormatting: number;
  tableRows: number;
  tableProperties: number;
  sections: number;
  wordsInserted: number;
  wordsDeleted: number;
  wordsMoved: number;
}

export function emptyTally(): Tally {
  return {
    insertions: 0,
    deletions: 0,
    moves: 0,
    runFormatting: 0,
    paragraphFormatting: 0,
    tableRows: 0,
    tableProperties: 0,
    sections: 0,
    wordsInserted: 0,
    wordsDeleted: 0,
    wordsMoved: 0,
  };
}

/** What the merge of one story needs to know of the document around it. */
export interface MergeContext {
  readonly rung: Rung;
  readonly granularity: Granularity;
  readonly ignore: Ignore;
  /** Notes that something differs for which there is no tracked change: the original's stays. */
  readonly leaveAsIs: () => void;
  /** Counts a difference that is ignored. */
  readonly passOver: (aspect: Ignorable) => void;
  /** Notes a block that was marked, for the list of changed clauses. */
  readonly noteBlock: (side: Side, element: XmlElement, change: ClauseChange) => void;
  readonly moves: MoveOptions;
  readonly props: PropsReader;
  readonly symbols: Interner;
  readonly tally: Tally;
  /** Aligns two sequences of symbols under a budget: for each element of `a` its partner in `b`, or -1. */
  readonly align: (a: ArrayLike<number>, b: ArrayLike<number>) => Int32Array;
  /** May more be marked word by word? Where too much was already, the rest is marked phrase by phrase. */
  readonly mayMark: () => boolean;
  /** Counts what was marked within paragraphs that both sides have. */
  readonly marked: (revisions: number) => void;
  /** Notes that a ceiling on work was reached. */
  readonly spent: (budget: BudgetName, allowed: number) => void;
  /** Attributes of a fresh revision, such as ` w:id="7" w:author="A" w:date="…"`. */
  readonly stamp: () => string;
  /** How often something was written that the original does not have. */
  readonly touches: () => number;
  /** An id that no mark of the package has. */
  readonly freshId: () => number;
  /** A mark that takes no room, as it goes into the result; `''` where the other side's stands for it. */
  readonly mark: (element: XmlElement, side: Side) => string;
  /** Says that the marks of `side` inside a removed unit go with it; returns the source without those that must survive. */
  readonly withoutShared: (xml: string, side: Side) => string;
  /** A note reference: its id in the result. */
  readonly note: (element: XmlElement, state: State, partner?: XmlElement) => string;
  /** Can the notes of two references be one note that changed? */
  readonly sameNote: (original: XmlElement, modified: XmlElement) => boolean;
  /** The words of the note that a reference of a side leads to. */
  readonly noteWords: (reference: XmlElement, side: Side) => Words;
  /** A block inside a paragraph, where the schema has none, marked as it is. */
  readonly block: (element: XmlElement, state: 'del' | 'ins') => string;
  /** A table inside a paragraph that both sides have. */
  readonly table: (original: XmlElement, modified: XmlElement) => string;
  /** Section properties as they go into the result. */
  readonly section: (original: XmlElement | undefined, modified: XmlElement | undefined) => string;
  /** Do section references have to be written anew, even in paragraphs that are equal? */
  readonly rewriteSections: boolean;
  /** Merges the blocks of a text box of both sides; of one that stands there twice, only one counts. */
  readonly blocks: (original: XmlElement, modified: XmlElement, counts: boolean) => string;
  /** Keeps back what only one side has: a placeholder that `settleMoves` replaces at the end of the story. */
  readonly keepBack: (loose: Loose) => string;
  /** What was kept back since the last call, in the order of the numbers of the placeholders. */
  readonly takeLoose: () => readonly Loose[];
}

/**
 * What a logical change does. What a person would decide about at once is one change: a replaced phrase, a move with
 * both its ends, a row with all that stands in it, a paragraph with its mark.
 */
export const CHANGE_KINDS = [
  /** Text or other content, a paragraph mark among it where `after` holds a line break. */
  'insertion',
  'deletion',
  /** A deletion and an insertion that touch, of one author and date. */
  'replacement',
  'move',
  'row-insertion',
  'row-deletion',
  /** Cells of one column of one table. */
  'cell-insertion',
  'cell-deletion',
  'cell-merge',
  /** `rPrChange` of runs that touch and changed alike. */
  'run-formatting',
  'paragraph-formatting',
  /** `numPr/ins`, `numPr/del` and `numberingChange`. */
  'numbering',
  'section-formatting',
  /** Properties of a table, its grid, its rows and its cells, of one author and date. */
  'table-formatting',
  /** The tags of a content control, custom XML or smart tag (`customXml…Range`); its content is not part of it. */
  'control-insertion',
  'control-deletion',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** Where a change stands. */
export interface ChangePosition {
  /** Part name inside the package. */
  readonly part: string;
  /** 0-based place of the (first) paragraph among all paragraphs of the part, in document order, text boxes included. */
  readonly paragraph: number;
  /** The paragraph's `w14:paraId`, where it has one. */
  readonly paragraphId: string | null;
  /** UTF-16 offset in the paragraph's text with everything that any change inserted or deleted still in it. */
  readonly offset: number;
}

/** The formatting that a change replaced and put in its place, in a few words: `bold, size 12 pt`. */
export interface ChangeFormat {
  readonly before: string;
  readonly after: string;
}

/** One logical change of a document. */
export interface Change {
  /**
   * Names the change in this document, also after it was saved by another editor and after other changes were decided
   * (docs/decisions/0030-ids-of-changes.md).
   */
  readonly id: string;
  readonly kind: ChangeKind;
  readonly author: string;
  /** As written, ISO 8601; `null` where the change says none. */
  readonly date: string | null;
  /** `body`, `header 1`, `footnote 3`, `text box 2 in body`, …: the story it starts in. */
  readonly story: string;
  /** Label of its clause as displayed with all changes accepted (rejected, for what is deleted): `4.2(b)`; `''` without one. */
  readonly clause: string;
  /** Text of the nearest heading or numbered title above; `''` where there is none. */
  readonly heading: string;
  /** What stands there with the change rejected, paragraph marks as line breaks, cells apart by tabs. */
  readonly before: string;
  /** What stands there with the change accepted. */
  readonly after: string;
  /** Only of changes of formatting. */
  readonly format: ChangeFormat | null;
  readonly position: ChangePosition;
  /** Where the other end of a move stands (its new place; `position` is the old one); `null` of all others. */
  readonly movedTo: ChangePosition | null;
  /** Names of the revision elements that it consists of, each once: `w:del`, `w:ins`, `w:rPrChange`, … */
  readonly revisions: readonly string[];
  /** Id of the change that this one stands in (a deletion inside another author's insertion), or `null`. */
  readonly within: string | null;
}

/** Which changes; every condition that is given must hold. An empty filter takes all. */
export interface ChangeFilter {
  readonly ids?: readonly string[];
  /** Any of these authors. */
  readonly authors?: readonly string[];
  readonly kinds?: readonly ChangeKind[];
  /** ISO 8601: changes of this moment and later; those without a date are left out. */
  readonly from?: string;
  /** ISO 8601: changes before this moment. */
  readonly to?: string;
  /** Occurs in the text before or after, without regard to case. */
  readonly text?: string;
  /** The clause and what is below it: `4.2` takes `4.2(b)` but not `4.21`. */
  readonly clause?: string;
  /** The story, or its kind: `footnote` takes all footnotes. */
  readonly story?: string;
}

/** The changes of a document, in document order. */
export interface ChangeList {
  /** Those that the filter takes. */
  readonly changes: readonly Change[];
  /** How many the document holds. */
  readonly total: number;
  /** Every author that the document's changes name, in the order met. */
  readonly authors: readonly string[];
}

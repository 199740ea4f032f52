/** Where an edit stands: by words, by paragraph, by the label of a clause, or by a change; words may be narrowed by the others. */
export interface Anchor {
  /** Words of one paragraph as they stand with earlier changes accepted; a tab is `\t`, a line break `\n`. */
  readonly quote?: string;
  /** What stands directly before and behind the quote, to tell equal ones apart. */
  readonly prefix?: string;
  readonly suffix?: string;
  /** `w14:paraId` of a paragraph, or the id that `listParagraphs` computes for one without. */
  readonly paragraph?: string;
  /** Label of a clause as displayed, such as `4.2(b)`; a quote is then looked for in the clause and what is below it. */
  readonly clause?: string;
  /** Id of a change, as the list of changes names it: the paragraph in which it begins. */
  readonly change?: string;
  /** Only in these stories; all but comments by default. */
  readonly story?: StoryKind;
  /** Also match where typographic quotes, dashes, blanks or case differ; reported when it was needed. */
  readonly fuzzy?: boolean;
}

export const STORY_KINDS = ['body', 'header', 'footer', 'footnote', 'endnote', 'comment'] as const;
export type StoryKind = (typeof STORY_KINDS)[number];

export type Side = 'before' | 'after';

/** Formatting of characters: `true` and `false` set it, `null` takes the direct formatting away. */
export interface TextFormat {
  readonly bold?: boolean | null;
  readonly italic?: boolean | null;
  readonly underline?: boolean | null;
  readonly strike?: boolean | null;
  readonly smallCaps?: boolean | null;
  readonly allCaps?: boolean | null;
  /** Six hexadecimal digits. */
  readonly color?: string | null;
  readonly highlight?: string | null;
  /** Points, in halves. */
  readonly size?: number | null;
  readonly font?: string | null;
  /** Name or identifier of a character style. */
  readonly style?: string | null;
}

/** Formatting of paragraphs; lengths in points. */
export interface ParagraphFormat {
  readonly align?: 'left' | 'center' | 'right' | 'both' | null;
  readonly indentLeft?: number | null;
  readonly indentRight?: number | null;
  /** Negative lets the first line hang. */
  readonly indentFirst?: number | null;
  readonly spaceBefore?: number | null;
  readonly spaceAfter?: number | null;
  readonly keepNext?: boolean | null;
  readonly keepLines?: boolean | null;
  readonly pageBreakBefore?: boolean | null;
  /** Name or identifier of a paragraph style. */
  readonly style?: string | null;
  /** Level in its list, from 0. */
  readonly level?: number;
}

/** One change to a document. Every anchor is about the document as it was given, not as earlier edits leave it. */
export type Edit =
  | { readonly op: 'replace'; readonly at: Anchor; readonly with: string }
  | { readonly op: 'insert'; readonly at: Anchor; readonly side: Side; readonly text: string }
  | { readonly op: 'delete'; readonly at: Anchor }
  | {
      readonly op: 'insertParagraph';
      readonly at: Anchor;
      readonly side: Side;
      /** Each line becomes a paragraph. */
      readonly text: string;
      readonly style?: string;
    }
  | { readonly op: 'deleteParagraph'; readonly at: Anchor }
  | { readonly op: 'moveParagraph'; readonly at: Anchor; readonly to: Anchor; readonly side: Side }
  | { readonly op: 'splitParagraph'; readonly at: Anchor; readonly side: Side }
  /** Joins a paragraph and the one behind it; the result looks like the first. */
  | { readonly op: 'mergeParagraph'; readonly at: Anchor }
  | { readonly op: 'formatText'; readonly at: Anchor; readonly set: TextFormat }
  | { readonly op: 'formatParagraph'; readonly at: Anchor; readonly set: ParagraphFormat }
  | {
      readonly op: 'insertRow';
      readonly at: Anchor;
      readonly side: Side;
      readonly cells?: readonly string[];
    }
  | { readonly op: 'deleteRow'; readonly at: Anchor }
  | { readonly op: 'footnote'; readonly at: Anchor; readonly text: string }
  /** On the words of `at`, or on everything from there to the end of `until`. */
  | { readonly op: 'comment'; readonly at: Anchor; readonly until?: Anchor; readonly text: string }
  | { readonly op: 'reply'; readonly comment: string; readonly text: string }
  | { readonly op: 'resolve'; readonly comment: string }
  | { readonly op: 'reopen'; readonly comment: string }
  | { readonly op: 'deleteComment'; readonly comment: string };

export type EditOp = Edit['op'];

export interface EditOptions {
  /** `w:author` of every revision and comment. */
  readonly author: string;
  /** `w:initials` of comments; by default the first letters of the author's names. */
  readonly initials?: string;
  /** `w:date`, ISO 8601 in UTC to the second; `null` writes none. */
  readonly date: string | null;
}

/** What became of one edit. */
export interface EditOutcome {
  /** Place in the list, from 0. */
  readonly edit: number;
  readonly op: EditOp;
  /** `null` where the edit is about a comment. */
  readonly part: string | null;
  /** Id of the paragraph, as an anchor takes it. */
  readonly paragraph: string | null;
  /** The words that matched, where they are not those of the quote. */
  readonly fuzzy?: string;
  /** Id of the comment that was made or that the edit is about. */
  readonly comment?: string;
  /** What the caller should know, such as a move that had to be a deletion and an insertion. */
  readonly notes?: readonly EditNote[];
}

export type EditNote =
  /** Own insertions are changed outright, as Word does; rejecting cannot bring that back. */
  | 'own-insertion'
  /** The paragraph stays, empty: the last of a cell or story, or one with a control in front of a table or control. */
  | 'paragraph-stays'
  /** What moved holds what a tracked move cannot: it is deleted and inserted. */
  | 'move-as-insertion'
  /** Bookmarks of a moved paragraph stay where it was. */
  | 'bookmarks-stay';

export interface EditReport {
  readonly edits: readonly EditOutcome[];
  /** Revisions that were written. */
  readonly revisions: number;
}

export interface Edited {
  readonly document: Uint8Array;
  readonly report: EditReport;
}

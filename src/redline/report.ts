import type { CompareOptions, Ignorable } from './options.ts';

/** How finely a story was marked; each is coarser than the one before. */
export const RUNGS = ['words', 'coarse-words', 'paragraphs', 'blocks', 'story'] as const;
export type Rung = (typeof RUNGS)[number];

/** Logical changes: a replaced phrase is one deletion and one insertion, a move is one move. */
export interface Counts {
  readonly insertions: number;
  readonly deletions: number;
  readonly moves: number;
  readonly runFormatting: number;
  readonly paragraphFormatting: number;
  readonly tableRows: number;
  readonly tableProperties: number;
  readonly sections: number;
}

export interface WordCounts {
  readonly inserted: number;
  readonly deleted: number;
  readonly moved: number;
}

/** What became of one story (ECMA-376 Part 1 §17.13: body, header, footer, note, comment). */
export interface StoryOutcome {
  /** `body`, `header 1 default`, `footnote 3`, … */
  readonly story: string;
  readonly part: string;
  readonly rung: Rung;
  readonly changes: number;
}

/** Ceilings on the work for one story. */
export const BUDGETS = ['alignment-steps', 'pairing-cells', 'word-marks'] as const;
export type BudgetName = (typeof BUDGETS)[number];

/** A ceiling that was reached: what lay beyond it was settled in a coarser way, as exact but less fine. */
export interface SpentBudget {
  readonly story: string;
  readonly budget: BudgetName;
  /** Steps, cells of a table, or revisions of the whole document. */
  readonly allowed: number;
  /** How often it was reached in the story. */
  readonly times: number;
}

/** Something that tracked changes cannot express. */
export interface NotCompared {
  readonly part: string;
  readonly reason: string;
}

/** What became of a clause: `inserted`, `deleted` and `moved` are said of one whose first paragraph is. */
export const CLAUSE_CHANGES = ['changed', 'inserted', 'deleted', 'moved'] as const;
export type ClauseChange = (typeof CLAUSE_CHANGES)[number];

/** A clause of the body that holds a change. */
export interface ChangedClause {
  /** As displayed in the document that has it, the original first: `4.2(b)`; `''` before the first number. */
  readonly clause: string;
  /** Text of the heading above, or `''`. */
  readonly heading: string;
  readonly change: ClauseChange;
}

/** An aspect that the options leave out, and how often the documents were seen to differ in it. */
export interface Ignored {
  readonly aspect: Ignorable;
  /** Differences passed over where the documents were compared: equal parts were not looked at, nor what is marked whole. */
  readonly differences: number;
}

/** A difference that verification found. Positions and aspects only, never document text. */
export interface Difference {
  readonly direction: 'reject' | 'accept';
  readonly story: string;
  readonly level: 'text' | 'structure' | 'format';
  /** Which aspect of the level: `lines`, `tables`, `styles`, `numbering`, `bookmarks`, … */
  readonly aspect: string;
  /** Index of the first element that differs, in that aspect's list. */
  readonly at: number;
}

/** What was found of a story in both directions, by level. */
export interface StoryProof {
  readonly story: string;
  readonly text: boolean;
  readonly structure: boolean;
  readonly format: boolean;
}

export interface Verification {
  readonly exact: boolean;
  /** Stories whose text, structure and formatting were compared in both directions. */
  readonly stories: number;
  /** Every story that was compared, and the document as such where its bookmarks differ. */
  readonly outcome: readonly StoryProof[];
  readonly differences: readonly Difference[];
  /** Faults of the package that neither input had: dangling relationships, duplicate ids, unpaired ranges, … */
  readonly faults: readonly { readonly code: string; readonly part: string; readonly message: string }[];
}

export interface Stage {
  readonly name: 'read' | 'write' | 'verify';
  readonly ms: number;
}

/** What a comparison proved, about which files: docs/certificate.md. It holds no text of a document. */
export interface Certificate {
  readonly format: 'redline-certificate/1';
  /** Version of the engine that made the redline. */
  readonly engine: string;
  /** Lower-case hexadecimal SHA-256 of the three files. */
  readonly documents: { readonly original: string; readonly modified: string; readonly redline: string };
  readonly options: CompareOptions;
  /** For each story, whether rejecting and accepting gave both documents back, by level. */
  readonly outcome: readonly StoryProof[];
  /** Aspects that acceptance was not compared in. */
  readonly ignored: readonly Ignorable[];
  readonly notCompared: readonly NotCompared[];
  /** SHA-256 of everything above as canonical JSON in UTF-8. */
  readonly digest: string;
}

/** Everything that a reader of a redline should know about how it came to be. */
export interface Report {
  readonly engine: string;
  /** The two inputs say the same: the redline is the original's bytes. */
  readonly identical: boolean;
  readonly counts: Counts;
  readonly words: WordCounts;
  /** In the order of the original, then those that only the modified document has. */
  readonly clauses: readonly ChangedClause[];
  readonly stories: readonly StoryOutcome[];
  readonly notCompared: readonly NotCompared[];
  /** What the options leave out: there the redline is as the original, and acceptance was not compared. */
  readonly ignored: readonly Ignored[];
  /** Ceilings on work that were reached; empty for all but extreme documents. */
  readonly budgets: readonly SpentBudget[];
  readonly verification: Verification;
  /** Every option, as it was or by default. */
  readonly options: CompareOptions;
  readonly sha256: { readonly original: string; readonly modified: string; readonly redline: string };
  /** Milliseconds per stage; the only part of a report that differs between two runs. */
  readonly stages: readonly Stage[];
  /** Says the same to whoever has the three files: `checkCertificate`. */
  readonly certificate: Certificate;
}

export interface Comparison {
  readonly redline: Uint8Array;
  readonly report: Report;
}

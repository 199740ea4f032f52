/** Every way in which the engine says no. The set is closed: an exhaustive `switch` compiles. */
export type ErrorCode =
  /** Zero bytes. */
  | 'document/empty'
  /** Not a ZIP package at all (a PDF, a picture, plain text). */
  | 'document/not-a-package'
  /** A package, but of another kind (a spreadsheet), or without what every Word document has. */
  | 'document/not-word'
  /** A Word 97–2003 binary document under a new name. */
  | 'document/legacy-format'
  /** Password-protected, or an encrypted ZIP entry. */
  | 'document/encrypted'
  /** A ZIP that cannot be read: truncated, wrong checksum, unsupported compression, hostile names. */
  | 'document/damaged-package'
  /** A part is not well-formed XML or not valid in its encoding. */
  | 'document/damaged-part'
  /** A document type declaration, which the Open Packaging Conventions forbid. */
  | 'document/dtd-forbidden'
  /** A ceiling of `Limits` was passed. */
  | 'limits/exceeded'
  /** No rung of the ladder gave a redline that is proven exact. */
  | 'redline/not-exact'
  /** An option has a value that the engine does not know. */
  | 'options/invalid'
  /** No change of the document has one of the ids. */
  | 'changes/unknown-id'
  /** Decisions accept and reject one change. */
  | 'changes/conflicting-decisions'
  /** A list of edits that is not one, or an edit that asks for what the document cannot do. */
  | 'edit/invalid'
  /** The words of a quote stand nowhere. */
  | 'edit/quote-not-found'
  /** The words of a quote stand in several places. */
  | 'edit/quote-ambiguous'
  /** No paragraph, clause, change or comment has the id or label; or several clauses have the label. */
  | 'edit/anchor-unknown'
  /** Two edits of a list are about the same words, mark or properties. */
  | 'edit/overlap'
  /** What stands there cannot be edited as a tracked change: part of a field, locked content, … */
  | 'edit/not-editable'
  /** The document has no style of the name. */
  | 'edit/style-unknown'
  /** The edits were written, but could not be proven to come out again. */
  | 'edit/not-exact'
  /** Rejecting the changes of a tracked copy does not give the base. */
  | 'combine/base-mismatch'
  /** Reviewers edited the same, and the policy was to refuse that. */
  | 'combine/conflict'
  /** The copies could not be combined so that each reviewer's changes stand for themselves. */
  | 'combine/not-exact';

/** Which of the inputs an error is about. */
export type InputRole = 'original' | 'modified' | 'redline' | 'document' | 'edits';

/** A place that an anchor may mean: words of the caller's own document, for the caller's eyes. */
export interface EditCandidate {
  /** Kind of story: `body`, `header`, `footnote`, … */
  readonly story: string;
  /** Id of the paragraph, as an anchor takes it. */
  readonly paragraph: string;
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

/** A place where reviewers meet. */
export interface ConflictPlace {
  readonly part: string;
  /** 0-based place of the block in the story or cell of the base that holds it. */
  readonly block: number;
  readonly kind: string;
  readonly authors: readonly string[];
}

export interface ErrorDetails {
  /** Which copy, from 0. */
  readonly copy?: number;
  readonly conflicts?: readonly ConflictPlace[];
  /** Ids of changes, as the caller gave them or as the document has them. */
  readonly ids?: readonly string[];
  /** Place of the edit in its list, from 0. */
  readonly edit?: number;
  /** Where the anchor of an edit may belong; at most ten. */
  readonly candidates?: readonly EditCandidate[];
  readonly input?: InputRole;
  /** Part name inside the package, such as `word/document.xml`. */
  readonly part?: string;
  /** Story, such as `body` or `footnote 2`. */
  readonly story?: string;
  /** Which ceiling was passed, its value and what was found. */
  readonly limit?: { readonly name: string; readonly allowed: number; readonly found?: number };
}

/** A typed refusal. The message says what to do and never holds text of a document. */
export class RedlineError extends Error {
  override readonly name = 'RedlineError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** The same refusal, with the input it is about. */
  about(input: InputRole): RedlineError {
    return new RedlineError(this.code, this.message, { ...this.details, input }, this.cause);
  }
}

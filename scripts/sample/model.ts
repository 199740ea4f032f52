/**
 * The content of an agreement as data. Text is plain with a little markup: `**bold**`, `[shown](address)` for a
 * hyperlink, `{clause:ID}` for a cross-reference to a numbered block, `{note:ID}` for a footnote.
 */

/** How a paragraph looks and how it is numbered. */
export type Look =
  /** `1.` and a title. */
  | 'heading'
  /** `1.1` */
  | 'clause'
  /** `(a)` */
  | 'item'
  /** `(i)` */
  | 'subitem'
  /** A definition: indented, without a number. */
  | 'term'
  /** Indented like a clause, without a number: what follows a list. */
  | 'tail'
  | 'plain'
  | 'title'
  | 'subtitle'
  | 'centred'
  /** `(1)` and `(A)`: the parties and the recitals. */
  | 'party'
  | 'recital'
  /** `Schedule 1` and a title, on a new page; `Part` and a title; numbered `1.` and `1.1` within a schedule. */
  | 'schedule'
  | 'part'
  | 'schedule-clause'
  | 'schedule-item';

export interface Paragraph {
  readonly kind: 'paragraph';
  readonly id: string;
  readonly look: Look;
  readonly text: string;
}

export interface Table {
  readonly kind: 'table';
  readonly id: string;
  /** Column widths in twentieths of a point. */
  readonly widths: readonly number[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns whose content stands on the right, from 0. */
  readonly numeric?: readonly number[];
  /** A signature block has no lines. */
  readonly lines: boolean;
}

export type Block = Paragraph | Table;

/** Identifier → text. */
export type Notes = Readonly<Record<string, string>>;

export interface Agreement {
  /** Shown at the top of every page but the first. */
  readonly header: string;
  readonly cover: readonly Block[];
  readonly body: readonly Block[];
  readonly notes: Notes;
}

/** Makes a paragraph of one look. The identifier is for edits and cross-references; it is not shown. */
export const paragraph = (look: Look, id: string, text: string): Paragraph => ({
  kind: 'paragraph',
  id,
  look,
  text,
});

export const heading = (id: string, text: string): Paragraph => paragraph('heading', id, text);
export const clause = (id: string, text: string): Paragraph => paragraph('clause', id, text);
export const item = (id: string, text: string): Paragraph => paragraph('item', id, text);

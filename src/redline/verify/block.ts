import type { Element } from './element.ts';

/** One line of a story, aspect by aspect; each aspect is '' where the line has nothing of it. */
export interface Block {
  /** The text with tokens for what is no text, or what begins or ends here: `TBL`, `/TC`, … */
  readonly line: string;
  /** Lengths of text in equal format, each with that format; the paragraph mark counts one. */
  readonly format: string;
  readonly style: string;
  readonly numbering: string;
  /** Paragraph properties other than style, numbering and section. */
  readonly direct: string;
  readonly links: string;
  readonly objects: string;
  readonly controls: string;
  readonly table: string;
  /** `w:pPr` as it stands, which the other aspects say; nothing where the line is no paragraph. */
  readonly properties: Element | undefined;
}

export interface Paragraph extends Block {
  readonly notes: readonly NoteReference[];
  /** Ends of ranges in the order of the text. */
  readonly ends: readonly Element[];
  /** Contents of text boxes anchored here (`w:txbxContent`). */
  readonly boxes: readonly Element[];
  readonly section: Element | undefined;
}

export interface NoteReference {
  readonly kind: 'footnote' | 'endnote';
  readonly id: string | undefined;
}

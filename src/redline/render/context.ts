import type { Counters, Numbering, Package, Styles, XmlElement } from '../ooxml/index.ts';
import type { ChangeLedger, Reading } from './changes.ts';
import type { Anchors } from './markup.ts';

export type NoteKind = 'footnote' | 'endnote';

/** A note in the order in which the text refers to it. */
export interface NoteEntry {
  readonly kind: NoteKind;
  readonly id: string;
  readonly label: string;
  readonly element: XmlElement;
}

/** What the text has referred to so far. */
export interface NoteBook {
  readonly definitions: Readonly<Record<NoteKind, ReadonlyMap<string, XmlElement>>>;
  readonly entries: NoteEntry[];
  /** How many references each reading has met: changes accepted, changes rejected. */
  readonly counts: Record<NoteKind, { accepted: number; rejected: number }>;
}

/** A complex field that is open. */
export interface Field {
  state: 'code' | 'result';
  /** Its instruction as far as it was read. */
  code: string;
  /** Something of its result was shown. */
  shown: boolean;
}

/** What a document knows while one of its stories is rendered. */
export interface Context {
  readonly pkg: Package;
  readonly reading: Reading;
  /** The part being rendered: its relationships resolve pictures and links. */
  readonly part: string;
  readonly styles: Styles;
  readonly numbering: Numbering;
  readonly accepted: Counters;
  readonly rejected: Counters;
  readonly ledger: ChangeLedger;
  readonly anchor: Anchors;
  readonly notes: NoteBook;
  readonly comments: ReadonlyMap<string, XmlElement>;
  /** Comments already shown. */
  readonly shown: Set<string>;
  /** Bytes of pictures that may still be embedded. */
  readonly pictures: { left: number };
  /** Open fields, outermost first; what stands in the code of a field is not shown. */
  readonly fields: Field[];
  /** Renders block content that stands inside a paragraph, such as a text box. */
  readonly blocks: (content: readonly XmlElement[], context: Context) => string[];
}

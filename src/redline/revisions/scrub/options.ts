import { RedlineError } from '../../errors.ts';

/** What can be taken out of a document. */
export const SCRUB_KINDS = [
  /**
   * Names of authors, of whom a document is by, of their managers and of who may edit become roles; initials, accounts and
   * digital signatures, which no longer fit, go.
   */
  'authors',
  /** Dates of changes and comments, and when the document was made, saved and printed. */
  'dates',
  /** Editing sessions (`w:rsid…`), ids of the document and of drawings, how often and how long it was edited. */
  'sessions',
  /**
   * Core, extended and custom properties, labels, the thumbnail, document variables, the paths of the template and of a
   * transformation, mail merge, settings of printers.
   */
  'properties',
  /** Comments, answers to them and their marks. */
  'comments',
  /** Text and drawings that do not show (`w:vanish`, their own or by a style), and fields of nothing else. */
  'hiddenText',
  /** Custom XML parts and what is bound to them, custom XML and smart tags around text; the text stays. */
  'customXml',
  /** Web extensions and their panes. */
  'extensions',
] as const;
export type ScrubKind = (typeof SCRUB_KINDS)[number];

export interface ScrubOptions {
  readonly kinds: readonly ScrubKind[];
  /** Author to role; authors without one become `Author 1`, `Author 2`, … in the order met. */
  readonly roles?: Readonly<Record<string, string>>;
}

/** What may say who or when, and is left as it is. */
export const SCRUB_LEFTOVERS = [
  /** A picture with notes in it: Exif, XMP, IPTC, comments, texts. */
  'picture-metadata',
  /** A picture that is too large to be looked into, or of a format whose notes are not known. */
  'picture-unread',
  /** A document or object inside, with properties of its own. */
  'embedded-file',
  /** A field that shows an author, a file's name or a property. */
  'author-field',
  'macros',
] as const;
export type ScrubLeftover = (typeof SCRUB_LEFTOVERS)[number];

export interface ScrubReport {
  /** How many of each kind were taken out or changed, by part. */
  readonly removed: readonly { readonly kind: ScrubKind; readonly part: string; readonly count: number }[];
  /** What is left to be looked at by hand, where authors, dates or properties are to go. */
  readonly left: readonly { readonly what: ScrubLeftover; readonly part: string }[];
  /** The roles that stand for authors now, in the order met. */
  readonly roles: readonly string[];
}

export interface Scrubbed {
  readonly document: Uint8Array;
  readonly report: ScrubReport;
}

const MOST_ROLES = 1000;
const MOST_NAME = 255;
const UNWRITABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** @throws {RedlineError} `options/invalid` */
export function checkScrub({ kinds, roles = {} }: ScrubOptions): void {
  const invalid = (why: string): RedlineError =>
    new RedlineError('options/invalid', `The options cannot be used: ${why}.`);
  if (kinds.length === 0) throw invalid('kinds names nothing');
  if (kinds.some((kind) => !SCRUB_KINDS.includes(kind)))
    throw invalid(`kinds holds ${SCRUB_KINDS.join(', ')}`);
  const list = Object.entries(roles);
  if (list.length > MOST_ROLES) throw invalid(`roles has at most ${MOST_ROLES} names`);
  const fits = (role: string): boolean =>
    role.trim() !== '' && role.length <= MOST_NAME && !UNWRITABLE.test(role);
  if (list.some(([, role]) => !fits(role))) throw invalid('roles holds a name that a document cannot hold');
}

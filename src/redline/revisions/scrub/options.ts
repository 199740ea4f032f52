import { RedlineError } from '../../errors.ts';

/** What can be taken out of a document. */
export const SCRUB_KINDS = [
  /** Names of authors and their initials become roles. */
  'authors',
  /** Dates of changes and comments. */
  'dates',
  /** Editing sessions (`w:rsid…`) and ids of the document. */
  'sessions',
  /** Core, extended and custom properties, document variables, the path of the template, the thumbnail. */
  'properties',
  /** Comments, answers to them and their marks. */
  'comments',
  /** Text with the property `w:vanish`, its own or by a style. */
  'hiddenText',
  /** Custom XML parts and what is bound to them; the text of bound controls stays. */
  'customXml',
] as const;
export type ScrubKind = (typeof SCRUB_KINDS)[number];

export interface ScrubOptions {
  readonly kinds: readonly ScrubKind[];
  /** Author to role; authors without one become `Author 1`, `Author 2`, … in the order met. */
  readonly roles?: Readonly<Record<string, string>>;
}

export interface ScrubReport {
  /** How many of each kind were taken out or changed, by part. */
  readonly removed: readonly { readonly kind: ScrubKind; readonly part: string; readonly count: number }[];
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

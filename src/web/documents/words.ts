import type { Compared, KeptDocument, RedlineEntry, Version, VersionOrigin } from '../../client/index.ts';

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml';

/** Kinds of documents that are kept, by media type. */
export const KINDS: ReadonlyMap<string, string> = new Map([
  [`${WORD}.document`, 'Word'],
  ['application/vnd.ms-word.document.macroEnabled.12', 'Word with macros'],
  [`${WORD}.template`, 'Word template'],
  ['application/vnd.ms-word.template.macroEnabled.12', 'Word template with macros'],
  ['application/pdf', 'PDF'],
  ['image/png', 'PNG picture'],
  ['image/jpeg', 'JPEG picture'],
  ['image/tiff', 'TIFF picture'],
]);

export function kindOf(type: string): string {
  return KINDS.get(type) ?? type;
}

/** What can be compared, and shown as a page. */
export function isWord(type: string): boolean {
  return /wordprocessingml|ms-word/.test(type);
}

const DAY_MS = 24 * 60 * 60 * 1000;
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const WHOLE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });

/** A moment as people say it: `today, 14:02`, `12 Nov 2026`. @param iso ISO 8601 */
export function dayOf(iso: string, now = new Date()): string {
  const moment = new Date(iso);
  const days = Math.round((midnight(now) - midnight(moment)) / DAY_MS);
  if (days === 0) return `today, ${CLOCK.format(moment)}`;
  return days === 1 ? `yesterday, ${CLOCK.format(moment)}` : DATE.format(moment);
}

/** The time of a day alone. */
export function timeOf(iso: string): string {
  return CLOCK.format(new Date(iso));
}

/** The same to the second, for whoever asks. */
export function momentOf(iso: string): string {
  return WHOLE.format(new Date(iso));
}

function midnight(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

/** What made a version. */
export function originOf(origin: VersionOrigin): string {
  switch (origin.kind) {
    case 'upload':
      return 'Uploaded';
    case 'restored':
      return `Restored from version ${origin.version}`;
    case 'copied':
      return 'Copied from another document';
    case 'decided':
      return `${decisionsIn(origin.counts)} decided`;
    default:
      return MADE_WORDS[origin.kind];
  }
}

const MADE_WORDS = {
  compared: 'Compared',
  combined: 'Combined',
  edited: 'Edited',
  commented: 'Commented',
  scrubbed: 'Scrubbed',
} as const;

function decisionsIn({ accepted = 0, rejected = 0 }: Readonly<Record<string, number>>): string {
  const count = accepted + rejected;
  return count === 1 ? '1 change' : `${count.toLocaleString('en')} changes`;
}

export function scanOf({ content }: Version): string {
  switch (content.scanned) {
    case 'clamav':
      return 'Scanned for malware';
    case 'structure':
      return 'Structure checked, not scanned for malware';
    case null:
      return '';
  }
}

/** What a document is called where another one shall be told from it. */
export function copyNameOf({ name }: Pick<KeptDocument, 'name'>): string {
  return `Copy of ${name}`.slice(0, 255);
}

/** What a redline compares: `Version 1 with version 2`, or with a file by its name. */
export function sidesOf({ document, name, original, modified }: RedlineEntry): string {
  if (modified === null) return name;
  const said = (side: Compared): string =>
    side.document === document && side.version !== null ? `version ${side.version}` : side.name;
  const text = `${said(original)} with ${said(modified)}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

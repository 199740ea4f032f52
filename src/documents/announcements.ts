import type { VersionedBlobStore } from './blob-store.ts';

/** How far clocks of processes may be apart, and how long a commit may take between its announcement and its head. */
const SLACK_MINUTES = 15;

/** A commit that was announced, and may have come to nothing. */
export interface Announcement {
  readonly tenant: string;
  readonly document: string;
  readonly operation: string;
}

/** One that was found. */
export interface FoundAnnouncement extends Announcement {
  readonly name: string;
  /** The minute that it was made in, in milliseconds since 1970. */
  readonly at: number;
}

/** Where an announcement stands: `journal/MINUTE/TENANT/DOCUMENT/OPERATION`. */
export function announcementName(at: number, { tenant, document, operation }: Announcement): string {
  return `journal/${minuteOf(at)}/${tenant}/${document}/${operation}`;
}

/** What was announced since a position, in the order of minutes; and the position to go on from next time. */
export async function announcedSince(
  heads: VersionedBlobStore,
  position: string | null,
  now: number,
): Promise<{ readonly announcements: readonly FoundAnnouncement[]; readonly position: string }> {
  const announcements: FoundAnnouncement[] = [];
  const after = position === null ? '' : `journal/${position}`;
  for await (const { name } of heads.list('journal/', after)) {
    const [, minute = '', tenant = '', document = '', operation = ''] = name.split('/');
    announcements.push({ name, at: timeOf(minute), tenant, document, operation });
  }
  return { announcements, position: minuteOf(now - SLACK_MINUTES * 60_000) };
}

/** `YYYYMMDDhhmm` in UTC: sorts by time. */
export function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace(/\D/g, '');
}

function timeOf(minute: string): number {
  const [, year, month, day, hour, at] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(minute) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(at));
}

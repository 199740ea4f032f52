import type { Change, ChangeFilter } from './change.ts';
import { kindOfStory } from './read.ts';

/** Does a filter take a change? @param names  every id that the change answers to */
export function takes(filter: ChangeFilter, change: Change, names: readonly string[]): boolean {
  const { ids, authors, kinds, from, to, text, clause, story } = filter;
  if (ids && !names.some((name) => ids.includes(name))) return false;
  if (authors && !authors.includes(change.author)) return false;
  if (kinds && !kinds.includes(change.kind)) return false;
  if ((from !== undefined || to !== undefined) && !isBetween(change.date, from, to)) return false;
  if (text !== undefined && !holdsText(change, text.toLowerCase())) return false;
  if (clause !== undefined && !isBelow(change.clause, clause)) return false;
  return story === undefined || change.story === story || kindOfStory(change.story) === story;
}

/** Dates without a zone, as Word writes local time, count as UTC. */
function moment(date: string): number {
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(date) || !date.includes('T') ? date : `${date}Z`);
}

function isBetween(date: string | null, from: string | undefined, to: string | undefined): boolean {
  const at = date === null ? Number.NaN : moment(date);
  if (Number.isNaN(at)) return false;
  return (from === undefined || at >= moment(from)) && (to === undefined || at < moment(to));
}

function holdsText({ before, after }: Change, text: string): boolean {
  return before.toLowerCase().includes(text) || after.toLowerCase().includes(text);
}

/** Is a clause the one asked for, or below it: does another number not simply go on? */
function isBelow(clause: string, wanted: string): boolean {
  if (!clause.startsWith(wanted)) return false;
  return clause.length === wanted.length || !/^[\p{L}\p{N}]/u.test(clause.slice(wanted.length));
}

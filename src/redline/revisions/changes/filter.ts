import { RedlineError } from '../../errors.ts';
import { CHANGE_KINDS, type Change, type ChangeFilter } from './change.ts';
import { kindOfStory } from './read.ts';

const MEMBERS: Readonly<Record<keyof ChangeFilter, 'list' | 'text' | 'moment'>> = {
  ids: 'list',
  authors: 'list',
  kinds: 'list',
  from: 'moment',
  to: 'moment',
  text: 'text',
  clause: 'text',
  story: 'text',
};

/**
 * Refuses what would take other changes than it says: a condition that is none would take all of them.
 *
 * @throws {RedlineError} `options/invalid`
 */
export function checkFilter(filter: ChangeFilter): void {
  const kinds: readonly string[] = CHANGE_KINDS;
  const unknown = Object.keys(filter).find((name) => !(name in MEMBERS));
  if (unknown !== undefined) throw invalid(unknown, 'is no condition');
  for (const [name, type] of Object.entries(MEMBERS)) {
    const value: unknown = filter[name as keyof ChangeFilter];
    if (value === undefined) continue;
    const fits =
      type === 'list' ? Array.isArray(value) && value.every(isText) : isText(value) && isSaid(value, type);
    if (!fits) throw invalid(name, `is no ${type}`);
  }
  const kind = filter.kinds?.find((k) => !kinds.includes(k));
  if (kind !== undefined) throw invalid('kinds', `are ${kinds.join(', ')}`);
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isSaid(value: string, type: 'text' | 'moment'): boolean {
  return type === 'text' ? value !== '' : !Number.isNaN(moment(value));
}

function invalid(name: string, why: string): RedlineError {
  return new RedlineError('options/invalid', `The options cannot be used: filter.${name} ${why}.`);
}

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

/** Is a clause the one asked for, or below it: does another number not simply go on? Blanks and a last point do not count. */
function isBelow(label: string, asked: string): boolean {
  const [clause, wanted] = [label, asked].map((text) => text.replace(/\s+/g, '').replace(/\.+$/, ''));
  if (!clause || !wanted || !clause.startsWith(wanted)) return false;
  return clause.length === wanted.length || !/^[\p{L}\p{N}]/u.test(clause.slice(wanted.length));
}

import { CliError } from './errors.ts';

/** Whose changes they are: a name that a Word document can hold. */
export function checkAuthor(author: string): string {
  if (author.trim() === '') throw new CliError('usage', '--author is empty');
  if (!/^[^\p{Cc}\p{Cs}\ufffe\uffff]+$/u.test(author)) {
    throw new CliError('usage', '--author holds a character that a Word document cannot hold');
  }
  return author;
}

// A date, or a date and a time with its zone: a local time would mean another moment on another machine.
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** The `w:date` to write: ISO 8601 in UTC to the second, or null for none. */
export function parseDate(given: string | undefined, today: Date): string | null {
  if (given === 'none') return null;
  const date = given === undefined ? today : new Date(DATE.test(given) ? given : Number.NaN);
  if (Number.isNaN(date.getTime()) || !isOnCalendar(given, date)) {
    throw new CliError(
      'usage',
      `--date is not a date such as 2026-03-31 or 2026-03-31T12:00:00Z, nor "none"`,
    );
  }
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** `Date` turns the 31st of February into the 3rd of March. */
function isOnCalendar(given: string | undefined, date: Date): boolean {
  if (given === undefined) return true;
  const day = given.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  return (
    !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day) && date.getUTCFullYear() > 0
  );
}

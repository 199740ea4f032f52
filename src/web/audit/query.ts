import type { AuditFilter } from '../../client/index.ts';

/** What the list shows, as the address says it. Days are those of whoever looks: `2026-11-22`. */
export type EventQuery = Omit<AuditFilter, 'from' | 'before'> & {
  readonly from?: string;
  readonly to?: string;
};

const TEXTS = ['type', 'actor', 'credential', 'object', 'document', 'address', 'requestId'] as const;
const OUTCOMES = ['done', 'refused', 'failed'];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function queryOf(search: string): EventQuery {
  const given = new URLSearchParams(search);
  const known = [...given].filter(([name, value]) => {
    if (name === 'outcome') return OUTCOMES.includes(value);
    if (name === 'from' || name === 'to') return DAY.test(value) && !Number.isNaN(Date.parse(value));
    return TEXTS.some((text) => text === name) && value !== '' && value.length <= 300;
  });
  return Object.fromEntries(known);
}

export function addressOf(query: EventQuery): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given).toString();
  return search === '' ? '/audit' : `/audit?${search}`;
}

export function isFiltered(query: EventQuery): boolean {
  return addressOf(query) !== '/audit';
}

/** The same for the service: days are from midnight to midnight where the browser is. */
export function filterOf({ from, to, ...rest }: EventQuery): AuditFilter {
  return {
    ...rest,
    ...(from === undefined || from === '' ? {} : { from: midnight(from, 0) }),
    ...(to === undefined || to === '' ? {} : { before: midnight(to, 1) }),
  };
}

function midnight(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

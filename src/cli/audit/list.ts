import { type AuditEvent, eventLine, type Happening, headLine, type Trail } from '../../audit/index.ts';
import { type AuditFilter, type EventPage, listEvents, type ShownEvent } from '../../client/index.ts';
import { readClientConfig } from '../../config.ts';
import { textTable } from '../../kit/index.ts';
import { connect } from '../documents/connection.ts';
import { wholeNumber } from '../documents/read.ts';
import { minute, shown } from '../documents/words.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { oneOf } from '../produce.ts';
import { withServiceTrail } from '../with-service.ts';
import { type FilterFlags, filterOf, queryOf } from './filters.ts';

/** Where the trail is: with a service, or in the folder of one. */
export interface WhereFlags {
  readonly server?: string;
  readonly data?: string;
  readonly tenant: string;
}

export interface ListFlags extends FilterFlags, WhereFlags {
  readonly order: string;
  readonly limit: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

interface Listed {
  readonly events: readonly ShownEvent[];
  readonly view: EventPage['view'];
  /** Whether there are more than were asked for. */
  readonly isMore: boolean;
}

interface Asked {
  readonly filter: AuditFilter;
  readonly order: (typeof ORDERS)[number];
  readonly limit: number;
}

/** The most that one page of the service has. */
const PAGE_SIZE = 200;
const ORDERS = ['ascending', 'descending'] as const;

/** `redline audit list`: resolves with the exit code. */
export async function runList(flags: ListFlags, io: Io): Promise<number> {
  if (flags.json && flags.csv) throw new CliError('usage', 'give --json or --csv, not both');
  const asked = {
    filter: filterOf(flags),
    order: oneOf('--order', flags.order, ORDERS),
    limit: wholeNumber('--limit', flags.limit),
  };
  const listed = await (isHere(flags) ? listHere(asked, flags) : listThere(asked, flags));
  await write(io.stdout, flags.csv ? csvOf(listed) : flags.json ? jsonOf(listed) : tableOf(listed));
  return EXIT.done;
}

async function listThere({ filter, order, limit }: Asked, flags: WhereFlags): Promise<Listed> {
  const { service } = connect(flags);
  const events: ShownEvent[] = [];
  let view = { through: 0, waiting: 0 };
  let pageToken: string | null = null;
  do {
    const place: { pageToken?: string } = pageToken === null ? {} : { pageToken };
    const pageSize = Math.min(PAGE_SIZE, limit - events.length);
    const page: EventPage = await listEvents(service, { ...filter, order, pageSize, ...place });
    events.push(...page.events);
    pageToken = page.nextPageToken;
    view = page.view;
  } while (pageToken !== null && events.length < limit);
  return { events, view, isMore: pageToken !== null };
}

async function listHere({ filter, order, limit }: Asked, { data, tenant }: WhereFlags): Promise<Listed> {
  return await withServiceTrail(data, async (trail, addresses) => {
    await note(trail, tenant, 'audit.read', filter);
    const view = await trail.reach(tenant);
    const query = { ...(await queryOf(filter, tenant, addresses)), descending: order === 'descending' };
    const events: AuditEvent[] = [];
    let after: number | null = null;
    do {
      const size = Math.min(PAGE_SIZE, limit - events.length);
      const page = await trail.list({ ...query, size, ...(after === null ? {} : { after }) });
      events.push(...page.events);
      after = page.next;
    } while (after !== null && events.length < limit);
    const opened = await addresses.open(
      tenant,
      events.map(({ address }) => address),
    );
    const shown = events.map((event, at) => ({ ...event, openedAddress: opened[at] ?? null }));
    return { events: shown, view, isMore: after !== null };
  });
}

/** Whether the trail is read in its folder: `--data` says so, or nothing names a service. */
export function isHere({ server, data }: WhereFlags): boolean {
  return server === undefined && (data !== undefined || !readClientConfig().isNamed);
}

/** Whoever reads the trail in its folder stands in it too. */
export async function note(
  trail: Trail,
  tenant: string,
  type: Extract<Happening['type'], `audit.${string}`>,
  filter: AuditFilter,
): Promise<void> {
  const { address, ...rest } = filter;
  const details = { ...rest, ...(address === undefined ? {} : { address: 'given' }) };
  const actor = {
    ...({ tenant, kind: 'operator', id: 'operator', credential: 'command-line' } as const),
    ...{ address: null, requestId: 'command-line' },
  };
  await trail.record({ type, outcome: 'done', reason: 'operator', actor, details });
}

function csvOf({ events }: Listed): string {
  return `${headLine('csv')}${events.map((event) => eventLine(event as AuditEvent, 'csv')).join('')}`;
}

function jsonOf({ events, view }: Listed): string {
  return `${JSON.stringify({ events, view }, null, 2)}\n`;
}

function tableOf({ events, view, isMore }: Listed): string {
  const rows = events.map((event) => {
    const { sequence, at, outcome, reason, type, actor, object, openedAddress } = event;
    const ended = outcome === 'done' || reason === null ? outcome : `${outcome}: ${reason}`;
    return [sequence, minute(at), type, ended, actor, object ?? '', openedAddress ?? ''].map((cell) =>
      typeof cell === 'number' ? cell : shown(cell),
    );
  });
  const heads = ['number', 'when (UTC)', 'what', 'outcome', 'who', 'done to', 'from'];
  const table = events.length === 0 ? 'No events.' : textTable(heads, rows);
  const waiting = view.waiting > 0 ? `; ${view.waiting} more on the way` : '';
  const more = isMore ? '\nThere are more: --limit, --before' : '';
  return `${table}${more}\nUp to event ${view.through}${waiting}\n`;
}

import type { Command } from 'commander';
import type { SealedAddresses } from '../../access/index.ts';
import { type AuditQuery, EVENT_TYPES, type EventType } from '../../audit/index.ts';
import type { AuditFilter } from '../../client/index.ts';
import { CliError } from '../errors.ts';
import { oneOf } from '../produce.ts';

/** What events are chosen by: of commands as of `GET /v1/audit`. */
export interface FilterFlags {
  readonly type?: string;
  readonly outcome?: string;
  readonly actor?: string;
  readonly credential?: string;
  readonly object?: string;
  readonly document?: string;
  readonly address?: string;
  readonly request?: string;
  readonly from?: string;
  readonly before?: string;
}

const OUTCOMES = ['done', 'refused', 'failed'] as const;

export function withFilters(command: Command): Command {
  return command
    .option('--type <types>', 'what happened: types of events, joined by commas')
    .option('--outcome <outcome>', 'done, refused or failed')
    .option('--actor <id>', 'who did it')
    .option('--credential <id>', 'by which session or key')
    .option('--object <id>', 'what it was done to')
    .option('--document <id>', 'a document, with its redlines')
    .option('--address <ip>', 'from where')
    .option('--request <id>', 'one request')
    .option('--from <time>', 'not earlier: 2026-11-22, or with a time and zone')
    .option('--before <time>', 'earlier than this');
}

/** @throws {CliError} */
export function filterOf(flags: FilterFlags): AuditFilter {
  const { type, outcome, actor, credential, object, document, address, request, from, before } = flags;
  for (const one of type?.split(',') ?? [])
    if (!isType(one)) throw new CliError('usage', `--type: there are no events called ${one}`);
  const given = {
    ...{ type, actor, credential, object, document, address, requestId: request },
    outcome: outcome === undefined ? undefined : oneOf('--outcome', outcome, OUTCOMES),
    from: from === undefined ? undefined : timeOf('--from', from),
    before: before === undefined ? undefined : timeOf('--before', before),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The same for a trail that is at hand. */
export async function queryOf(
  { type, outcome, address, ...rest }: AuditFilter,
  tenant: string,
  addresses: Pick<SealedAddresses, 'looksOf'>,
): Promise<Omit<AuditQuery, 'descending' | 'size' | 'after'>> {
  return {
    ...(address === undefined ? {} : { addresses: await addresses.looksOf(tenant, address, rest.actor) }),
    tenant,
    ...rest,
    ...(type === undefined ? {} : { types: type.split(',').filter(isType) }),
    ...(outcome === undefined ? {} : { outcome: oneOf('--outcome', outcome, OUTCOMES) }),
  };
}

function isType(name: string): name is EventType {
  return Object.hasOwn(EVENT_TYPES, name);
}

function timeOf(flag: string, text: string): string {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime()))
    throw new CliError('usage', `${flag} is a time such as 2026-11-22 or 2026-11-22T14:00:00Z: ${text}`);
  return time.toISOString();
}

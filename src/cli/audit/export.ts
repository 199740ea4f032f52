import {
  type AuditEvent,
  EXPORT_FORMATS,
  type ExportFormat,
  eventLine,
  headLine,
} from '../../audit/index.ts';
import { type AuditFilter, exportPath } from '../../client/index.ts';
import { connect } from '../documents/connection.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { oneOf } from '../produce.ts';
import { withServiceTrail } from '../with-service.ts';
import { type FilterFlags, filterOf, queryOf } from './filters.ts';
import { isHere, note, type WhereFlags } from './list.ts';

export interface ExportFlags extends FilterFlags, WhereFlags {
  readonly format: string;
  readonly after: string;
}

const PAGE = 1000;

/** `redline audit export`: resolves with the exit code. */
export async function runExport(flags: ExportFlags, io: Io): Promise<number> {
  const filter = filterOf(flags);
  const format = oneOf('--format', flags.format, EXPORT_FORMATS);
  if (!/^\d{1,15}$/.test(flags.after))
    throw new CliError('usage', `--after is the number of an event: ${flags.after}`);
  const after = Number(flags.after);
  if (isHere(flags)) await exportHere(filter, format, after, flags, io);
  else await exportThere(exportPath(filter, format, after), flags, io);
  return EXIT.done;
}

async function exportHere(
  filter: AuditFilter,
  format: ExportFormat,
  after: number,
  { data, tenant }: WhereFlags,
  io: Io,
): Promise<void> {
  await withServiceTrail(data, async (trail, addresses) => {
    await note(trail, tenant, 'audit.exported', filter);
    const query = { ...(await queryOf(filter, tenant, addresses)), descending: false, size: PAGE };
    await write(io.stdout, headLine(format));
    for (let next: number | null = after; next !== null; ) {
      const page: { events: readonly AuditEvent[]; next: number | null } = await trail.list({
        ...query,
        after: next,
      });
      for (const event of page.events) await write(io.stdout, eventLine(event, format));
      ({ next } = page);
    }
  });
}

/** As it comes, and no faster than it is taken. */
async function exportThere(path: string, flags: WhereFlags, io: Io): Promise<void> {
  const { body } = await connect(flags).service.ask(path);
  try {
    for await (const piece of body ?? []) await write(io.stdout, piece);
  } catch (error) {
    const advice = 'go on with --after and the number of the last whole line';
    throw new CliError('service/broken', `the connection broke in the middle; ${advice}`, error);
  }
}

import type { Command } from 'commander';
import type { MoveStatus } from '../documents/index.ts';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { withServiceMover } from './with-service.ts';

interface Flags {
  readonly data?: string;
  readonly to?: string;
  readonly abort?: boolean;
  readonly status?: boolean;
  readonly wait?: boolean;
  readonly json?: boolean;
}

const HELP = `
While it is moved nothing of the organisation can be changed or read (503, with the time to come back); others are served. What
was copied is read back and opened by the keys of the other region before one record says that it is there; then it is
removed where it was. Run again after a cut, it goes on; --abort takes it back as long as the record does not say so.
Afterwards put the region into REDLINE_TENANTS.

Events in BigQuery cannot be removed where they were for half an hour, seldom for longer than 90 minutes. A service that serves
both regions does so then; --wait stays until it is done, and so does the same command run again. --status says how far it is.

Examples:
  redline admin move-tenant acme --to eu
  redline admin move-tenant acme --status
  redline admin move-tenant acme --abort
`;

/** `redline admin move-tenant`: everything of a tenant to another region. */
export function addMoveTenant(admin: Command, io: Io, done: (exitCode: number) => void): void {
  admin
    .command('move-tenant <tenant>')
    .description('move everything of an organisation to another region')
    .option('--to <region>', 'the region, such as eu')
    .option('--abort', 'take back a move that is not done')
    .option('--status', 'say where it is, and how far its moves are')
    .option('--wait', 'stay until its events are gone where it was')
    .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
    .option('--json', 'the answer as JSON')
    .addHelpText('after', HELP)
    .action(async (tenant: string, flags: Flags) => done(await runMove(tenant, flags, io)));
}

async function runMove(
  tenant: string,
  { data, to, abort = false, status = false, wait = false, json = false }: Flags,
  io: Io,
): Promise<number> {
  if ([to !== undefined, abort, status].filter(Boolean).length !== 1)
    throw new CliError('usage', 'say one of --to REGION, --status and --abort');
  const answer = await withServiceMover(data, to ?? null, async (mover) => {
    if (status) return await mover.status(tenant);
    if (to !== undefined) {
      const report = await mover.move(tenant, to);
      if (!wait || report.events === 'removed' || report.left > 0) return report;
      await mover.settled(tenant);
      return { ...report, events: 'removed' };
    }
    await mover.abort(tenant);
    return { tenant, aborted: true };
  });
  const lines = Object.entries(answer).map(([name, value]) => `${name.padEnd(12)}${said(value)}\n`);
  await write(io.stdout, json ? `${JSON.stringify(answer, null, 2)}\n` : lines.join(''));
  return 'left' in answer && answer.left > 0 ? EXIT.notExact : EXIT.done;
}

/** Records of moves, one behind the other. */
function said(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const words = ({ from, to, phase, at, events }: MoveStatus['moves'][number]) =>
    `${from} to ${to} ${at} ${phase}, ${eventsOf(events)}`;
  return value.map(words).join(`\n${' '.repeat(12)}`) || 'none';
}

function eventsOf(events: MoveStatus['moves'][number]['events']): string {
  if (events === undefined) return 'events not looked after yet';
  const { tries, triedAt, reason, removedAt } = events;
  return removedAt === null
    ? `events left: ${reason} (${tries} tries, the last ${triedAt})`
    : `events removed ${removedAt}`;
}

import type { Command } from 'commander';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { withServiceMover } from './with-service.ts';

interface Flags {
  readonly data?: string;
  readonly to?: string;
  readonly abort?: boolean;
  readonly json?: boolean;
}

const HELP = `
While it is moved nothing of the organisation can be changed or read (503, with the time to come back); others are served. What
was copied is read back and opened by the keys of the other region before one record says that it is there; then it is
removed where it was. Run again after a cut, it goes on; --abort takes it back as long as the record does not say so.
Afterwards put the region into REDLINE_TENANTS.

Examples:
  redline admin move-tenant acme --to eu
  redline admin move-tenant acme --abort
`;

/** `redline admin move-tenant`: everything of a tenant to another region. */
export function addMoveTenant(admin: Command, io: Io, done: (exitCode: number) => void): void {
  admin
    .command('move-tenant <tenant>')
    .description('move everything of an organisation to another region')
    .option('--to <region>', 'the region, such as eu')
    .option('--abort', 'take back a move that is not done')
    .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
    .option('--json', 'the answer as JSON')
    .addHelpText('after', HELP)
    .action(async (tenant: string, flags: Flags) => done(await runMove(tenant, flags, io)));
}

async function runMove(
  tenant: string,
  { data, to, abort = false, json = false }: Flags,
  io: Io,
): Promise<number> {
  if ((to === undefined) !== abort) throw new CliError('usage', 'say either --to REGION or --abort');
  const answer = await withServiceMover(data, async (mover) => {
    if (to !== undefined) return await mover.move(tenant, to);
    await mover.abort(tenant);
    return { tenant, aborted: true };
  });
  const lines = Object.entries(answer).map(([name, value]) => `${name.padEnd(12)}${String(value)}\n`);
  await write(io.stdout, json ? `${JSON.stringify(answer, null, 2)}\n` : lines.join(''));
  return 'left' in answer && answer.left > 0 ? EXIT.notExact : EXIT.done;
}

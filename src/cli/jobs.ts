import type { Command } from 'commander';
import { type Actor, localOperator } from '../access/index.ts';
import type { EventType } from '../audit/index.ts';
import type { DeadJob, JobQueue, Operations } from '../jobs/index.ts';
import { type Cell, textTable } from '../kit/index.ts';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { withServiceJobs } from './with-service.ts';

interface Flags {
  readonly data?: string;
  readonly tenant: string;
  readonly json?: boolean;
  readonly all?: boolean;
}

interface Jobs {
  readonly queue: JobQueue;
  readonly operations: Operations;
}

/** Dead ones that are asked for at once. */
const PAGE = 500;

const HELP = `
What takes longer than a request is tried three times; what still cannot be done is given up and kept for as long as its result would
have been. "replay" tries it again as if it were new.

Examples:
  redline admin jobs status
  redline admin jobs list --tenant acme
  redline admin jobs show o_0123
  redline admin jobs replay o_0123
  redline admin jobs replay --all
`;

/** `redline admin jobs`: what waits, and what was given up. */
export function addJobs(admin: Command, io: Io, done: (exitCode: number) => void): void {
  const jobs = admin
    .command('jobs')
    .description('look after what takes longer than a request')
    .addHelpText('after', HELP);
  const verb = (name: string, description: string): Command =>
    jobs
      .command(name)
      .description(description)
      .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
      .option('--tenant <name>', 'whose', 'local')
      .option('--json', 'the answer as JSON');
  verb('status', 'how much waits, of all tenants').action(async (flags: Flags) =>
    done(await status(io, flags)),
  );
  verb('list', 'what was given up').action(async (flags: Flags) => done(await list(io, flags)));
  verb('show <id>', 'all that is known of one').action(async (id: string, flags: Flags) =>
    done(await show(io, flags, id)),
  );
  verb('replay [ids...]', 'try again what was given up')
    .option('--all', 'all of the tenant')
    .action(async (ids: string[], flags: Flags) => done(await replay(io, flags, ids)));
}

async function status(io: Io, flags: Flags): Promise<number> {
  const state = await asked(flags, 'operation.listed', null, ({ queue }) => queue.state());
  const { waiting, ...counts } = state;
  const lines = [
    ...Object.entries(waiting).map(([priority, { count, oldestMs }]) => {
      const age = oldestMs === null ? '' : `, the oldest for ${Math.round(oldestMs / 1000)} s`;
      return `${priority.padEnd(10)}${count} waiting${age}\n`;
    }),
    ...Object.entries(counts).map(([name, count]) => `${name.padEnd(10)}${count}\n`),
  ];
  await write(io.stdout, flags.json ? `${JSON.stringify(state, null, 2)}\n` : lines.join(''));
  return EXIT.done;
}

async function list(io: Io, flags: Flags): Promise<number> {
  const dead = await asked(flags, 'operation.listed', null, ({ queue }) => deadOf(queue, flags.tenant));
  const rows = dead.map(({ id, priority, attempts, diedAt, reason }): Cell[] => [
    id,
    priority,
    attempts,
    new Date(diedAt).toISOString(),
    reason,
  ]);
  const table = textTable(['id', 'priority', 'attempts', 'given up', 'reason'], rows);
  await write(io.stdout, flags.json ? `${JSON.stringify(dead, null, 2)}\n` : table);
  return EXIT.done;
}

async function show(io: Io, flags: Flags, id: string): Promise<number> {
  const { actor, ...operation } = await asked(flags, 'operation.read', id, ({ operations }) =>
    operations.find(operator(flags), id, true),
  );
  const shown = { ...operation, actor: { kind: actor.kind, id: actor.id } };
  await write(io.stdout, `${JSON.stringify(shown, null, 2)}\n`);
  return EXIT.done;
}

async function replay(io: Io, flags: Flags, ids: readonly string[]): Promise<number> {
  if (ids.length > 0 === (flags.all === true)) throw new CliError('usage', 'say either which ones or --all');
  const wanted =
    ids.length > 0
      ? ids
      : (await asked(flags, 'operation.listed', null, ({ queue }) => deadOf(queue, flags.tenant))).map(
          ({ id }) => id,
        );
  for (const id of wanted) {
    // Each is an event of its own.
    const { state } = await asked(flags, 'operation.replayed', id, ({ operations }) =>
      operations.replay(operator(flags), id, true),
    );
    await write(io.stdout, flags.json ? `${JSON.stringify({ id, state })}\n` : `${id} is ${state}\n`);
  }
  return EXIT.done;
}

async function asked<Answer>(
  { data, tenant }: Flags,
  type: EventType,
  object: string | null,
  work: (jobs: Jobs) => Promise<Answer>,
): Promise<Answer> {
  return await withServiceJobs(data, { tenant, type, object }, work);
}

function operator({ tenant }: Flags): Actor {
  return { ...localOperator('command', null), tenant };
}

/** Those of a tenant that were given up, the first first. */
async function deadOf(queue: JobQueue, tenant: string): Promise<readonly DeadJob[]> {
  const found: DeadJob[] = [];
  let after: DeadJob | null = null;
  for (;;) {
    const page: readonly DeadJob[] = await queue.dead({ after, limit: PAGE });
    found.push(...page.filter((job) => job.tenant === tenant));
    after = page.at(-1) ?? null;
    if (page.length < PAGE) return found;
  }
}

import type { Command } from 'commander';
import type { EventType } from '../audit/index.ts';
import type { Retired, TenantKeys } from '../documents/index.ts';
import { addBuckets } from './buckets.ts';
import { addErase } from './erasures.ts';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { addJobs } from './jobs.ts';
import { addMoveTenant } from './move-tenant.ts';
import { addPeople } from './people.ts';
import { withService } from './with-service.ts';

interface KeysFlags {
  readonly data?: string;
  readonly tenant: string;
  readonly json?: boolean;
  readonly now?: boolean;
}

type Act = (keys: TenantKeys, tenant: string) => Promise<object>;

const HELP = `
Rotating makes a new version of the tenant's key; documents stay readable, and a service that runs wraps their keys anew in the
background. "rewrap" does that now. An earlier version can be destroyed once "status" says settled, eight days after the rotation:
unfinished uploads and answers to requests are kept for up to a week under the version before. --now does not wait for them.

Examples:
  redline admin keys status
  redline admin keys rotate && redline admin keys rewrap
  redline admin keys destroy 1-0a1b2c3d
`;

/** `redline admin`: what whoever runs the service does on its machine. */
export function addAdmin(program: Command, io: Io, done: (exitCode: number) => void): void {
  const admin = program.command('admin').description('look after a service, on its machine');
  addPeople(admin, io, done);
  addMoveTenant(admin, io, done);
  addErase(admin, io, done);
  addJobs(admin, io, done);
  addBuckets(admin, io, done);
  const keys = admin
    .command('keys')
    .description('rotate the key that protects documents')
    .addHelpText('after', HELP);
  const verb = (
    name: string,
    type: EventType,
    description: string,
    act: (argument: string, now: boolean) => Act,
  ): Command =>
    keys
      .command(name)
      .description(description)
      .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
      .option('--tenant <name>', 'whose key', 'local')
      .option('--json', 'the answer as JSON')
      .action(async (...given: unknown[]) => {
        const argument = typeof given[0] === 'string' ? given[0] : '';
        const flags = given.find((one): one is KeysFlags => typeof one === 'object' && one !== null);
        done(await runKeys(io, flags ?? { tenant: 'local' }, type, act(argument, flags?.now === true)));
      });
  verb(
    'status',
    'tenant-key.read',
    'which version wraps, and whether everything is wrapped by it',
    () => status,
  );
  verb('rotate', 'tenant-key.rotated', 'make a new version', () => rotate);
  verb('rewrap', 'tenant-key.rewrapped', 'wrap everything by the new version now', () => rewrap);
  verb(
    'destroy <version>',
    'tenant-key.destroyed',
    'make what only this version wrapped unreadable for good',
    (version, now) => destroy(version, now),
  ).option('--now', 'also while unfinished uploads and kept answers may need it');
}

async function runKeys(
  io: Io,
  { data, tenant, json = false }: KeysFlags,
  type: EventType,
  act: Act,
): Promise<number> {
  const answer = await withService(data, { tenant, type, object: tenant }, (library) =>
    act(library.keys, tenant),
  );
  const lines = Object.entries(answer).map(([name, value]) => `${name.padEnd(12)}${String(value)}\n`);
  await write(io.stdout, json ? `${JSON.stringify(answer, null, 2)}\n` : lines.join(''));
  return EXIT.done;
}

const status: Act = (keys, tenant) => keys.status(tenant);

const rotate: Act = async (keys, tenant) => ({ primary: await keys.rotate(tenant), done: false });

const rewrap: Act = async (keys, tenant) => {
  const total = { documents: 0, keys: 0 };
  for (;;) {
    const { documents, keys: count, ...report } = await keys.rewrap(tenant);
    total.documents += documents;
    total.keys += count;
    if (report.done || count === 0) return { ...report, ...total };
  }
};

const REFUSALS: Readonly<Record<Exclude<Retired, 'destroyed'>, string>> = {
  primary: 'this version wraps now: rotate first',
  unfinished: 'not everything is wrapped by the new version yet: rewrap first',
  unsettled:
    'what is under way may need this version until eight days after the rotation: wait, or use --now',
};

function destroy(version: string, now: boolean): Act {
  return async (keys, tenant) => {
    const became = await keys.retire(tenant, version, now);
    if (became !== 'destroyed') throw new CliError('usage', REFUSALS[became]);
    return { destroyed: version };
  };
}

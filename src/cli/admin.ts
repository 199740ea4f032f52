import type { Command } from 'commander';
import { ConfigError } from '../config.ts';
import type { RewrapStatus, TenantKeys } from '../documents/index.ts';
import { OutsideError } from '../kit/index.ts';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';

interface KeysFlags {
  readonly data?: string;
  readonly tenant: string;
  readonly json?: boolean;
}

type Act = (keys: TenantKeys, tenant: string) => Promise<object>;

const HELP = `
Rotating makes a new version of the tenant's key; documents stay readable, and a service that runs wraps their keys anew in the
background. "rewrap" does that now. An earlier version may be destroyed once "status" says done, and a week after the rotation:
unfinished uploads and answers to requests are kept for so long under the version before.

Examples:
  redline admin keys status
  redline admin keys rotate && redline admin keys rewrap
  redline admin keys destroy 1-0a1b2c3d
`;

/** `redline admin`: what whoever runs the service does on its machine. */
export function addAdmin(program: Command, io: Io, done: (exitCode: number) => void): void {
  const admin = program.command('admin').description('look after a service, on its machine');
  const keys = admin
    .command('keys')
    .description('rotate the key that protects documents')
    .addHelpText('after', HELP);
  const verb = (name: string, description: string, act: (argument: string) => Act): void => {
    keys
      .command(name)
      .description(description)
      .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
      .option('--tenant <name>', 'whose key', 'local')
      .option('--json', 'the answer as JSON')
      .action(async (...given: unknown[]) => {
        const argument = typeof given[0] === 'string' ? given[0] : '';
        const flags = given.find((one): one is KeysFlags => typeof one === 'object' && one !== null);
        done(await runKeys(io, flags ?? { tenant: 'local' }, act(argument)));
      });
  };
  verb('status', 'which version wraps, and whether everything is wrapped by it', () => status);
  verb('rotate', 'make a new version', () => rotate);
  verb('rewrap', 'wrap everything by the new version now', () => rewrap);
  verb('destroy <version>', 'make what only this version wrapped unreadable for good', (version) =>
    destroy(version),
  );
}

async function runKeys(io: Io, { data, tenant, json = false }: KeysFlags, act: Act): Promise<number> {
  // Loaded only here: the other commands start without the service's packages.
  const { withLibrary } = await import('../main.ts');
  const work = withLibrary({ REDLINE_DATA: data }, (library) => act(library.keys, tenant));
  const answer = await work.catch((error: unknown) => {
    // What cannot be opened, and keys that are refused, are said in words that help.
    if (error instanceof OutsideError || error instanceof ConfigError)
      throw new CliError('usage', error.message, error);
    throw error;
  });
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

function destroy(version: string): Act {
  return async (keys, tenant) => {
    const { primary, done }: RewrapStatus = await keys.status(tenant);
    if (version === primary) throw new CliError('usage', 'this version wraps now: rotate first');
    if (!done) throw new CliError('usage', 'not everything is wrapped by the new version yet: rewrap first');
    await keys.destroy(tenant, version);
    return { destroyed: version, primary };
  };
}

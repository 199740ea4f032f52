import type { Command } from 'commander';
import type { EventType } from '../audit/index.ts';
import type { Library } from '../documents/index.ts';
import { CliError, EXIT } from './errors.ts';
import { type Io, write } from './io.ts';
import { withService } from './with-service.ts';

interface PeopleFlags {
  readonly data?: string;
  readonly tenant: string;
  readonly name?: string;
  readonly administrator?: boolean;
  readonly json?: boolean;
}

type Row = Readonly<Record<string, string | null>>;

const HELP = `
"add" prints a link with which somebody sets their password, once and within a day; for one that is there already it makes a new
link. They can sign in where REDLINE_SIGN_IN=local, into the organisation "local"; those of others have a provider. Whoever is
disabled is signed out within five seconds.

Examples:
  redline admin people add ada@example.com --name "Ada Lovelace" --administrator
  redline admin people list
  redline admin people disable p_0a1b2c3d…
`;

/** `redline admin people`: who may sign in, and who is. */
export function addPeople(admin: Command, io: Io, done: (exitCode: number) => void): void {
  const people = admin
    .command('people')
    .description('make accounts with passwords, disable people, end their sessions')
    .addHelpText('after', HELP);
  const verb = (
    name: string,
    type: EventType,
    description: string,
    act: (library: Library, flags: PeopleFlags, argument: string, origin: string) => Promise<readonly Row[]>,
  ): Command =>
    people
      .command(name)
      .description(description)
      .option('--data <folder>', 'the folder of the service (default: REDLINE_DATA, else .redline)')
      .option('--tenant <name>', 'whose people', 'local')
      .option('--json', 'the answer as JSON')
      .action(async (...given: unknown[]) => {
        const argument = typeof given[0] === 'string' ? given[0] : '';
        const flags = given.find((one): one is PeopleFlags => typeof one === 'object' && one !== null);
        const { tenant = 'local', data, json = false } = flags ?? {};
        const rows = await withService(
          data,
          { tenant, type, object: deedObject(type, argument) },
          (library, origin) => act(library, { ...flags, tenant }, argument, origin),
        );
        const lines = rows.map(
          (row) =>
            `${Object.values(row)
              .map((value) => value ?? '–')
              .join('  ')}\n`,
        );
        await write(io.stdout, json ? `${JSON.stringify(rows, null, 2)}\n` : lines.join(''));
        done(EXIT.done);
      });
  verb('add <email>', 'person.invited', 'make an account, or a new link for one that is there', add)
    .option('--name <name>', 'as colleagues know them')
    .option('--administrator', 'may manage the others');
  verb('list', 'person.listed', 'everybody who ever signed in', list);
  verb('disable <id>', 'person.changed', 'sign somebody out for good', (library, flags, id) =>
    change(library, flags, id, true),
  );
  verb('enable <id>', 'person.changed', 'take that back', (library, flags, id) =>
    change(library, flags, id, false),
  );
  verb('sign-out <id>', 'person.signed-out', 'end all sessions of somebody', signOut);
}

/** Ids of people only: addresses do not belong into the trail. */
function deedObject(type: EventType, argument: string): string | null {
  return type !== 'person.invited' && /^p_[0-9a-f]{32}$/.test(argument) ? argument : null;
}

async function add(
  library: Library,
  { name = null, administrator = false, tenant }: Omit<PeopleFlags, 'name'> & { name?: string | null },
  email: string,
  origin: string,
): Promise<readonly Row[]> {
  const { LOCAL_TENANT, LocalAccounts } = await import('../access/index.ts');
  if (tenant !== LOCAL_TENANT)
    throw new CliError(
      'usage',
      `People of ${tenant} sign in through a provider: their accounts are made there.`,
    );
  const { systemClock, systemRandom } = await import('../kit/index.ts');
  const accounts = new LocalAccounts({
    ...{ records: library.records, tenant, clock: systemClock, random: systemRandom },
  });
  const secret = await accounts.invite({ email, name, administrator });
  return [{ email, link: `${origin}/#password=${secret}` }];
}

async function peopleOf({ records }: Library) {
  const { People } = await import('../access/index.ts');
  const { systemClock, systemRandom } = await import('../kit/index.ts');
  return new People(records, systemClock, systemRandom);
}

async function list(library: Library, { tenant }: PeopleFlags): Promise<readonly Row[]> {
  const found = await (await peopleOf(library)).list(tenant);
  return found.map(({ id, email, name, role, disabledAt }) => ({
    ...{ id, email, name, role },
    state: disabledAt === null ? 'active' : 'disabled',
  }));
}

async function change(
  library: Library,
  { tenant }: PeopleFlags,
  id: string,
  disabled: boolean,
): Promise<readonly Row[]> {
  const person = await (await peopleOf(library)).change(tenant, id, { disabled });
  return [{ id: person.id, state: person.disabledAt === null ? 'active' : 'disabled' }];
}

/** The record of the person says so, and every process believes it within five seconds. */
async function signOut(library: Library, { tenant }: PeopleFlags, id: string): Promise<readonly Row[]> {
  await (await peopleOf(library)).signOut(tenant, id);
  return [{ id, state: 'signed out' }];
}

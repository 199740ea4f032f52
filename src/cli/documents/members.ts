import {
  addMember,
  changeMember,
  type Known,
  listMembers,
  type Member,
  type MemberChange,
  type Members,
  ROLES,
  type Role,
  removeMember,
  transferDocument,
  type Whom,
} from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { quoted } from './change.ts';
import { connect, type ServiceFlags } from './connection.ts';
import { minute, shown } from './words.ts';

interface MemberFlags extends ServiceFlags {
  /** The state in which the document has to be; whatever state it is in without. */
  readonly ifMatch?: string;
}

export interface ShareFlags extends MemberFlags {
  readonly as: string;
  readonly until?: string;
}

/** `redline documents members`: resolves with the exit code. */
export async function runMembers(id: string, flags: ServiceFlags, io: Io): Promise<number> {
  return await tell(await listMembers(connect(flags).service, id), flags, io);
}

/** `redline documents share`: adds a member, or gives one that is there another role and another end. */
export async function runShare(id: string, whom: string, flags: ShareFlags, io: Io): Promise<number> {
  const { service } = connect(flags);
  const role = roleOf(flags.as);
  const expireTime = flags.until === undefined ? null : timeOf(flags.until);
  const { known, members } = await read(id, flags);
  const there = memberOf(members, whom);
  const change: Required<MemberChange> = { role, expireTime };
  const changed =
    there === undefined
      ? await addMember(service, known, { ...named(whom), ...change })
      : await changeMember(service, known, there.id, change);
  return await tell(changed, flags, io);
}

/** `redline documents unshare`. */
export async function runUnshare(id: string, whom: string, flags: MemberFlags, io: Io): Promise<number> {
  const { service } = connect(flags);
  const { known, members } = await read(id, flags);
  const there = memberOf(members, whom);
  if (there === undefined) throw new CliError('usage', `${shown(whom)} is no member of the document`);
  await removeMember(service, known, there.id);
  const left = members.filter((one) => one !== there);
  return await tell({ etag: '', members: left }, flags, io);
}

export interface TransferFlags extends MemberFlags {
  readonly from?: string;
  readonly keep: string;
}

/** `redline documents transfer`. */
export async function runTransfer(id: string, whom: string, flags: TransferFlags, io: Io): Promise<number> {
  const { service } = connect(flags);
  const { known, members } = await read(id, flags);
  const { email, person, service: program } = named(whom);
  const to = { ...given({ email }), ...given({ person }), ...given({ service: program }) };
  const from = flags.from === undefined ? undefined : memberOf(members, flags.from)?.id;
  if (flags.from !== undefined && from === undefined) {
    throw new CliError('usage', `${shown(flags.from)} is no member of the document`);
  }
  const keep = flags.keep === 'nothing' ? null : roleOf(flags.keep);
  if (keep === 'owner') throw new CliError('usage', '--keep takes viewer, commenter, editor or nothing');
  const transfer = { to, keep, ...(from === undefined ? {} : { from }) };
  return await tell(await transferDocument(service, known, transfer), flags, io);
}

async function read(
  id: string,
  flags: MemberFlags,
): Promise<{ readonly known: Known; readonly members: readonly Member[] }> {
  const { etag, members } = await listMembers(connect(flags).service, id);
  return { known: { id, etag: flags.ifMatch === undefined ? etag : quoted(flags.ifMatch) }, members };
}

/** `ada@example.com`, `example.com`, or what the list of members says: `person:…`, `group:…`, `domain:…`, `service:…`. */
function named(whom: string): Whom {
  const [, kind, id] = /^(person|group|domain|service):(.+)$/s.exec(whom) ?? [];
  if (kind !== undefined && id !== undefined) return { [kind]: id };
  if (whom.includes('@')) return { email: whom };
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(whom)) return { domain: whom };
  throw new CliError('usage', `${shown(whom)} is no address, no domain and no id such as group:ID`);
}

function memberOf(members: readonly Member[], whom: string): Member | undefined {
  const folded = whom.toLowerCase();
  return members.find(
    ({ id, email }) => id === whom || email?.toLowerCase() === folded || id === `domain:${folded}`,
  );
}

function roleOf(text: string): Role {
  const role = ROLES.find((one) => one === text);
  if (role !== undefined) return role;
  throw new CliError('usage', `there is no role ${shown(text)}: ${ROLES.join(', ')}`);
}

/** A day ends with it, by the clock of whoever asks. */
function timeOf(text: string): string {
  const time = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59` : text);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new CliError('usage', '--until takes a day (2027-01-31) or a time (2027-01-31T12:00:00Z)');
}

function given<Value extends Record<string, string | undefined>>(value: Value): Partial<Value> {
  return Object.values(value)[0] === undefined ? {} : value;
}

async function tell({ members, ...rest }: Members, { json }: ServiceFlags, io: Io): Promise<number> {
  const rows = members.map(({ id, role, name, email, expireTime }) => [
    ...[role, shown(name ?? ''), shown(email ?? ''), expireTime === null ? '' : minute(expireTime), id],
  ]);
  const table = textTable(['role', 'name', 'address', 'until', 'member'], rows);
  await write(io.stdout, `${json ? JSON.stringify({ ...rest, members }, null, 2) : table}\n`);
  return EXIT.done;
}

import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  type NewWebhook,
  replayWebhook,
  rotateWebhook,
  testWebhook,
  type WebhookChange,
  type WebhookSigning,
} from '../../client/index.ts';
import { connect, type ServiceFlags } from '../documents/connection.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { outcomeOf, stateOf } from './words.ts';

export interface AddFlags extends ServiceFlags {
  readonly event?: readonly string[];
  readonly description?: string;
  readonly signature?: readonly string[];
}

export interface ReplayFlags extends ServiceFlags {
  readonly delivery?: string;
  readonly since?: string;
}

export interface RotateFlags extends ServiceFlags {
  readonly overlap: string;
}

export interface EnableFlags extends ServiceFlags {
  readonly skip?: boolean;
}

const SIGNINGS: readonly WebhookSigning[] = ['v1', 'v1a'];
const MOST_OVERLAP = 168;

/** `redline webhooks add`: resolves with the exit code, like those below. */
export async function runAdd(url: string, flags: AddFlags, io: Io): Promise<number> {
  const { event: events, description } = flags;
  const signatures = flags.signature?.map((given) => {
    const found = SIGNINGS.find((kind) => kind === given);
    if (found === undefined) throw new CliError('usage', '--signature is v1 or v1a');
    return found;
  });
  const request = {
    url,
    ...(events === undefined ? {} : { events }),
    ...(description === undefined ? {} : { description }),
    ...(signatures === undefined ? {} : { signatures }),
  };
  return await tellSecret(await createWebhook(connect(flags).service, request), flags, io);
}

/** `redline webhooks rotate`. */
export async function runRotate(id: string, flags: RotateFlags, io: Io): Promise<number> {
  const hours = /^\d{1,3}$/.test(flags.overlap) ? Number(flags.overlap) : Number.NaN;
  if (!(hours <= MOST_OVERLAP))
    throw new CliError('usage', `--overlap is a number of hours up to ${MOST_OVERLAP}`);
  return await tellSecret(await rotateWebhook(connect(flags).service, id, hours), flags, io);
}

/** `redline webhooks test`. */
export async function runTest(id: string, flags: ServiceFlags, io: Io): Promise<number> {
  const attempt = await testWebhook(connect(flags).service, id);
  const line = `${attempt.delivery}  ${outcomeOf(attempt)}, ${attempt.durationMs} ms`;
  await write(io.stdout, `${flags.json ? JSON.stringify(attempt, null, 2) : line}\n`);
  return attempt.outcome === 'delivered' ? EXIT.done : EXIT.noService;
}

/** `redline webhooks replay`. */
export async function runReplay(id: string, flags: ReplayFlags, io: Io): Promise<number> {
  const deliveries = await replayWebhook(connect(flags).service, id, wanted(flags));
  const line = `${deliveries} ${deliveries === 1 ? 'delivery is' : 'deliveries are'} made again`;
  await write(io.stdout, `${flags.json ? JSON.stringify({ deliveries }, null, 2) : line}\n`);
  return EXIT.done;
}

/** `redline webhooks enable`. */
export async function runEnable(id: string, flags: EnableFlags, io: Io): Promise<number> {
  const backlog = flags.skip ? 'skip' : 'deliver';
  return await change(id, { state: 'enabled', backlog }, flags, io);
}

/** `redline webhooks disable`. */
export async function runDisable(id: string, flags: ServiceFlags, io: Io): Promise<number> {
  return await change(id, { state: 'disabled' }, flags, io);
}

/** `redline webhooks remove`. */
export async function runRemove(id: string, flags: ServiceFlags, io: Io): Promise<number> {
  await deleteWebhook(connect(flags).service, id);
  await write(io.stdout, `${flags.json ? JSON.stringify({ id, state: 'removed' }) : `${id}  removed`}\n`);
  return EXIT.done;
}

async function change(id: string, asked: WebhookChange, flags: ServiceFlags, io: Io): Promise<number> {
  const changed = await changeWebhook(connect(flags).service, id, asked);
  const line = `${id}  ${stateOf(changed)}, ${changed.waiting} waiting`;
  await write(io.stdout, `${flags.json ? JSON.stringify(changed, null, 2) : line}\n`);
  return EXIT.done;
}

/** The secret alone is on standard output, or the public keys where nothing else is needed to verify. */
async function tellSecret(made: NewWebhook, { json }: ServiceFlags, io: Io): Promise<number> {
  if (json) {
    await write(io.stdout, `${JSON.stringify(made, null, 2)}\n`);
    return EXIT.done;
  }
  const current = made.keys.filter(({ expiresAt }) => expiresAt === null);
  const publicKeys = current.flatMap(({ publicKey }) => publicKey ?? []);
  const [line = '', ...more] = made.secret === null ? publicKeys : [made.secret, ...publicKeys];
  const what = made.secret === null ? 'Its public key' : 'Its secret, shown this once';
  const also = more.map((key) => `Its public key of Ed25519: ${key}\n`).join('');
  await write(io.stderr, `${made.id}  ${stateOf(made)}\n${also}${what}:\n`);
  await write(io.stdout, `${line}\n`);
  return EXIT.done;
}

function wanted({ delivery, since }: ReplayFlags): { delivery: string } | { since: string } {
  if ((delivery === undefined) === (since === undefined))
    throw new CliError('usage', 'say either which one, --delivery, or since when, --since');
  if (delivery !== undefined) return { delivery };
  const at = Date.parse(since ?? '');
  if (Number.isNaN(at)) throw new CliError('usage', '--since is a time such as 2026-11-22T00:00:00Z');
  return { since: new Date(at).toISOString() };
}

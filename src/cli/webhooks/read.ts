import {
  getWebhook,
  listWebhookAttempts,
  listWebhookEvents,
  listWebhooks,
  type WebhookAttempt,
} from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';
import { connect, type ServiceFlags } from '../documents/connection.ts';
import { CliError, EXIT } from '../errors.ts';
import { type Io, write } from '../io.ts';
import { attemptTable, webhookSummary, webhookTable } from './words.ts';

/** The most that one page of the service has. */
const PAGE_SIZE = 200;

export interface DeliveriesFlags extends ServiceFlags {
  readonly limit: string;
}

/** `redline webhooks list`: resolves with the exit code, like those below. */
export async function runList(flags: ServiceFlags, io: Io): Promise<number> {
  const webhooks = await listWebhooks(connect(flags).service);
  return await tell({ webhooks }, webhookTable(webhooks), flags, io);
}

/** `redline webhooks events`. */
export async function runEvents(flags: ServiceFlags, io: Io): Promise<number> {
  const types = await listWebhookEvents(connect(flags).service);
  const rows = types.map(({ type, title }) => [type, title]);
  return await tell({ types }, textTable(['type', 'what happened'], rows), flags, io);
}

/** `redline webhooks show`. */
export async function runShow(id: string, flags: ServiceFlags, io: Io): Promise<number> {
  const webhook = await getWebhook(connect(flags).service, id);
  return await tell(webhook, `${webhookSummary(webhook)}\n`, flags, io);
}

/** `redline webhooks deliveries`. */
export async function runDeliveries(id: string, flags: DeliveriesFlags, io: Io): Promise<number> {
  if (!/^[1-9]\d{0,4}$/.test(flags.limit)) throw new CliError('usage', '--limit is a number from 1 on');
  const limit = Number(flags.limit);
  const { service } = connect(flags);
  const attempts: WebhookAttempt[] = [];
  let pageToken: string | null = null;
  do {
    const pageSize = Math.min(PAGE_SIZE, limit - attempts.length);
    const place: { pageToken?: string } = pageToken === null ? {} : { pageToken };
    const page = await listWebhookAttempts(service, id, { pageSize, ...place });
    attempts.push(...page.attempts);
    pageToken = page.nextPageToken;
  } while (pageToken !== null && attempts.length < limit);
  return await tell({ attempts, nextPageToken: pageToken }, attemptTable(attempts), flags, io);
}

async function tell(answer: object, text: string, { json }: ServiceFlags, io: Io): Promise<number> {
  await write(io.stdout, json ? `${JSON.stringify(answer, null, 2)}\n` : text);
  return EXIT.done;
}

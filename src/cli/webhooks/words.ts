import type { Webhook, WebhookAttempt, WebhookState } from '../../client/index.ts';
import { textTable } from '../../kit/index.ts';
import { minute, shown } from '../documents/words.ts';

const REASONS = {
  asked: 'disabled',
  gone: 'disabled: it answered 410',
  failing: 'disabled: it took nothing for days',
} as const;

export function stateOf({ state, reason }: Webhook): string {
  return state === 'enabled' ? 'enabled' : REASONS[reason ?? 'asked'];
}

export function webhookTable(webhooks: readonly Webhook[]): string {
  const rows = webhooks.map((one) => [one.id, shown(one.url), stateOf(one), one.events.join(' ')]);
  return textTable(['id', 'address', 'state', 'events'], rows);
}

export function webhookSummary(webhook: WebhookState): string {
  const facts: [string, string][] = [
    ['id', webhook.id],
    ['address', shown(webhook.url)],
    ['for', shown(webhook.description)],
    ['state', stateOf(webhook)],
    ['events', webhook.events.join(' ')],
    ...webhook.keys.map((key): [string, string] => ['key', keyWords(key)]),
    ['waiting', String(webhook.waiting)],
    ['given up', String(webhook.failed)],
    ['success', webhook.lastSuccessAt === null ? '' : minute(webhook.lastSuccessAt)],
    ['failing', webhook.failingSince === null ? '' : `since ${minute(webhook.failingSince)}`],
    ['created', minute(webhook.createdAt)],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key.padEnd(8)} ${value}`)
    .join('\n');
}

function keyWords({ kind, publicKey, createdAt, expiresAt }: Webhook['keys'][number]): string {
  const until = expiresAt === null ? '' : `, good until ${minute(expiresAt)}`;
  return `${kind}${publicKey === null ? '' : ` ${publicKey}`}, since ${minute(createdAt)}${until}`;
}

export function attemptTable(attempts: readonly WebhookAttempt[]): string {
  const rows = attempts.map((one) => [
    ...[one.delivery, minute(one.at), one.type ?? '', one.attempt, outcomeOf(one)],
    one.nextAt === null ? '' : minute(one.nextAt),
  ]);
  return textTable(['delivery', 'when', 'event', 'attempt', 'outcome', 'again'], rows);
}

/** `delivered, 204`, `given up, 302 (redirect)`, `failed, timeout`. */
export function outcomeOf({ outcome, status, fault }: WebhookAttempt): string {
  const why =
    status === null ? fault : fault === null || fault === 'status' ? status : `${status} (${fault})`;
  return `${outcome === 'given-up' ? 'given up' : outcome}${why === null ? '' : `, ${why}`}`;
}

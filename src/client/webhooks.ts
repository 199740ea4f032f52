import { queryText } from './documents.ts';
import type { Service } from './service.ts';

// Where an organisation is told of what happens; for administrators, and keys for that. Times are ISO 8601, UTC.

export type WebhookSigning = 'v1' | 'v1a';

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  /** Types, `document.*`, or `*`. */
  readonly events: readonly string[];
  readonly state: 'enabled' | 'disabled';
  /** Why it is disabled. */
  readonly reason: 'asked' | 'gone' | 'failing' | null;
  /** What signs: more than one of a kind during a rotation. */
  readonly keys: readonly {
    readonly kind: WebhookSigning;
    readonly publicKey: string | null;
    readonly createdAt: string;
    readonly expiresAt: string | null;
  }[];
  readonly createdAt: string;
  readonly createdBy: string;
  readonly changedAt: string;
}

/** With its secret, which is shown once; `null` where only a public key is needed. */
export interface NewWebhook extends Webhook {
  readonly secret: string | null;
}

/** With how its deliveries are. */
export interface WebhookState extends Webhook {
  readonly waiting: number;
  readonly failed: number;
  readonly lastSuccessAt: string | null;
  readonly failingSince: string | null;
}

export interface WebhookRequest {
  readonly url: string;
  readonly description?: string;
  readonly events?: readonly string[];
  readonly signatures?: readonly WebhookSigning[];
}

export interface WebhookChange {
  readonly url?: string;
  readonly description?: string;
  readonly events?: readonly string[];
  readonly state?: 'enabled' | 'disabled';
  /** Where it is enabled: what is done with what happened while it was disabled. */
  readonly backlog?: 'deliver' | 'skip';
}

/** One attempt at a delivery. */
export interface WebhookAttempt {
  /** `webhook-id` of the message. */
  readonly delivery: string;
  readonly type: string | null;
  readonly document: string | null;
  readonly at: string;
  readonly attempt: number;
  readonly outcome: 'delivered' | 'failed' | 'given-up' | 'unasked';
  readonly status: number | null;
  readonly fault: string | null;
  readonly durationMs: number;
  readonly nextAt: string | null;
}

export interface WebhookAttemptPage {
  readonly attempts: readonly WebhookAttempt[];
  readonly nextPageToken: string | null;
}

const WEBHOOKS = '/v1/webhooks';
const one = (id: string, below = ''): string => `${WEBHOOKS}/${encodeURIComponent(id)}${below}`;

/** The service keeps no answer that holds a secret: asked for twice, there are two. */
const once = { method: 'POST', isRepeatable: false } as const;

export async function listWebhooks(service: Service, signal?: AbortSignal): Promise<readonly Webhook[]> {
  return (await service.read<{ readonly webhooks: readonly Webhook[] }>(WEBHOOKS, { signal })).webhooks;
}

/** What webhooks can tell of. */
export async function listWebhookEvents(
  service: Service,
  signal?: AbortSignal,
): Promise<readonly { readonly type: string; readonly title: string }[]> {
  type Answer = { readonly types: readonly { readonly type: string; readonly title: string }[] };
  return (await service.read<Answer>('/v1/webhook-events', { signal })).types;
}

export async function createWebhook(service: Service, webhook: WebhookRequest): Promise<NewWebhook> {
  return await service.read(WEBHOOKS, { ...once, json: webhook });
}

export async function getWebhook(service: Service, id: string, signal?: AbortSignal): Promise<WebhookState> {
  return await service.read(one(id), { signal });
}

export async function changeWebhook(
  service: Service,
  id: string,
  change: WebhookChange,
): Promise<WebhookState> {
  return await service.read(one(id), { method: 'PATCH', json: change });
}

export async function deleteWebhook(service: Service, id: string): Promise<void> {
  await service.ask(one(id), { method: 'DELETE' });
}

/** @param overlapHours how long the old secret signs beside the new one. */
export async function rotateWebhook(
  service: Service,
  id: string,
  overlapHours?: number,
): Promise<NewWebhook> {
  const json = overlapHours === undefined ? {} : { overlapHours };
  return await service.read(one(id, '/rotations'), { ...once, json });
}

/** Sends a test, and waits for what the receiver answers. */
export async function testWebhook(service: Service, id: string): Promise<WebhookAttempt> {
  return await service.read(one(id, '/tests'), once);
}

/** Has one message delivered again, or all that were given up since a time. @returns how many. */
export async function replayWebhook(
  service: Service,
  id: string,
  wanted: { readonly delivery: string } | { readonly since: string },
): Promise<number> {
  const asked = { method: 'POST', json: wanted } as const;
  return (await service.read<{ readonly deliveries: number }>(one(id, '/replays'), asked)).deliveries;
}

/** What was tried, the latest first. */
export async function listWebhookAttempts(
  service: Service,
  id: string,
  query: { readonly pageSize?: number; readonly pageToken?: string } = {},
  signal?: AbortSignal,
): Promise<WebhookAttemptPage> {
  return await service.read(`${one(id, '/deliveries')}${queryText({ ...query })}`, { signal });
}

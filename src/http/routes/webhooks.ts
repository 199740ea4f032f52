import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type Endpoint, type LogEntry, publicKeyOf, SIGNINGS, WEBHOOK_EVENTS } from '../../jobs/index.ts';
import { actorOf } from '../conditions.ts';
import { decodePageToken, encodePageToken } from '../page-token.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shortBody } from './document-api.ts';

// Where a tenant is told of what happens.

const HOUR_MS = 3_600_000;
const FRESH = { 'Cache-Control': 'no-store' };
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });
const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const time = z.iso.datetime().openapi({ description: 'UTC.' });

const url = z.string().min(1).max(2048).openapi({
  description: 'An https address of a public host. Redirects are not followed.',
  example: 'https://receiver.example/hooks',
});
const description = z
  .string()
  .max(200)
  .regex(/^\P{C}*$/u);
const events = z
  .array(z.string().min(1).max(64))
  .min(1)
  .max(64)
  .openapi({ description: 'Types, `document.*` for all of a kind, or `*`: see GET /v1/webhook-events.' });
const signatures = z.array(z.enum(SIGNINGS)).min(1).max(2).openapi({
  description: '`v1`: HMAC-SHA256 with a shared secret; `v1a`: Ed25519, checked with a public key.',
});
const state = z.enum(['enabled', 'disabled']);

const webhookSchema = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    events: z.array(z.string()),
    state,
    reason: z.enum(['asked', 'gone', 'failing']).nullable().openapi({
      description: 'Why it is disabled: it was asked for, it answered 410, or took nothing for days.',
    }),
    keys: z
      .array(
        z.object({
          kind: z.enum(SIGNINGS),
          publicKey: z.string().nullable().openapi({ description: '`whpk_…` of Ed25519.' }),
          createdAt: time,
          expiresAt: time.nullable().openapi({ description: '`null`: it is the current one.' }),
        }),
      )
      .openapi({ description: 'What signs: during a rotation more than one of a kind.' }),
    createdAt: time,
    createdBy: z.string(),
    changedAt: time,
  })
  .openapi('Webhook');
const shownSchema = webhookSchema
  .extend({
    secret: z
      .string()
      .nullable()
      .openapi({ description: '`whsec_…`. It is shown this once; `null` where Ed25519 alone signs.' }),
  })
  .openapi('NewWebhookAnswer');
const stateSchema = webhookSchema
  .extend({
    waiting: z.number().int().openapi({ description: 'Deliveries that are still to be made.' }),
    failed: z
      .number()
      .int()
      .openapi({ description: 'Those given up that can be asked for again, 1,000 at most.' }),
    lastSuccessAt: time.nullable(),
    failingSince: time
      .nullable()
      .openapi({ description: 'Since when attempts were made and none succeeded.' }),
  })
  .openapi('WebhookState');
const newWebhookSchema = z
  .strictObject({
    url,
    description: description.default(''),
    events: events.default(['*']),
    signatures: signatures.default(['v1']),
  })
  .openapi('NewWebhook');
const changeSchema = z
  .strictObject({
    url: url.optional(),
    description: description.optional(),
    events: events.optional(),
    state: state.optional(),
    backlog: z.enum(['deliver', 'skip']).default('deliver').openapi({
      description: 'Where it is enabled: what is done with what happened while it was disabled.',
    }),
  })
  .openapi('WebhookChange');
const rotationSchema = z
  .strictObject({
    overlapHours: z
      .number()
      .min(0)
      .max(168)
      .default(24)
      .openapi({ description: 'How long the old secret signs beside the new one.' }),
  })
  .openapi('WebhookRotation');
const replaySchema = z
  .union([
    z.strictObject({ delivery: z.string().max(100).openapi({ description: 'One, by its `webhook-id`.' }) }),
    z.strictObject({ since: time.openapi({ description: 'All that were given up since then.' }) }),
  ])
  .openapi('WebhookReplay');
const attemptSchema = z
  .object({
    delivery: z.string().openapi({ description: '`webhook-id`.' }),
    type: z.string().nullable(),
    document: z.string().nullable(),
    at: time,
    attempt: z.number().int().openapi({ description: 'From 1 on; 0 where nobody was asked.' }),
    outcome: z.enum(['delivered', 'failed', 'given-up', 'unasked']),
    status: z.number().int().nullable().openapi({ description: 'What was answered.' }),
    fault: z
      .enum([
        'status',
        'redirect',
        'timeout',
        'unreachable',
        'unproven',
        'address-not-allowed',
        'host-spared',
        'missing',
      ])
      .nullable(),
    durationMs: z.number().int(),
    nextAt: time.nullable().openapi({ description: 'When it is tried again.' }),
  })
  .openapi('WebhookAttempt');

const listWebhooks = createRoute({
  method: 'get',
  path: '/v1/webhooks',
  summary: 'Where the organisation is told of what happens; for administrators',
  responses: {
    200: { description: 'The latest first.', content: json(z.object({ webhooks: z.array(webhookSchema) })) },
    ...problemResponses,
  },
});
const listTypes = createRoute({
  method: 'get',
  path: '/v1/webhook-events',
  summary: 'What webhooks can tell of',
  responses: {
    200: {
      description: 'The types of events.',
      content: json(z.object({ types: z.array(z.object({ type: z.string(), title: z.string() })) })),
    },
    ...problemResponses,
  },
});
const shown = {
  201: { description: 'The webhook, with its secret, shown once.', content: json(shownSchema) },
  ...problemResponses,
};
const createWebhook = createRoute({
  method: 'post',
  path: '/v1/webhooks',
  summary: 'Have events sent to an address; for administrators',
  description: 'From now on, signed as Standard Webhooks 1.0 says. See docs/webhooks.md.',
  middleware: shortBody,
  request: { body: body(newWebhookSchema) },
  responses: shown,
});
const one = { 200: { description: 'The webhook.', content: json(stateSchema) }, ...problemResponses };
const getWebhook = createRoute({
  method: 'get',
  path: '/v1/webhooks/{id}',
  summary: 'A webhook, and how its deliveries are; for administrators',
  request: { params },
  responses: one,
});
const changeWebhook = createRoute({
  method: 'patch',
  path: '/v1/webhooks/{id}',
  summary: 'Change, disable or enable a webhook; for administrators',
  middleware: shortBody,
  request: { params, body: body(changeSchema) },
  responses: one,
});
const deleteWebhook = createRoute({
  method: 'delete',
  path: '/v1/webhooks/{id}',
  summary: 'Remove a webhook, its secret and its log; for administrators',
  request: { params },
  responses: { 204: { description: 'Done.' }, ...problemResponses },
});
const rotateWebhook = createRoute({
  method: 'post',
  path: '/v1/webhooks/{id}/rotations',
  summary: 'Give a webhook a new secret; the old one signs beside it for a while',
  middleware: shortBody,
  request: { params, body: body(rotationSchema) },
  responses: shown,
});
const testWebhook = createRoute({
  method: 'post',
  path: '/v1/webhooks/{id}/tests',
  summary: 'Send a test, once; for administrators',
  description: 'Waits for the receiver, 15 seconds at most.',
  request: { params },
  responses: {
    200: { description: 'How it went.', content: json(attemptSchema) },
    ...problemResponses,
  },
});
const replayWebhook = createRoute({
  method: 'post',
  path: '/v1/webhooks/{id}/replays',
  summary: 'Deliver again: one message, or all that were given up since a time; for administrators',
  middleware: shortBody,
  request: { params, body: body(replaySchema) },
  responses: {
    202: {
      description: 'So many deliveries are to be made.',
      content: json(z.object({ deliveries: z.number().int() })),
    },
    ...problemResponses,
  },
});
const listDeliveries = createRoute({
  method: 'get',
  path: '/v1/webhooks/{id}/deliveries',
  summary: 'What was tried at a webhook: its last 5,000 attempts, the latest first; for administrators',
  request: {
    params,
    query: z.object({
      pageSize: z.coerce.number().int().min(1).max(200).default(50),
      pageToken: z.string().max(500).optional(),
    }),
  },
  responses: {
    200: {
      description: 'A page of attempts.',
      content: json(z.object({ attempts: z.array(attemptSchema), nextPageToken: z.string().nullable() })),
    },
    ...problemResponses,
  },
});

/** Webhooks: made and looked after by administrators, and by keys for that. */
export function addWebhookRoutes(app: OpenAPIHono<HttpEnv>, { webhooks }: HttpServices): void {
  const stateOf = async (tenant: string, endpoint: Endpoint) => {
    const { waiting, failed, lastSuccessAt, failingSince } = await webhooks.deliveries(tenant, endpoint.id);
    const counts = { waiting: waiting.length, failed: failed.length };
    return {
      ...view(endpoint),
      ...counts,
      lastSuccessAt: iso(lastSuccessAt),
      failingSince: iso(failingSince),
    };
  };
  app.openapi(listWebhooks, async (c) =>
    c.json({ webhooks: (await webhooks.list(actorOf(c).tenant)).map(view) }, 200, FRESH),
  );
  app.openapi(listTypes, async (c) => c.json({ types: [...WEBHOOK_EVENTS] }, 200, FRESH));
  app.openapi(createWebhook, async (c) => {
    const given = c.req.valid('json');
    const made = await webhooks.create(actorOf(c), { ...given, signatures: [...new Set(given.signatures)] });
    c.set('audited', { object: made.id });
    return c.json({ ...view(made), secret: secretOf(made) }, 201, FRESH);
  });
  app.openapi(getWebhook, async (c) => {
    const { tenant } = actorOf(c);
    return c.json(await stateOf(tenant, await webhooks.find(tenant, c.req.valid('param').id)), 200, FRESH);
  });
  app.openapi(changeWebhook, async (c) => {
    const { tenant } = actorOf(c);
    const { backlog, ...given } = c.req.valid('json');
    const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const changed = await webhooks.change(tenant, c.req.valid('param').id, change, backlog);
    return c.json(await stateOf(tenant, changed), 200, FRESH);
  });
  app.openapi(deleteWebhook, async (c) => {
    await webhooks.remove(actorOf(c).tenant, c.req.valid('param').id);
    return c.body(null, 204, FRESH);
  });
  app.openapi(rotateWebhook, async (c) => {
    const overlapMs = c.req.valid('json').overlapHours * HOUR_MS;
    const rotated = await webhooks.rotate(actorOf(c).tenant, c.req.valid('param').id, overlapMs);
    return c.json({ ...view(rotated), secret: secretOf(rotated) }, 201, FRESH);
  });
  app.openapi(testWebhook, async (c) => {
    const entry = await webhooks.test(actorOf(c).tenant, c.req.valid('param').id, c.req.raw.signal);
    return c.json(viewAttempt(entry), 200, FRESH);
  });
  app.openapi(replayWebhook, async (c) => {
    const { tenant } = actorOf(c);
    const { id } = c.req.valid('param');
    const asked = c.req.valid('json');
    c.set('audited', { object: id, details: { ...asked } });
    if ('delivery' in asked) await webhooks.replay(tenant, id, asked.delivery);
    const count = 'delivery' in asked ? 1 : await webhooks.replayFailed(tenant, id, Date.parse(asked.since));
    return c.json({ deliveries: count }, 202, FRESH);
  });
  app.openapi(listDeliveries, async (c) => {
    const { id } = c.req.valid('param');
    const { pageSize, pageToken } = c.req.valid('query');
    const at = pageToken === undefined ? null : decodePageToken(pageToken, { id });
    const after = at === null ? null : { page: Number(at.value), left: Number(at.id) };
    const { entries, next } = await webhooks.log(actorOf(c).tenant, id, after, pageSize);
    const place = next === null ? null : { value: String(next.page), id: String(next.left) };
    const nextPageToken = place === null ? null : encodePageToken(place, { id });
    return c.json({ attempts: entries.map(viewAttempt), nextPageToken }, 200, FRESH);
  });
}

function view({ keys, ...endpoint }: Endpoint): z.output<typeof webhookSchema> {
  const { id, url: address, description: said, events: types, state: is, reason, createdBy } = endpoint;
  return {
    ...{ id, url: address, description: said, events: [...types], state: is, reason, createdBy },
    keys: keys.map((key) => ({
      ...{ kind: key.kind, publicKey: publicKeyOf(key), createdAt: isoOf(key.createdAt) },
      expiresAt: iso(key.expiresAt),
    })),
    ...{ createdAt: isoOf(endpoint.createdAt), changedAt: isoOf(endpoint.changedAt) },
  };
}

/** The current one that both sides know. */
function secretOf({ keys }: Endpoint): string | null {
  return keys.find(({ kind, expiresAt }) => kind === 'v1' && expiresAt === null)?.secret ?? null;
}

function viewAttempt({ id, at, nextAt, ...entry }: LogEntry): z.output<typeof attemptSchema> {
  return { delivery: id, ...entry, at: isoOf(at), nextAt: iso(nextAt) };
}

function iso(at: number | null): string | null {
  return at === null ? null : isoOf(at);
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}

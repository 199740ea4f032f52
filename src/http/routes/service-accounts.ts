import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { LONGEST_LIFE_MS, type ServiceAccount } from '../../access/index.ts';
import { administratorOf } from '../principal.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shownSchema, viewShown } from './api-keys.ts';
import { shortBody } from './document-api.ts';
import { reachFields, shownReach, viewReach } from './reach.ts';

// Accounts of programs, for administrators.

const DAY_SECONDS = 86_400;
const FRESH = { 'Cache-Control': 'no-store' };
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const time = z.iso.datetime().openapi({ description: 'UTC.' });

const accountSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable().openapi({ description: 'Of its account at Google.' }),
    ...shownReach,
    createdBy: z.string().nullable(),
    createdAt: time,
    disabledAt: time.nullable(),
  })
  .openapi('ServiceAccount');

const newAccountSchema = z
  .strictObject({
    name: z.string().min(1).max(100),
    email: z.email().max(320).nullable().default(null).openapi({
      description: 'Of an account at Google: its identity tokens are taken in the place of a key.',
    }),
    ...reachFields,
  })
  .openapi('NewServiceAccount');

const changeSchema = z.strictObject({ disabled: z.boolean() }).openapi('ServiceAccountChange');

const newKeySchema = z
  .strictObject({
    name: z.string().min(1).max(100),
    mode: z.enum(['live', 'test']).default('live'),
    lifetimeSeconds: z
      .number()
      .int()
      .min(60)
      .max(LONGEST_LIFE_MS / 1000)
      .default(90 * DAY_SECONDS),
  })
  .openapi('NewServiceAccountKey');

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });
const one = { description: 'The account.', content: json(accountSchema) };

const createAccount = createRoute({
  method: 'post',
  path: '/v1/service-accounts',
  summary: 'Make an account for a program; for administrators',
  description:
    'It has no password and no sessions, and nobody can act as it: it is whoever holds one of its keys, or an identity token of Google with its address.',
  middleware: shortBody,
  request: { body: body(newAccountSchema) },
  responses: { 201: one, ...problemResponses },
});

const listAccounts = createRoute({
  method: 'get',
  path: '/v1/service-accounts',
  summary: 'The accounts of programs; for administrators',
  responses: {
    200: {
      description: 'The accounts, the latest first.',
      content: json(z.object({ accounts: z.array(accountSchema) })),
    },
    ...problemResponses,
  },
});

const getAccount = createRoute({
  method: 'get',
  path: '/v1/service-accounts/{id}',
  summary: 'An account of a program; for administrators',
  request: { params },
  responses: { 200: one, ...problemResponses },
});

const changeAccount = createRoute({
  method: 'patch',
  path: '/v1/service-accounts/{id}',
  summary: 'Disable an account of a program, or allow it again; for administrators',
  description: 'Within five seconds it holds everywhere, for its keys and its identity tokens.',
  middleware: shortBody,
  request: { params, body: body(changeSchema) },
  responses: { 200: one, ...problemResponses },
});

const createKey = createRoute({
  method: 'post',
  path: '/v1/service-accounts/{id}/keys',
  summary: 'Make a key of a service account, which reaches what the account does; for administrators',
  middleware: shortBody,
  request: { params, body: body(newKeySchema) },
  responses: {
    201: { description: 'The key, shown once.', content: json(shownSchema) },
    ...problemResponses,
  },
});

/** Accounts of programs: made by administrators, who also make their keys. */
export function addServiceAccountRoutes(
  app: OpenAPIHono<HttpEnv>,
  { access: { apiKeys, services } }: HttpServices,
): void {
  app.openapi(createAccount, async (c) => {
    const { actor, standing } = administratorOf(c);
    const given = c.req.valid('json');
    const scopes = [...new Set(given.scopes)];
    const createdBy = standing?.person.id ?? null;
    const made = await services.create(actor.tenant, { ...given, scopes, createdBy });
    c.set('audited', { object: made.id });
    return c.json(view(made), 201, FRESH);
  });
  app.openapi(listAccounts, async (c) => {
    const { tenant } = administratorOf(c).actor;
    return c.json({ accounts: (await services.list(tenant)).map(view) }, 200, FRESH);
  });
  app.openapi(getAccount, async (c) => {
    const { tenant } = administratorOf(c).actor;
    return c.json(view(await services.find(tenant, c.req.valid('param').id)), 200, FRESH);
  });
  app.openapi(changeAccount, async (c) => {
    const { tenant } = administratorOf(c).actor;
    const { disabled } = c.req.valid('json');
    return c.json(view(await services.disable(tenant, c.req.valid('param').id, disabled)), 200, FRESH);
  });
  app.openapi(createKey, async (c) => {
    const { tenant } = administratorOf(c).actor;
    const {
      id: service,
      scopes,
      documents,
      labels,
      perMinute,
      addresses,
    } = await services.find(tenant, c.req.valid('param').id);
    const { lifetimeSeconds, ...given } = c.req.valid('json');
    const reach = { scopes, documents, labels, perMinute, addresses };
    const lifeMs = lifetimeSeconds * 1000;
    const made = await apiKeys.create(tenant, { ...given, ...reach, person: null, service, lifeMs });
    c.set('audited', { object: made.key.id });
    return c.json(viewShown(made), 201, FRESH);
  });
}

function view(account: ServiceAccount): z.output<typeof accountSchema> {
  const { id, name, email, createdBy, createdAt, disabledAt } = account;
  return {
    ...{ id, name, email, createdBy },
    ...viewReach(account),
    createdAt: new Date(createdAt).toISOString(),
    disabledAt: disabledAt === null ? null : new Date(disabledAt).toISOString(),
  };
}

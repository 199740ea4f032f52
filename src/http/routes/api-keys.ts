import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type ApiKey,
  LONGEST_LIFE_MS,
  OVERLAP_MS,
  type Principal,
  type ShownKey,
  signInRequired,
} from '../../access/index.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shortBody } from './document-api.ts';
import { reachFields, shownReach, viewReach } from './reach.ts';

// Keys for programs.

const DAY_SECONDS = 86_400;
const FRESH = { 'Cache-Control': 'no-store' };
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const time = z.iso.datetime().openapi({ description: 'UTC.' });

const keySchema = z
  .object({
    id: z.string().openapi({ description: 'Stands in the key behind its mode; no secret.' }),
    name: z.string(),
    mode: z.enum(['live', 'test']),
    person: z.string().nullable().openapi({ description: 'Whose it is: it is good while they may sign in.' }),
    service: z.string().nullable().openapi({ description: 'The service account whose it is.' }),
    ...shownReach,
    createdAt: time,
    expiresAt: time,
    revokedAt: time.nullable(),
    usedAt: time.nullable().openapi({ description: 'To ten minutes.' }),
    secrets: z
      .number()
      .int()
      .openapi({ description: 'More than one: an old secret is still good beside the latest.' }),
  })
  .openapi('ApiKey');

/** A key with its secret, once. */
export const shownSchema = keySchema
  .extend({ key: z.string().openapi({ description: 'The key itself. It is shown this once.' }) })
  .openapi('NewApiKeyAnswer');

const newKeySchema = z
  .strictObject({
    name: z.string().min(1).max(100),
    mode: z
      .enum(['live', 'test'])
      .default('live')
      .openapi({ description: '`test`: reaches nothing that is kept, whatever its scopes.' }),
    ...reachFields,
    lifetimeSeconds: z
      .number()
      .int()
      .min(60)
      .max(LONGEST_LIFE_MS / 1000)
      .default(90 * DAY_SECONDS),
  })
  .openapi('NewApiKey');

const rotationSchema = z
  .strictObject({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(OVERLAP_MS.most / 1000)
      .default(OVERLAP_MS.byDefault / 1000)
      .openapi({ description: 'How long the old secret stays good.' }),
  })
  .openapi('ApiKeyRotation');

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });
const shown = {
  201: { description: 'The key, shown once.', content: json(shownSchema) },
  ...problemResponses,
};

const createKey = createRoute({
  method: 'post',
  path: '/v1/api-keys',
  summary: 'Make a key for a program',
  middleware: shortBody,
  request: { body: body(newKeySchema) },
  responses: shown,
});

const listKeys = createRoute({
  method: 'get',
  path: '/v1/api-keys',
  summary: 'One’s keys; everybody’s for administrators',
  responses: {
    200: {
      description: 'The keys, the latest first.',
      content: json(z.object({ keys: z.array(keySchema) })),
    },
    ...problemResponses,
  },
});

const getKey = createRoute({
  method: 'get',
  path: '/v1/api-keys/{id}',
  summary: 'A key, without its secret',
  request: { params },
  responses: { 200: { description: 'The key.', content: json(keySchema) }, ...problemResponses },
});

const rotateKey = createRoute({
  method: 'post',
  path: '/v1/api-keys/{id}/rotations',
  summary: 'Give a key a new secret; the old one stays good for a while',
  middleware: shortBody,
  request: { params, body: body(rotationSchema) },
  responses: shown,
});

const revokeKey = createRoute({
  method: 'delete',
  path: '/v1/api-keys/{id}',
  summary: 'Revoke a key, everywhere within five seconds',
  request: { params },
  responses: { 204: { description: 'Done.' }, ...problemResponses },
});

/** Keys for programs: each belongs to whoever made it, and says less than they may. */
export function addApiKeyRoutes(app: OpenAPIHono<HttpEnv>, { access: { apiKeys } }: HttpServices): void {
  app.openapi(createKey, async (c) => {
    const { tenant, person } = makerOf(c);
    const { lifetimeSeconds, ...given } = c.req.valid('json');
    const scopes = [...new Set(given.scopes)];
    const lifeMs = lifetimeSeconds * 1000;
    const made = await apiKeys.create(tenant, { ...given, scopes, person, service: null, lifeMs });
    c.set('audited', { object: made.key.id });
    return c.json(viewShown(made), 201, FRESH);
  });
  app.openapi(listKeys, async (c) => {
    const { tenant, reach } = makerOf(c);
    return c.json({ keys: (await apiKeys.list(tenant, reach)).map(viewKey) }, 200, FRESH);
  });
  app.openapi(getKey, async (c) => {
    const { tenant, reach } = makerOf(c);
    return c.json(viewKey(await apiKeys.find(tenant, c.req.valid('param').id, reach)), 200, FRESH);
  });
  app.openapi(rotateKey, async (c) => {
    const { tenant, person, reach } = makerOf(c);
    const { id } = c.req.valid('param');
    const { service } = await apiKeys.find(tenant, id, reach);
    // Whoever gets the new secret acts as the maker: nobody else does. Those of programs are administrators' matter.
    const whose = service === null ? person : undefined;
    const made = await apiKeys.rotate(tenant, id, c.req.valid('json').overlapSeconds * 1000, whose);
    return c.json(viewShown(made), 201, FRESH);
  });
  app.openapi(revokeKey, async (c) => {
    const { tenant, reach } = makerOf(c);
    await apiKeys.revoke(tenant, c.req.valid('param').id, reach);
    return c.body(null, 204, FRESH);
  });
}

/** Who makes keys, and whose keys they see: `undefined` for everybody's. */
function makerOf(c: Context<HttpEnv>) {
  const principal: Principal | undefined = c.get('principal');
  if (principal === undefined) throw signInRequired();
  const { actor, role, standing } = principal;
  const person = standing?.person.id ?? null;
  return { tenant: actor.tenant, person, reach: role === 'administrator' ? undefined : person };
}

export function viewShown({ key, shown }: ShownKey): z.output<typeof shownSchema> {
  return { ...viewKey(key), key: shown };
}

function viewKey(key: ApiKey): z.output<typeof keySchema> {
  const { id, name, mode, person, service, secrets } = key;
  return {
    ...{ id, name, mode, person, service, secrets: secrets.length },
    ...viewReach(key),
    createdAt: isoOf(key.createdAt),
    expiresAt: isoOf(key.expiresAt),
    revokedAt: key.revokedAt === null ? null : isoOf(key.revokedAt),
    usedAt: key.usedAt === null ? null : isoOf(key.usedAt),
  };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}

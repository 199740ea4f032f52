import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  AccessError,
  type Person,
  type Principal,
  type Session,
  signInRequired,
  TENANT_ROLES,
} from '../../access/index.ts';
import { administratorOf } from '../principal.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shortBody } from './document-api.ts';

// Who is signed in, where, and who may be.

const FRESH = { 'Cache-Control': 'no-store' };
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const time = z.iso.datetime().openapi({ description: 'UTC.' });
const role = z.enum(TENANT_ROLES);

const meSchema = z
  .object({
    kind: z.string().openapi({ description: '`operator`: nobody has to sign in here.' }),
    tenant: z.string(),
    id: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    role,
    session: z.string().nullable().openapi({ description: 'Which of the sessions asks.' }),
  })
  .openapi('Me');

const sessionSchema = z
  .object({
    id: z.string(),
    person: z.string(),
    method: z.enum(['oidc', 'link', 'local']),
    createdAt: time,
    usedAt: time,
    expiresAt: time,
    device: z.string().openapi({ description: 'What the browser calls itself.' }),
    address: z.string().nullable(),
    current: z.boolean().openapi({ description: 'Whether it is the one that asks.' }),
  })
  .openapi('Session');

const personSchema = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    role,
    disabled: z.boolean(),
    createdAt: time,
    signedInAt: time,
  })
  .openapi('Person');

const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
const gone = { 204: { description: 'Done.' }, ...problemResponses };

const getMe = createRoute({
  method: 'get',
  path: '/v1/me',
  summary: 'Who asks',
  responses: { 200: { description: 'Who that is.', content: json(meSchema) }, ...problemResponses },
});

const listSessions = createRoute({
  method: 'get',
  path: '/v1/sessions',
  summary: 'Where somebody is signed in, the latest first',
  request: {
    query: z.strictObject({
      person: z.string().max(200).default('me').openapi({
        description: 'The id of somebody else, or `everybody`: for administrators.',
      }),
    }),
  },
  responses: {
    200: { description: 'The sessions.', content: json(z.object({ sessions: z.array(sessionSchema) })) },
    ...problemResponses,
  },
});

const endSession = createRoute({
  method: 'delete',
  path: '/v1/sessions/{id}',
  summary: 'End a session: one’s own, or anybody’s for administrators',
  request: { params: z.object({ id }) },
  responses: gone,
});

const listPeople = createRoute({
  method: 'get',
  path: '/v1/people',
  summary: 'Everybody who ever signed in; for administrators',
  responses: {
    200: { description: 'The people.', content: json(z.object({ people: z.array(personSchema) })) },
    ...problemResponses,
  },
});

const changePerson = createRoute({
  method: 'patch',
  path: '/v1/people/{id}',
  summary: 'Give somebody another role, or disable them; for administrators',
  description: 'Within five seconds it holds everywhere; whoever is disabled is signed out.',
  middleware: shortBody,
  request: {
    params: z.object({ id }),
    body: {
      required: true,
      content: json(
        z.strictObject({ role: role.optional(), disabled: z.boolean().optional() }).openapi('PersonChange'),
      ),
    },
  },
  responses: { 200: { description: 'The person.', content: json(personSchema) }, ...problemResponses },
});

/** People, and where they are signed in. */
export function addPeopleRoutes(app: OpenAPIHono<HttpEnv>, { access }: HttpServices): void {
  const { people, signedIn } = access;
  app.openapi(getMe, (c) => c.json(viewMe(principalOf(c)), 200, FRESH));
  app.openapi(listSessions, async (c) => {
    const asking = principalOf(c);
    const { person } = c.req.valid('query');
    const own = person === 'me' || person === asking.actor.id;
    const { tenant } = own ? asking.actor : administratorOf(c).actor;
    const of = person === 'everybody' ? null : own ? asking.actor.id : person;
    const sessions = (await signedIn.list(tenant, of)).map((one) => viewSession(one, asking));
    return c.json({ sessions }, 200, FRESH);
  });
  app.openapi(endSession, async (c) => {
    const { actor, role } = principalOf(c);
    const owner = role === 'administrator' ? null : actor.id;
    await signedIn.end({ tenant: actor.tenant, id: c.req.valid('param').id }, owner);
    return c.body(null, 204, FRESH);
  });
  app.openapi(listPeople, async (c) => {
    const { tenant } = administratorOf(c).actor;
    return c.json({ people: (await people.list(tenant)).map(viewPerson) }, 200, FRESH);
  });
  app.openapi(changePerson, async (c) => {
    const { tenant, id: own } = administratorOf(c).actor;
    const { id } = c.req.valid('param');
    const { role, disabled } = c.req.valid('json');
    // Otherwise the last administrator could lock everybody out.
    if (id === own)
      throw new AccessError('access/refused', 'Nobody changes their own role, or disables themselves.');
    const change = {
      ...(role === undefined ? {} : { role }),
      ...(disabled === undefined ? {} : { disabled }),
    };
    return c.json(viewPerson(await signedIn.change(tenant, id, change)), 200, FRESH);
  });
}

function principalOf(c: Context<HttpEnv>): Principal {
  const principal = c.get('principal');
  if (principal === undefined) throw signInRequired();
  return principal;
}

function viewMe({ actor, role, standing }: Principal): z.output<typeof meSchema> {
  const { kind, tenant, id } = actor;
  const { name = null, email = null } = standing?.person ?? {};
  return { kind, tenant, id, name, email, role, session: standing?.session.id ?? null };
}

function viewSession(session: Session, { standing }: Principal): z.output<typeof sessionSchema> {
  const { id, person, method, createdAt, usedAt, expiresAt, device, address } = session;
  const times = { createdAt: isoOf(createdAt), usedAt: isoOf(usedAt), expiresAt: isoOf(expiresAt) };
  return { id, person, method, ...times, device, address, current: standing?.session.id === id };
}

function viewPerson(person: Person): z.output<typeof personSchema> {
  const { id, name, email, role, disabledAt, createdAt, signedInAt } = person;
  const times = { createdAt: isoOf(createdAt), signedInAt: isoOf(signedInAt) };
  return { id, name, email, role, disabled: disabledAt !== null, ...times };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}

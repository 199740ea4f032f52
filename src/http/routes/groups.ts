import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type Group, MOST_PEOPLE } from '../../access/index.ts';
import { actorOf } from '../conditions.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shortBody } from './document-api.ts';

// Groups of a tenant's people, that documents can be shared with.

const FRESH = { 'Cache-Control': 'no-store' };
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}*$/u);
const people = z.array(z.string().max(64)).max(MOST_PEOPLE);

const entrySchema = z
  .object({ id: z.string(), name: z.string(), people: z.number().int() })
  .openapi('GroupEntry');
const groupSchema = z
  .object({ id: z.string(), name: z.string(), people: z.array(z.string()), createdAt: z.iso.datetime() })
  .openapi('Group');
const newGroupSchema = z
  .strictObject({ name, people: people.default([]).openapi({ description: 'Ids of people.' }) })
  .openapi('NewGroup');
const changeSchema = z
  .strictObject({ name: name.optional(), add: people.optional(), remove: people.optional() })
  .openapi('GroupChange');

const answer = { description: 'The group.', content: json(groupSchema) };
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });

const listGroups = createRoute({
  method: 'get',
  path: '/v1/groups',
  summary: 'The groups of people that there are, by name',
  responses: {
    200: { description: 'The groups.', content: json(z.object({ groups: z.array(entrySchema) })) },
    ...problemResponses,
  },
});
const createGroup = createRoute({
  method: 'post',
  path: '/v1/groups',
  summary: 'Make a group of people; for administrators',
  middleware: shortBody,
  request: { body: body(newGroupSchema) },
  responses: { 201: answer, ...problemResponses },
});
const getGroup = createRoute({
  method: 'get',
  path: '/v1/groups/{id}',
  summary: 'Who is in a group; for administrators',
  request: { params },
  responses: { 200: answer, ...problemResponses },
});
const changeGroup = createRoute({
  method: 'patch',
  path: '/v1/groups/{id}',
  summary: 'Rename a group, add people and take people out; for administrators',
  description: 'Within five seconds it holds everywhere.',
  middleware: shortBody,
  request: { params, body: body(changeSchema) },
  responses: { 200: answer, ...problemResponses },
});
const deleteGroup = createRoute({
  method: 'delete',
  path: '/v1/groups/{id}',
  summary: 'End a group; for administrators',
  description: 'What it was given nobody has through it any more.',
  request: { params },
  responses: { 204: { description: 'Done.' }, ...problemResponses },
});

/** Groups: seen by everybody who shares, made by administrators. */
export function addGroupRoutes(app: OpenAPIHono<HttpEnv>, { access: { groups } }: HttpServices): void {
  app.openapi(listGroups, async (c) => {
    const found = await groups.list(actorOf(c).tenant);
    const entries = found.map((one) => ({ id: one.id, name: one.name, people: one.people.length }));
    return c.json({ groups: entries }, 200, FRESH);
  });
  app.openapi(createGroup, async (c) => {
    const given = c.req.valid('json');
    const made = await groups.create(actorOf(c).tenant, given.name, given.people);
    c.set('audited', { object: made.id });
    return c.json(view(made), 201, FRESH);
  });
  app.openapi(getGroup, async (c) =>
    c.json(view(await groups.find(actorOf(c).tenant, c.req.valid('param').id)), 200, FRESH),
  );
  app.openapi(changeGroup, async (c) => {
    const { name: called, add = [], remove = [] } = c.req.valid('json');
    const change = { ...(called === undefined ? {} : { name: called }), add, remove };
    return c.json(view(await groups.change(actorOf(c).tenant, c.req.valid('param').id, change)), 200, FRESH);
  });
  app.openapi(deleteGroup, async (c) => {
    await groups.remove(actorOf(c).tenant, c.req.valid('param').id);
    return c.body(null, 204, FRESH);
  });
}

function view({ id, name: called, people: ids, createdAt }: Group): z.output<typeof groupSchema> {
  return { id, name: called, people: [...ids], createdAt: new Date(createdAt).toISOString() };
}

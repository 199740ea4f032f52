import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DOCUMENT_ROLES, isCurrent, kindOf, type Member, type Subject } from '../../access/index.ts';
import type { StoredHead } from '../../documents/index.ts';
import { actorOf, changeOfDocument } from '../conditions.ts';
import { etagOf, linkOf } from '../document-views.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { both, shortBody } from './document-api.ts';

// Who may do what with a kept document.

const role = z.enum(DOCUMENT_ROLES).openapi({ description: 'Each may what those before it may.' });
const expireTime = z.iso
  .datetime()
  .nullable()
  .openapi({ description: 'UTC: from then on it is as if it had never been given. `null`: never.' });
const time = z.iso.datetime().openapi({ description: 'UTC.' });
const text = z.string().min(1).max(320).optional();

const whom = {
  person: text.openapi({ description: 'Id of a person.' }),
  email: text.openapi({ description: 'Address of somebody who has signed in.' }),
  group: text.openapi({ description: 'Id of a group, or `sso:` and the name of one of the provider.' }),
  domain: text.openapi({ description: 'Everybody whose address is in this domain of the tenant.' }),
  service: text.openapi({ description: 'Id of a service account.' }),
};
const one = (given: object) => Object.values(given).filter((value) => value !== undefined).length === 1;
const ONE = { error: 'Name exactly one: "person", "email", "group", "domain" or "service".' };

const memberSchema = z
  .object({
    id: z.string().openapi({ description: 'What addresses name: the kind, a colon, an id.' }),
    kind: z.enum(['person', 'group', 'domain', 'service', 'key', 'operator']),
    name: z.string().nullable(),
    email: z.string().nullable(),
    role,
    expireTime,
    addedAt: time,
    addedBy: z.string(),
    links: z.object({ self: z.string() }),
  })
  .openapi('Member');

const membersSchema = z
  .object({
    etag: z.string().openapi({ description: 'That of the document, which holds its members.' }),
    members: z.array(memberSchema).openapi({ description: 'Those whose time is over are none any more.' }),
  })
  .openapi('Members');

const newMemberSchema = z
  .strictObject({ ...whom, role, expireTime: expireTime.default(null) })
  .refine(({ role: _, expireTime: __, ...named }) => one(named), ONE)
  .openapi('NewMember');
const memberChangeSchema = z
  .strictObject({ role: role.optional(), expireTime: expireTime.optional() })
  .openapi('MemberChange', { description: 'What is left out stays.' });
const transferSchema = z
  .strictObject({
    to: z
      .strictObject({ person: whom.person, email: whom.email, service: whom.service })
      .refine(one, { error: 'Name exactly one: "person", "email" or "service".' }),
    from: z
      .string()
      .max(200)
      .optional()
      .openapi({ description: 'Id of the member who gives it up: whoever asks, else the first owner.' }),
    keep: z
      .enum(['viewer', 'commenter', 'editor'])
      .nullable()
      .default('editor')
      .openapi({ description: 'What they are from then on; `null` for nothing.' }),
  })
  .openapi('Transfer');

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });
const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
const member = z.string().openapi({ param: { name: 'member', in: 'path' } });
const answer = {
  description: 'The members; the ETag of the document in the header too.',
  content: json(membersSchema),
};

const listMembers = createRoute({
  method: 'get',
  path: '/v1/documents/{id}/members',
  summary: 'Who may do what with a document',
  description: 'For its editors and owners, and for administrators of the tenant.',
  request: { params: z.object({ id }) },
  responses: { 200: answer, ...problemResponses },
});
const addMember = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/members',
  summary: 'Share a document with a person, a group or a domain',
  middleware: shortBody,
  request: { params: z.object({ id }), headers: both, body: body(newMemberSchema) },
  responses: { 201: answer, ...problemResponses },
});
const changeMember = createRoute({
  method: 'patch',
  path: '/v1/documents/{id}/members/{member}',
  summary: 'Give a member of a document another role, or another end',
  middleware: shortBody,
  request: { params: z.object({ id, member }), headers: both, body: body(memberChangeSchema) },
  responses: { 200: answer, ...problemResponses },
});
const removeMember = createRoute({
  method: 'delete',
  path: '/v1/documents/{id}/members/{member}',
  summary: 'Share a document with somebody no longer, or leave it oneself',
  request: { params: z.object({ id, member }), headers: both },
  responses: { 204: { description: 'Done; the ETag of the document in the header.' }, ...problemResponses },
});
const transfer = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/transfers',
  summary: 'Make somebody else the owner of a document in the place of one',
  middleware: shortBody,
  request: { params: z.object({ id }), headers: both, body: body(transferSchema) },
  responses: { 200: answer, ...problemResponses },
});

/** Members: read, added, changed, removed; ownership given away. */
export function addMemberRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { access, library, clock } = services;
  const { directory } = access;
  const { members } = library;
  const answered = async (c: Context<HttpEnv>, stored: StoredHead) => {
    const now = clock();
    const current = stored.head.members.filter((each) => isCurrent(each, now));
    const { tenant } = actorOf(c);
    const shown = await Promise.all(
      current.map(async (each) => view(stored.head.id, each, await directory.show(tenant, each.subject))),
    );
    c.header('ETag', etagOf(stored.generation));
    c.header('Cache-Control', 'private, no-cache');
    return { etag: etagOf(stored.generation), members: shown };
  };
  app.openapi(listMembers, async (c) => {
    const stored = await members.get(actorOf(c), c.req.valid('param').id);
    return c.json(await answered(c, stored), 200);
  });
  app.openapi(addMember, async (c) => {
    const change = changeOfDocument(c, c.req.valid('param').id);
    const { role: given, expireTime: until, ...named } = c.req.valid('json');
    const stored = await members.add(change, async () => ({
      subject: await directory.find(change.actor.tenant, named),
      role: given,
      expiresAt: utc(until),
    }));
    return c.json(await answered(c, stored), 201);
  });
  app.openapi(changeMember, async (c) => {
    const { id: document, member: subject } = c.req.valid('param');
    const { role: given, expireTime: until } = c.req.valid('json');
    const to = {
      ...(given === undefined ? {} : { role: given }),
      ...(until === undefined ? {} : { expiresAt: utc(until) }),
    };
    const stored = await members.change(changeOfDocument(c, document), subject as Subject, to);
    return c.json(await answered(c, stored), 200);
  });
  app.openapi(removeMember, async (c) => {
    const { id: document, member: subject } = c.req.valid('param');
    const stored = await members.remove(changeOfDocument(c, document), subject as Subject);
    return c.body(null, 204, { ETag: etagOf(stored.generation), 'Cache-Control': 'no-store' });
  });
  app.openapi(transfer, async (c) => {
    const change = changeOfDocument(c, c.req.valid('param').id);
    const { to, from, keep } = c.req.valid('json');
    const find = () => directory.find(change.actor.tenant, to);
    const given = { find, keep, ...(from === undefined ? {} : { from: from as Subject }) };
    return c.json(await answered(c, await members.transfer(change, given)), 200);
  });
}

/** As all times are written, so that they sort. */
function utc(given: string | null): string | null {
  return given === null ? null : new Date(given).toISOString();
}

function view(
  document: string,
  { subject, role: given, expiresAt, addedAt, addedBy }: Member,
  shown: { readonly name: string | null; readonly email: string | null },
): z.output<typeof memberSchema> {
  return {
    ...{ id: subject, kind: kindOf(subject), ...shown, role: given, expireTime: expiresAt, addedAt, addedBy },
    links: { self: `${linkOf(document)}/members/${encodeURIComponent(subject)}` },
  };
}

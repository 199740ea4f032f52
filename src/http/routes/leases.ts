import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Lease, LONGEST_LEASE_MS } from '../../documents/index.ts';
import { actorOf, changeOf } from '../conditions.ts';
import { time } from '../document-schemas.ts';
import { linkOf } from '../document-views.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { anew, shortBody } from './document-api.ts';

// Who works on a document or a clause of it alone.

const seconds = z
  .number()
  .int()
  .min(5)
  .max(LONGEST_LEASE_MS / 1000)
  .default(60)
  .openapi({ description: 'How long it lasts from now on, unless it is renewed.' });
const clause = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/)
  .nullable()
  .default(null)
  .openapi({
    description:
      'What those who work on it call the clause, such as its label; `null`: the whole document. The same letters are the same clause.',
  });
const leaseSchema = z
  .object({
    id: z.string().openapi({ description: 'What the header Lease-Id names; good for its owner only.' }),
    clause: z.string().nullable(),
    owner: z.object({ kind: z.string(), id: z.string() }),
    fence: z
      .number()
      .int()
      .openapi({ description: 'Higher than that of every lease of the document before it.' }),
    takenAt: time,
    expireTime: time,
    links: z.object({ self: z.string(), document: z.string() }),
  })
  .openapi('Lease');
const leasesSchema = z.object({ leases: z.array(leaseSchema) }).openapi('Leases');

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });
const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
const lease = z.string().openapi({ param: { name: 'lease', in: 'path' } });
const answer = { description: 'The lease.', content: json(leaseSchema) };

const listLeases = createRoute({
  method: 'get',
  path: '/v1/documents/{id}/leases',
  summary: 'Who works on a document, or a clause of it, alone',
  request: { params: z.object({ id }) },
  responses: {
    200: { description: 'Those that are not over.', content: json(leasesSchema) },
    ...problemResponses,
  },
});
const takeLease = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/leases',
  summary: 'Work on a document, or a clause of it, alone for a while',
  description:
    'Editors take the document, commenters a clause. While somebody has the document, others cannot replace or delete it (423); a request that names the lease in the header Lease-Id is carried out only as long as the lease lasts (412).',
  middleware: shortBody,
  request: {
    params: z.object({ id }),
    headers: anew,
    body: body(z.strictObject({ clause, seconds }).openapi('NewLease')),
  },
  responses: { 201: answer, ...problemResponses },
});
const renewLease = createRoute({
  method: 'patch',
  path: '/v1/documents/{id}/leases/{lease}',
  summary: 'Keep a lease for longer',
  middleware: shortBody,
  request: {
    params: z.object({ id, lease }),
    body: body(z.strictObject({ seconds }).openapi('LeaseRenewal')),
  },
  responses: { 200: answer, ...problemResponses },
});
const endLease = createRoute({
  method: 'delete',
  path: '/v1/documents/{id}/leases/{lease}',
  summary: 'Give a lease back',
  description: 'Owners of the document and administrators of the tenant break those of others.',
  request: { params: z.object({ id, lease }) },
  responses: { 204: { description: 'It is over.' }, ...problemResponses },
});

const FRESH = { 'Cache-Control': 'no-store' };

/** Leases on kept documents. */
export function addLeaseRoutes(app: OpenAPIHono<HttpEnv>, { library }: HttpServices): void {
  const { leases } = library;
  const noting = (c: Context<HttpEnv>, { id: named, clause: part, fence, owner }: Lease) =>
    c.set('audited', {
      details: { lease: named, clause: part, fence, ownerKind: owner.kind, owner: owner.id },
    });
  app.openapi(listLeases, async (c) => {
    const found = await leases.list(actorOf(c), c.req.valid('param').id);
    return c.json({ leases: found.map(viewOf) }, 200, FRESH);
  });
  app.openapi(takeLease, async (c) => {
    const { clause: part, seconds: lasting } = c.req.valid('json');
    const asked = { clause: part, lifetimeMs: lasting * 1000 };
    const taken = await leases.take(changeOf(c), c.req.valid('param').id, asked);
    noting(c, taken);
    const view = viewOf(taken);
    return c.json(view, 201, { ...FRESH, Location: view.links.self });
  });
  app.openapi(renewLease, async (c) => {
    const { id: document, lease: named } = c.req.valid('param');
    const lifetimeMs = c.req.valid('json').seconds * 1000;
    const renewed = await leases.renew(actorOf(c), document, named, lifetimeMs);
    noting(c, renewed);
    return c.json(viewOf(renewed), 200, FRESH);
  });
  app.openapi(endLease, async (c) => {
    const { id: document, lease: named } = c.req.valid('param');
    noting(c, await leases.end(actorOf(c), document, named));
    return c.body(null, 204, FRESH);
  });
}

function viewOf({ document, id: named, clause: part, owner, fence, takenAt, expiresAt }: Lease) {
  const self = linkOf(document);
  return {
    ...{ id: named, clause: part, owner: { ...owner }, fence },
    takenAt: new Date(takenAt).toISOString(),
    expireTime: new Date(expiresAt).toISOString(),
    links: { self: `${self}/leases/${named}`, document: self },
  };
}

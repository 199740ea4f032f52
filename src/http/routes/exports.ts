import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { decide, type Principal, signInRequired } from '../../access/index.ts';
import { DocumentsError, type ExportState } from '../../documents/index.ts';
import { EXPORT, type ExportRequest } from '../../jobs/index.ts';
import { actorOf, assertMatches, rangeOf } from '../conditions.ts';
import { begun } from '../content.ts';
import { askerOf } from '../later.ts';
import { operationLink } from '../operation-views.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import { assertMayExportAll } from '../route-policy.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shortBody } from './document-api.ts';
import { serve } from './serve.ts';

// Archives of what a tenant has, or a person.

const FRESH = { 'Cache-Control': 'no-store' };
const TAR = 'application/x-tar';
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const time = z.iso.datetime().openapi({ description: 'UTC.' });
const count = z.number().int();

const exportSchema = z
  .object({
    id: z.string(),
    scope: z.enum(['tenant', 'own']),
    status: z.enum(['preparing', 'ready', 'failed']),
    reason: z.string().nullable().openapi({ description: 'Why it failed: the code of a problem.' }),
    createdAt: time,
    createdBy: z.string(),
    expiresAt: time,
    size: count.nullable().openapi({ description: 'Bytes of the archive, once it is ready.' }),
    manifest: z.string().nullable().openapi({ description: 'SHA-256 of its manifest.' }),
    counts: z.object({
      ...{ documents: count, redlines: count, versions: count, events: count, files: count, bytes: count },
    }),
    links: z.object({ self: z.string(), content: z.string() }),
  })
  .openapi('Export');

const newExportSchema = z
  .strictObject({
    scope: z.enum(['tenant', 'own']).default('own').openapi({
      description:
        '`own`: documents that you own. `tenant`: everything; for administrators and keys with `portability:manage`.',
    }),
  })
  .openapi('NewExport');

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const one = { description: 'The export.', content: json(exportSchema) };

const startExport = createRoute({
  method: 'post',
  path: '/v1/exports',
  summary: 'Begin an archive of documents, versions, comments and the audit trail',
  description:
    'Every file stands in it with its SHA-256. It is prepared behind the answer and can be fetched for a day. `Link` with `rel="monitor"` names the operation that does so, which can be followed and cancelled.',
  middleware: shortBody,
  request: { body: { required: true, content: json(newExportSchema) } },
  responses: { 202: one, ...problemResponses },
});

const getExport = createRoute({
  method: 'get',
  path: '/v1/exports/{id}',
  summary: 'How far an export is',
  request: { params },
  responses: { 200: one, ...problemResponses },
});

const binary = { [TAR]: { schema: z.string().openapi({ format: 'binary' }) } };

const getContent = createRoute({
  method: 'get',
  path: '/v1/exports/{id}/content',
  summary: 'The archive, or a range of it',
  description: 'A download that was cut goes on with `Range`: the same bytes are made again.',
  request: {
    params,
    headers: z.object({ range: z.string().optional().openapi({ example: 'bytes=1048576-' }) }),
  },
  responses: {
    200: { description: 'The archive.', content: binary },
    206: { description: 'The range that was asked for.', content: binary },
    ...problemResponses,
  },
});

/** What goes out. */
export function addExportRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { exports } = services;
  app.openapi(startExport, async (c) => {
    const actor = actorOf(c);
    const { scope } = c.req.valid('json');
    if (scope === 'tenant') await assertMayExportAll(c, services.library);
    const [subject = ''] = actor.subjects;
    const of =
      scope === 'tenant'
        ? ({ kind: 'tenant' } as const)
        : ({ kind: 'person', subject, actor: actor.id } as const);
    const state = await exports.start(actor, of);
    const { id } = state.facts;
    const request: ExportRequest = { export: id, scope };
    const asked = { kind: EXPORT, priority: 'normal', request, actor: askerOf(c) } as const;
    const operation = await services.operations.accept(asked);
    c.set('audited', { object: id });
    const headers = {
      ...FRESH,
      Location: pathOf(state),
      Link: `<${operationLink(operation.id)}>; rel="monitor"`,
    };
    return c.json(viewExport(state), 202, headers);
  });
  app.openapi(getExport, async (c) => {
    const state = await exports.find(actorOf(c), c.req.valid('param').id, isManaging(c));
    return c.json(viewExport(state), 200, FRESH);
  });
  serve(app, getContent, async (c) => {
    const state = await exports.find(actorOf(c), c.req.param('id') ?? '', isManaging(c));
    if (state.status !== 'ready') throw new DocumentsError('exports/not-ready', 'The export is not ready.');
    const { size, manifest, facts } = state;
    const etag = `"${manifest}"`;
    const headers = {
      'Content-Type': TAR,
      'Content-Disposition': `attachment; filename="redline-${facts.tenant}-${facts.at.slice(0, 10)}.tar"`,
      ETag: etag,
      'Accept-Ranges': 'bytes',
      ...FRESH,
    };
    assertMatches(c, etag);
    const range = rangeOf(c, size, etag);
    const { start, end } = range ?? { start: 0, end: size };
    const lengths = { ...headers, 'Content-Length': String(end - start) };
    if (c.req.method === 'HEAD') return c.body(null, 200, { ...headers, 'Content-Length': String(size) });
    // An erasure takes the plans of archives.
    const look = () => exports.assertKept(state);
    const stream = await begun(c, exports.bytes(state, { start, end }), look);
    if (range === null) return c.body(stream, 200, lengths);
    return c.body(stream, 206, { ...lengths, 'Content-Range': `bytes ${start}-${end - 1}/${size}` });
  });
}

function isManaging(c: Context<HttpEnv>): boolean {
  return decide(principalOf(c), 'exports.all', null).outcome === 'allow';
}

function principalOf(c: Context<HttpEnv>): Principal {
  const principal = c.get('principal');
  if (principal === undefined) throw signInRequired();
  return principal;
}

function pathOf({ facts }: ExportState): string {
  return `/v1/exports/${facts.id}`;
}

function viewExport(state: ExportState): z.output<typeof exportSchema> {
  const { facts, status, reason, expiresAt, size, manifest, counts } = state;
  const self = pathOf(state);
  return {
    ...{ id: facts.id, scope: facts.scope.kind === 'tenant' ? 'tenant' : 'own', status, reason },
    ...{ createdAt: facts.at, createdBy: facts.by, expiresAt: new Date(expiresAt).toISOString() },
    ...{ size: status === 'ready' ? size : null, manifest, counts },
    links: { self, content: `${self}/content` },
  };
}

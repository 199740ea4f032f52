import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DocumentsError, type Erasure } from '../../documents/index.ts';
import { actorOf } from '../conditions.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { shortBody } from './document-api.ts';

const FRESH = { 'Cache-Control': 'no-store' };
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const time = z.iso.datetime().openapi({ description: 'UTC.' });
const place = z.object({ sequence: z.number().int(), hash: z.string() }).nullable();

const countsSchema = z
  .object({
    redlines: z.number().int(),
    heads: z.number().int().openapi({ description: 'Earlier generations of heads.' }),
    pages: z.number().int(),
    contents: z.number().int(),
    keys: z.number().int().openapi({ description: 'Keys that were destroyed.' }),
    answers: z.number().int().openapi({ description: 'Answers that were kept for requests sent again.' }),
  })
  .openapi('ErasureCounts');

const erasureSchema = z
  .object({
    document: z.string(),
    state: z.enum(['begun', 'closed', 'done']).openapi({
      description: '`closed`: nobody sees or changes it any more. `done`: it is gone.',
    }),
    by: z.string(),
    reason: z.string(),
    begunAt: time,
    doneAt: time.nullable(),
    removed: countsSchema.nullable(),
    certificate: z.url().nullable(),
  })
  .openapi('Erasure');

const certificateSchema = z
  .object({
    ...{ format: z.literal(1), kind: z.literal('document'), tenant: z.string(), subject: z.string() },
    by: z.object({ kind: z.string(), id: z.string() }),
    ...{ reason: z.string(), begunAt: time, doneAt: time, removed: countsSchema },
    remains: z.array(z.object({ what: z.string(), why: z.string() })),
    before: place.openapi({ description: 'The end of the audit chain before.' }),
    event: place.openapi({ description: 'The event of the erasure.' }),
    ...{ key: z.string(), signature: z.string() },
  })
  .openapi('ErasureCertificate', {
    description: 'Signed with Ed25519 over its canonical JSON (RFC 8785) without `signature`.',
  });

const id = z.string().openapi({ param: { name: 'id', in: 'path' }, description: 'Of the document.' });

const begin = createRoute({
  method: 'post',
  path: '/v1/erasures',
  summary: 'Erase a document for good, with all its versions and redlines; for administrators',
  description: 'It cannot be taken back. Asked again, what was begun goes on.',
  middleware: shortBody,
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            document: z.string().max(64),
            reason: z.string().trim().min(1).max(200).openapi({
              description: 'Stands in the certificate: name no person and no text of the document.',
            }),
          })
          .openapi('NewErasure'),
      ),
    },
  },
  responses: {
    201: { description: 'It is erased.', content: json(erasureSchema) },
    ...problemResponses,
  },
});

const get = createRoute({
  method: 'get',
  path: '/v1/erasures/{id}',
  summary: 'What became of an erasure; for administrators',
  request: { params: z.object({ id }) },
  responses: { 200: { description: 'It.', content: json(erasureSchema) }, ...problemResponses },
});

const certificate = createRoute({
  method: 'get',
  path: '/v1/erasures/{id}/certificate',
  summary: 'The signed certificate of an erasure; for administrators',
  request: { params: z.object({ id }) },
  responses: {
    200: { description: 'What was removed, what remains and why.', content: json(certificateSchema) },
    ...problemResponses,
  },
});

/** Erasing for good. The policy says who may. */
export function addErasureRoutes(app: OpenAPIHono<HttpEnv>, { erasures }: HttpServices): void {
  app.openapi(begin, async (c) => {
    const { document, reason } = c.req.valid('json');
    if (/^d_[\w-]{1,62}$/.test(document)) c.set('audited', { object: document, document });
    const erasure = await erasures.erase(actorOf(c), document, reason);
    return c.json(view(c, erasure), 201, { ...FRESH, Location: addressOf(document) });
  });
  app.openapi(get, async (c) =>
    c.json(view(c, await erasures.find(actorOf(c), c.req.valid('param').id)), 200, FRESH),
  );
  app.openapi(certificate, async (c) => {
    const { certificate: signed } = await erasures.find(actorOf(c), c.req.valid('param').id);
    if (signed === null) {
      throw new DocumentsError('erasures/not-found', 'The erasure has no certificate.');
    }
    // Only the erasure itself wrote it.
    return c.json(signed as z.output<typeof certificateSchema>, 200, FRESH);
  });
}

function view(c: Context<HttpEnv>, erasure: Erasure) {
  const { document, state, by, reason, begunAt, doneAt, counts, certificate: signed } = erasure;
  const address = new URL(`${addressOf(document)}/certificate`, c.req.url).href;
  return {
    ...{ document, state, by: by.id, reason, begunAt, doneAt, removed: counts },
    certificate: signed === null ? null : address,
  };
}

function addressOf(document: string): string {
  return `/v1/erasures/${document}`;
}

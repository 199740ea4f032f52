import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DocumentsError, type Erasure, isPerson, type PersonErasure } from '../../documents/index.ts';
import { ERASURE, type ErasureRequest } from '../../jobs/index.ts';
import { actorOf } from '../conditions.ts';
import { answerLater, isForLater } from '../later.ts';
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

const personCountsSchema = z
  .object({
    sessions: z.number().int(),
    memberships: z.number().int().openapi({ description: 'Parts in documents.' }),
    keys: z.number().int().openapi({ description: 'Keys for programs.' }),
    groups: z.number().int(),
    records: z.number().int().openapi({ description: 'Of who they were, with the key of their addresses.' }),
    answers: z.number().int().openapi({ description: 'Answers that were kept for requests sent again.' }),
    operations: z.number().int().openapi({ description: 'What they had asked for that takes longer.' }),
  })
  .openapi('PersonErasureCounts');
const removedSchema = z.union([countsSchema, personCountsSchema]);

const erasureSchema = z
  .object({
    document: z.string().nullable().openapi({ description: '`null` for a person.' }),
    person: z.string().nullable().openapi({ description: '`null` for a document.' }),
    state: z.enum(['begun', 'closed', 'gone', 'done']).openapi({
      description:
        '`closed`: nobody sees or changes it any more; the person is in no document. `gone`: nothing says who the person was. `done`: it is gone, and proved.',
    }),
    by: z.string(),
    reason: z.string(),
    begunAt: time,
    doneAt: time.nullable(),
    removed: removedSchema.nullable(),
    certificate: z.url().nullable(),
  })
  .openapi('Erasure');

const certificateSchema = z
  .object({
    ...{ format: z.literal(1), kind: z.enum(['document', 'person']) },
    ...{ tenant: z.string(), subject: z.string() },
    by: z.object({ kind: z.string(), id: z.string() }),
    ...{ reason: z.string(), begunAt: time, doneAt: time, removed: removedSchema },
    remains: z.array(z.object({ what: z.string(), why: z.string() })),
    before: place.openapi({ description: 'The end of the audit chain before.' }),
    event: place.openapi({ description: 'The event of the erasure.' }),
    ...{ key: z.string(), signature: z.string() },
  })
  .openapi('ErasureCertificate', {
    description: 'Signed with Ed25519 over its canonical JSON (RFC 8785) without `signature`.',
  });

const id = z
  .string()
  .openapi({ param: { name: 'id', in: 'path' }, description: 'Of the document or the person.' });

const begin = createRoute({
  method: 'post',
  path: '/v1/erasures',
  summary: 'Erase a document, or who a person is, for good; for administrators',
  description:
    'It cannot be taken back. Asked again, what was begun goes on. What a person alone owns has to be given away before.',
  middleware: shortBody,
  request: {
    body: {
      required: true,
      content: json(
        z
          .strictObject({
            document: z.string().max(64).optional(),
            person: z.string().max(64).optional(),
            reason: z.string().trim().min(1).max(200).openapi({
              description: 'Stands in the certificate: name no person and no text of the document.',
            }),
          })
          .refine(({ document, person }) => (document === undefined) !== (person === undefined), {
            error: 'Name exactly one: "document" or "person".',
          })
          .openapi('NewErasure'),
      ),
    },
  },
  responses: {
    201: { description: 'It is erased.', content: json(erasureSchema) },
    202: {
      description:
        'With `Prefer: respond-async` it is erased later, and what `Location` names says how far it is. It cannot be cancelled once it is begun.',
    },
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
export function addErasureRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { erasures, personErasures } = services;
  const find = async (c: Context<HttpEnv>, subject: string): Promise<Erasure | PersonErasure> =>
    isPerson(subject)
      ? await personErasures.begun.find(actorOf(c).tenant, subject)
      : await erasures.begun.find(actorOf(c).tenant, subject);
  app.openapi(begin, async (c) => {
    const { document = '', person, reason } = c.req.valid('json');
    if (isForLater(c, 0)) {
      const request: ErasureRequest = { subject: person ?? document, reason };
      // It names no document: with that it would be erased itself.
      return await answerLater(c, services, { kind: ERASURE, request }, {});
    }
    if (person !== undefined) {
      c.set('audited', { type: 'person.erased', ...(isPerson(person) ? { object: person } : {}) });
      const erased = await personErasures.erase(actorOf(c), person, reason);
      return c.json(view(c, erased), 201, { ...FRESH, Location: addressOf(person) });
    }
    if (/^d_[\w-]{1,62}$/.test(document)) c.set('audited', { object: document, document });
    const erasure = await erasures.erase(actorOf(c), document, reason);
    return c.json(view(c, erasure), 201, { ...FRESH, Location: addressOf(document) });
  });
  app.openapi(get, async (c) => c.json(view(c, await find(c, c.req.valid('param').id)), 200, FRESH));
  app.openapi(certificate, async (c) => {
    const { certificate: signed } = await find(c, c.req.valid('param').id);
    if (signed === null) {
      throw new DocumentsError('erasures/not-found', 'The erasure has no certificate.');
    }
    // Only the erasure itself wrote it.
    return c.json(signed as z.output<typeof certificateSchema>, 200, FRESH);
  });
}

function view(c: Context<HttpEnv>, erasure: Erasure | PersonErasure) {
  const { state, by, reason, begunAt, doneAt, counts, certificate: signed } = erasure;
  const document = 'document' in erasure ? erasure.document : null;
  const person = 'person' in erasure ? erasure.person : null;
  const address = new URL(`${addressOf(document ?? person ?? '')}/certificate`, c.req.url).href;
  return {
    ...{ document, person, state, by: by.id, reason, begunAt, doneAt, removed: counts },
    certificate: signed === null ? null : address,
  };
}

function addressOf(subject: string): string {
  return `/v1/erasures/${subject}`;
}

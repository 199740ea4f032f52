import { createRoute, z } from '@hono/zod-openapi';
import { batchPageSchema, batchReportSchema, batchSchema } from '../batch-schemas.ts';
import { DOCX, JSON_TYPE, problemResponses } from '../responses.ts';
import { anew } from './document-api.ts';

// What the routes of batches take and answer, as the OpenAPI document says it; `batches.ts` does it.

const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const one = { description: 'The batch, as it is now.', content: json(batchSchema) };
const request = { $ref: '#/components/schemas/NewBatch' };
const binary = { type: 'string' as const, contentMediaType: DOCX };

/** Files and JSON of one request together: bytes. */
export const MOST_BATCH_BYTES = 128 * 1024 * 1024;

const LIST = '/v1/batches';
const ONE = `${LIST}/{id}` as const;

export const createBatch = createRoute({
  method: 'post',
  path: LIST,
  summary: 'Compare up to 100 pairs of documents',
  description:
    'Pairs of files in the form, uploads, versions of kept documents, or one base against many. Each becomes an operation of its own: what one of them meets holds up no other. The whole request is checked before any of them begins.',
  request: {
    headers: anew,
    body: {
      required: true,
      // Plain schemas: with zod ones the whole body would be buffered before anything could refuse it.
      content: {
        [JSON_TYPE]: { schema: request },
        'multipart/form-data': {
          schema: {
            type: 'object' as const,
            properties: {
              files: {
                type: 'array' as const,
                items: binary,
                maxItems: 200,
                description: `Each has a name of its own and at most 50 MB; all together at most ${MOST_BATCH_BYTES / 1024 / 1024} MB.`,
              },
              options: request,
            },
            required: ['options'],
          },
          encoding: { options: { contentType: JSON_TYPE } },
        },
      },
    },
  },
  responses: { 202: { ...one, description: 'It was taken, and will be done.' }, ...problemResponses },
});

export const listBatches = createRoute({
  method: 'get',
  path: LIST,
  summary: 'Your batches, the latest first',
  request: {
    query: z.strictObject({
      pageSize: z.coerce.number().int().min(1).max(100).default(20),
      pageToken: z.string().max(1000).optional(),
    }),
  },
  responses: { 200: { description: 'A page of them.', content: json(batchPageSchema) }, ...problemResponses },
});

export const getBatch = createRoute({
  method: 'get',
  path: ONE,
  summary: 'How far a batch is, and what became of each pair',
  request: { params },
  responses: { 200: one, ...problemResponses },
});

export const cancelBatch = createRoute({
  method: 'post',
  path: `${ONE}/cancel`,
  summary: 'End a batch; what is done of it stays',
  request: { params, headers: anew },
  responses: { 200: one, ...problemResponses },
});

export const retryBatch = createRoute({
  method: 'post',
  path: `${ONE}/retries`,
  summary: 'Begin those pairs again that failed or were cancelled',
  request: { params, headers: anew },
  responses: { 202: one, ...problemResponses },
});

export const getArchive = createRoute({
  method: 'get',
  path: `${ONE}/archive`,
  summary: 'Every redline of a batch that has ended, and its reports, as a ZIP',
  request: { params },
  responses: {
    200: {
      description: 'The archive.',
      content: { 'application/zip': { schema: z.string().openapi({ format: 'binary' }) } },
    },
    ...problemResponses,
  },
});

const text = { type: 'string' as const };

export const getReport = createRoute({
  method: 'get',
  path: `${ONE}/report`,
  summary: 'What became of every pair of a batch that has ended',
  request: { params },
  responses: {
    200: {
      description: 'By `Accept`: a Word document, JSON or CSV.',
      content: {
        [DOCX]: { schema: binary },
        [JSON_TYPE]: { schema: batchReportSchema },
        'text/csv': { schema: text },
      },
    },
    ...problemResponses,
  },
});

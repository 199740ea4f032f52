import { createRoute, z } from '@hono/zod-openapi';
import { limitBody } from '../body-limit.ts';
import {
  copySchema,
  descriptionSchema,
  documentPageSchema,
  documentSchema,
  listQuerySchema,
} from '../document-schemas.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';

// What the routes of kept documents take and answer, as the OpenAPI document says it; `documents.ts` does it.

const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
const documentParameters = z.object({ id });

export const ifMatch = z.object({
  'if-match': z.string().optional().openapi({
    description:
      'The ETag of the document as it was read, several of which one must be current, or `*` for whatever is. Without it: 428.',
  }),
});
/** A POST that may be sent again. */
export const anew = z.object({
  'idempotency-key': z
    .string()
    .optional()
    .openapi({ description: 'Sent again, the request is not done again.' }),
});
const lease = z.object({
  'lease-id': z.string().optional().openapi({
    description: 'A lease of one’s own: the request is carried out only as long as it lasts. Otherwise: 412.',
  }),
});
/** A change of a document that is there. */
export const both = ifMatch.extend(anew.shape).extend(lease.shape);

/** A description is short; nothing longer is read. */
export const shortBody = limitBody();

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });
const documentAnswer = {
  description: 'The document; its ETag in the header too.',
  content: json(documentSchema),
};
const created = { 201: { ...documentAnswer, description: 'The new document.' }, ...problemResponses };
const changed = { 200: documentAnswer, ...problemResponses };

// A plain schema: with a zod one the whole body would be buffered before anything could refuse it.
const fileForm = (options?: string) => ({
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        required: ['file'],
        properties: {
          file: {
            type: 'string' as const,
            contentMediaType: 'application/octet-stream',
            description: 'At most 50 MB.',
          },
          ...(options === undefined ? {} : { options: { $ref: `#/components/schemas/${options}` } }),
        },
      },
      ...(options === undefined ? {} : { encoding: { options: { contentType: JSON_TYPE } } }),
    },
  },
});

export const createDocument = createRoute({
  method: 'post',
  path: '/v1/documents',
  summary: 'Keep a document',
  request: { headers: anew, body: fileForm('NewDocument') },
  responses: created,
});

export const listDocuments = createRoute({
  method: 'get',
  path: '/v1/documents',
  summary: 'List documents',
  request: { query: listQuerySchema },
  responses: { 200: { description: 'A page.', content: json(documentPageSchema) }, ...problemResponses },
});

export const getDocument = createRoute({
  method: 'get',
  path: '/v1/documents/{id}',
  summary: 'A document',
  request: { params: documentParameters },
  responses: { ...changed, 304: { description: 'It is as `If-None-Match` says.' } },
});

export const describeDocument = createRoute({
  method: 'patch',
  path: '/v1/documents/{id}',
  summary: 'Rename or label a document',
  middleware: shortBody,
  request: { params: documentParameters, headers: both, body: body(descriptionSchema) },
  responses: changed,
});

export const deleteDocument = createRoute({
  method: 'delete',
  path: '/v1/documents/{id}',
  summary: 'Delete a document, so that it can be restored',
  request: { params: documentParameters, headers: both },
  responses: changed,
});

export const restoreDocument = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/restore',
  summary: 'Take the deletion of a document back',
  request: { params: documentParameters, headers: both },
  responses: changed,
});

export const copyDocument = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/copies',
  summary: 'A new document with the bytes of this one',
  middleware: shortBody,
  request: { params: documentParameters, headers: anew, body: body(copySchema) },
  responses: created,
});

export const addVersion = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/versions',
  summary: 'Add a version',
  request: { params: documentParameters, headers: both, body: fileForm() },
  responses: created,
});

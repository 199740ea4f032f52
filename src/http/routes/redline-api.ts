import { createRoute, z } from '@hono/zod-openapi';
import { redlinePageSchema, redlineSchema, redlinesQuerySchema, sideSchema } from '../redline-schemas.ts';
import { DOCX, JSON_TYPE, problemResponses } from '../responses.ts';
import { certificateSchema } from '../schemas.ts';
import { anew, both, shortBody } from './document-api.ts';
import { combineOptions, MOST_COPIES } from './edit.ts';

// What the routes of kept redlines take and answer, as the OpenAPI document says it; `redlines.ts` does it.

const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
const redline = z.string().openapi({ param: { name: 'redline', in: 'path' } });
const documentParameters = z.object({ id });
const redlineParameters = z.object({ id, redline });

const COLLECTION = '/v1/documents/{id}/redlines';
const ONE = `${COLLECTION}/{redline}` as const;

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const redlineAnswer = {
  description: 'The redline; its ETag in the header too.',
  content: json(redlineSchema),
};
const created = { 201: { ...redlineAnswer, description: 'The new redline.' }, ...problemResponses };
const changed = { 200: redlineAnswer, ...problemResponses };

const MADE_LATER = {
  description:
    'With `Prefer: respond-async` it is made later, and what `Location` names says how far it is. The redline is among the results of that.',
};

const binary = { type: 'string' as const, contentMediaType: DOCX };
const request = { $ref: '#/components/schemas/NewRedline' };

export const createRedline = createRoute({
  method: 'post',
  path: COLLECTION,
  summary: 'Compare versions of a document and keep the redline',
  description:
    'Two versions of the document, versions of other documents, uploads that are complete, or a file in the form itself, of which nothing but the redline is kept. The document does not change; what was compared is pinned by number and SHA-256.',
  request: {
    params: documentParameters,
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
              original: { ...binary, description: 'At most 50 MB; instead of `original` in the options.' },
              modified: { ...binary, description: 'At most 50 MB; instead of `modified` in the options.' },
              options: request,
            },
          },
          encoding: { options: { contentType: JSON_TYPE } },
        },
      },
    },
  },
  responses: {
    ...created,
    202: MADE_LATER,
  },
});

const combination = { $ref: '#/components/schemas/NewCombination' };

/** The body of a new combination, or the form's field `options`. */
export const newCombinationSchema = z
  .strictObject({
    base: sideSchema.optional().openapi({
      description: 'What the reviewers were given; the current version of this document by default.',
    }),
    copies: z
      .array(sideSchema)
      .max(MOST_COPIES)
      .default([])
      .openapi({ description: 'Their copies; files of the form follow behind.' }),
    name: z.string().min(1).max(255).optional(),
    options: combineOptions,
  })
  .openapi('NewCombination', {
    description: '`options.reviewers` names who made each copy, in their order.',
  });

export const createCombination = createRoute({
  method: 'post',
  path: `${COLLECTION}/combinations`,
  summary: 'Combine the copies of several reviewers and keep the redline',
  description:
    'One redline of a base with the changes of each reviewer, as POST /v1/combinations makes it. It is kept among the redlines of the document; the result of its version 1 lists the conflicts.',
  request: {
    params: documentParameters,
    headers: anew,
    body: {
      required: true,
      content: {
        [JSON_TYPE]: { schema: combination },
        'multipart/form-data': {
          schema: {
            type: 'object' as const,
            properties: {
              base: { ...binary, description: 'At most 50 MB; instead of `base` in the options.' },
              copies: { type: 'array' as const, items: binary, maxItems: MOST_COPIES },
              options: combination,
            },
          },
          encoding: { options: { contentType: JSON_TYPE } },
        },
      },
    },
  },
  responses: { ...created, 202: MADE_LATER },
});

export const listRedlines = createRoute({
  method: 'get',
  path: COLLECTION,
  summary: 'The redlines of a document',
  request: { params: documentParameters, query: redlinesQuerySchema },
  responses: { 200: { description: 'A page.', content: json(redlinePageSchema) }, ...problemResponses },
});

export const getRedline = createRoute({
  method: 'get',
  path: ONE,
  summary: 'A redline',
  request: { params: redlineParameters },
  responses: { ...changed, 304: { description: 'It is as `If-None-Match` says.' } },
});

export const renameRedline = createRoute({
  method: 'patch',
  path: ONE,
  summary: 'Rename a redline',
  middleware: shortBody,
  request: {
    params: redlineParameters,
    headers: both,
    body: { required: true, content: json(z.strictObject({ name: z.string().min(1).max(255) })) },
  },
  responses: changed,
});

export const deleteRedline = createRoute({
  method: 'delete',
  path: ONE,
  summary: 'Delete a redline, so that it can be restored',
  request: { params: redlineParameters, headers: both },
  responses: changed,
});

export const restoreRedline = createRoute({
  method: 'post',
  path: `${ONE}/restore`,
  summary: 'Take the deletion of a redline back',
  request: { params: redlineParameters, headers: both },
  responses: changed,
});

export const getCertificate = createRoute({
  method: 'get',
  path: `${ONE}/certificate`,
  summary: 'What was proven of version 1 of a redline',
  description: 'Of that version alone: what was decided or edited later is not what was compared.',
  request: { params: redlineParameters },
  responses: {
    200: { description: 'The certificate.', content: json(certificateSchema) },
    ...problemResponses,
  },
});

import { createRoute, z } from '@hono/zod-openapi';
import { DOCX, JSON_TYPE, PDF, problemResponses } from '../responses.ts';
import { comparisonSchema } from '../schemas.ts';

// What the routes of comparisons take and answer, as the OpenAPI document says it; `comparisons.ts` does it.

/** The redline, it as a page or printed, its change report, or the report of the comparison with links. */
export const COMPARISON_FORMATS = ['docx', 'html', 'report', 'json', 'pdf'] as const;
export type ComparisonFormat = (typeof COMPARISON_FORMATS)[number];

const idParameter = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const binary = { type: 'string', contentMediaType: DOCX } as const;
const docxContent = { [DOCX]: { schema: binary } };

export const createComparison = createRoute({
  method: 'post',
  path: '/v1/comparisons',
  summary: 'Compare two Word documents',
  description: `Answers with the redline itself; as \`Accept\` or \`format\` wants it, with a page, a PDF, a change report (of which \`Accept\` chooses the form, as at /v1/reports), or with the report of the comparison and links that answer for one hour. No document is kept beyond that; of all but the last nothing is kept at all.`,
  request: {
    query: z.object({
      // Checked where it is read, so that the refusal is a problem like all others.
      format: z
        .unknown()
        .optional()
        .openapi({ type: 'string', enum: [...COMPARISON_FORMATS], description: 'Instead of `Accept`.' }),
    }),
    body: {
      required: true,
      // A plain schema: with a zod one the whole body would be buffered before anything could refuse it.
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: ['original', 'modified'],
            properties: {
              original: { ...binary, description: 'The earlier version, at most 50 MB.' },
              modified: { ...binary, description: 'The later version, at most 50 MB.' },
              options: { $ref: '#/components/schemas/CompareOptions' },
            },
          },
          encoding: { options: { contentType: JSON_TYPE } },
        },
      },
    },
  },
  responses: {
    200: {
      description:
        'The redline. `Redline-Counts` (RFC 9651) says what was found, `Repr-Digest` (RFC 9530) its SHA-256. Or what else was asked for.',
      content: {
        ...docxContent,
        'text/html': { schema: { type: 'string' } },
        'text/csv': { schema: { type: 'string' } },
        [PDF]: { schema: { type: 'string', contentMediaType: PDF } },
      },
    },
    201: {
      description: 'The report and links to the redline.',
      content: { [JSON_TYPE]: { schema: comparisonSchema } },
    },
    202: {
      description:
        'It is compared later, and what `Location` names says how far it is: because of `Prefer: respond-async`, or as the documents are large and there is no `Prefer: wait`. The result is a report with links.',
    },
    ...problemResponses,
  },
});

export const getComparison = createRoute({
  method: 'get',
  path: '/v1/comparisons/{id}',
  summary: 'The report of a comparison',
  request: { params: idParameter },
  responses: {
    200: { description: 'The report and links.', content: { [JSON_TYPE]: { schema: comparisonSchema } } },
    ...problemResponses,
  },
});

export const getRedline = createRoute({
  method: 'get',
  path: '/v1/comparisons/{id}/redline',
  summary: 'The redline of a comparison',
  request: { params: idParameter },
  responses: {
    200: { description: 'The Word document.', content: docxContent },
    304: { description: 'It is the one that `If-None-Match` names.' },
    ...problemResponses,
  },
});

export const getHtml = createRoute({
  method: 'get',
  path: '/v1/comparisons/{id}/html',
  summary: 'The redline of a comparison as a page',
  description:
    'One HTML page that stands alone: no script, nothing from elsewhere. Insertions are `ins`, deletions `del`; all that bears one `data-change` is one change.',
  request: { params: idParameter },
  responses: {
    200: { description: 'The page.', content: { 'text/html': { schema: { type: 'string' } } } },
    304: { description: 'It is the one that `If-None-Match` names.' },
    ...problemResponses,
  },
});

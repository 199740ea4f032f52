import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { JSONValue } from 'hono/utils/types';
import { docxHeaders, present, resultOf, sendPart } from '../kept.ts';
import { DOCX, JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { describeKept, keptSchema } from './answers.ts';

const idParameter = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });

const getResult = createRoute({
  method: 'get',
  path: '/v1/results/{id}',
  summary: 'The report of an operation on a document',
  request: { params: idParameter },
  responses: {
    200: {
      description: 'The report and links.',
      content: { [JSON_TYPE]: { schema: keptSchema(z.looseObject({})) } },
    },
    ...problemResponses,
  },
});

const getDocument = createRoute({
  method: 'get',
  path: '/v1/results/{id}/document',
  summary: 'The document that an operation gave back',
  request: { params: idParameter },
  responses: {
    200: {
      description: 'The Word document.',
      content: { [DOCX]: { schema: { type: 'string', contentMediaType: DOCX } as const } },
    },
    304: { description: 'It is the one that `If-None-Match` names.' },
    ...problemResponses,
  },
});

/** What operations gave back when they were asked for JSON, for one hour. */
export function addResultRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  app.openapi(getResult, async (c) => {
    const { id } = c.req.valid('param');
    const { saved, report } = present(await services.results.report(resultOf(c, 'results', id)));
    // It was written by this service, as JSON.
    const answer = describeKept(id, saved.expiresAt, report as JSONValue);
    return c.json(answer, 200, { 'Cache-Control': 'private, no-cache' });
  });
  app.openapi(getDocument, (c) => {
    const kept = { ...resultOf(c, 'results', c.req.valid('param').id), part: 'document' } as const;
    return sendPart(c, services, kept, (sha256) => docxHeaders(sha256, 'document.docx'));
  });
}

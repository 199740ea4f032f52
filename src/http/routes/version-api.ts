import { createRoute, z } from '@hono/zod-openapi';
import {
  documentSchema,
  versionPageSchema,
  versionSchema,
  versionsQuerySchema,
} from '../document-schemas.ts';
import { redlineSchema } from '../redline-schemas.ts';
import { DOCX, JSON_TYPE, problemResponses } from '../responses.ts';
import { both } from './document-api.ts';

// What is kept in versions has the same routes below its address, be it a document or a redline of one.

export interface Place {
  readonly base: string;
  readonly noun: 'document' | 'redline';
  /** What the state of one is answered as. */
  readonly schema: z.ZodType;
  readonly params: z.ZodObject;
}

const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
const redline = z.string().openapi({ param: { name: 'redline', in: 'path' } });
const number = z.coerce
  .number()
  .int()
  .positive()
  .openapi({ param: { name: 'number', in: 'path' } });

export const DOCUMENT_PLACE: Place = {
  base: '/v1/documents/{id}',
  noun: 'document',
  schema: documentSchema,
  params: z.object({ id }),
};

export const REDLINE_PLACE: Place = {
  base: '/v1/documents/{id}/redlines/{redline}',
  noun: 'redline',
  schema: redlineSchema,
  params: z.object({ id, redline }),
};

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const file = { [DOCX]: { schema: { type: 'string', contentMediaType: DOCX } as const } };
export const contentAnswers = {
  200: { description: 'The bytes; the ETag is made of their SHA-256.', content: file },
  206: { description: 'The range of them that `Range` asks for.', content: file },
  304: { description: 'They are those that `If-None-Match` names.' },
  ...problemResponses,
};

/** The routes of versions of one place. */
export function versionRoutes({ base, noun, schema, params }: Place) {
  const numbered = params.extend({ number });
  const one = `${base}/versions/{number}`;
  const content = (path: string, of: z.ZodObject, summary: string) =>
    createRoute({ method: 'get', path, summary, request: { params: of }, responses: contentAnswers });
  return {
    list: createRoute({
      method: 'get',
      path: `${base}/versions`,
      summary: `The versions of a ${noun}, the latest first`,
      request: { params, query: versionsQuerySchema },
      responses: { 200: { description: 'A page.', content: json(versionPageSchema) }, ...problemResponses },
    }),
    get: createRoute({
      method: 'get',
      path: one,
      summary: `A version of a ${noun}`,
      request: { params: numbered },
      responses: { 200: { description: 'The version.', content: json(versionSchema) }, ...problemResponses },
    }),
    restore: createRoute({
      method: 'post',
      path: `${one}/restore`,
      summary: `Make an earlier version of a ${noun} the current one, as a new version`,
      description: 'That takes back whatever was done since.',
      request: { params: numbered, headers: both },
      responses: {
        201: { description: `The ${noun}; its ETag in the header too.`, content: json(schema) },
        ...problemResponses,
      },
    }),
    content: content(`${base}/content`, params, `The bytes of the current version of a ${noun}`),
    versionContent: content(`${one}/content`, numbered, `The bytes of a version of a ${noun}`),
    result: createRoute({
      method: 'get',
      path: `${one}/result`,
      summary: `What the operation said that made a version of a ${noun}`,
      description:
        'The report of a comparison or combination, of decisions, edits or a cleaning, as the stateless operations give it.',
      request: { params: numbered },
      responses: {
        200: { description: 'The result.', content: json(z.looseObject({})) },
        ...problemResponses,
      },
    }),
  };
}

import { createRoute, z } from '@hono/zod-openapi';
import { LINK_LIFETIME_MS } from '../../documents/index.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import { both, shortBody } from './document-api.ts';
import type { Place } from './version-api.ts';

const seconds = (ms: number): number => ms / 1000;
const { least, most, byDefault } = LINK_LIFETIME_MS;

const newLinkSchema = z
  .strictObject({
    version: z
      .number()
      .int()
      .positive()
      .optional()
      .openapi({ description: 'The current one, whichever that is, by default.' }),
    lifetimeSeconds: z.number().int().min(seconds(least)).max(seconds(most)).default(seconds(byDefault)),
    disposition: z
      .enum(['attachment', 'inline'])
      .default('attachment')
      .openapi({ description: '`inline`: a browser may show it instead of saving it.' }),
  })
  .openapi('NewLink');

const linkSchema = z
  .object({
    id: z.string().openapi({ description: 'Names the link to whoever revokes it; opens nothing.' }),
    expiresAt: z.iso.datetime(),
    version: z.number().int().nullable(),
    disposition: z.enum(['attachment', 'inline']),
    createdAt: z.iso.datetime(),
    createdBy: z.string(),
  })
  .openapi('Link');

const madeLinkSchema = linkSchema
  .extend({
    url: z
      .url()
      .openapi({ description: 'Whoever has it can read the content until it expires. It is shown once.' }),
  })
  .openapi('MadeLink');

const linkListSchema = z.object({ links: z.array(linkSchema) }).openapi('LinkList');

const link = z.string().openapi({ param: { name: 'link', in: 'path' } });
const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });

/** The routes of links to one place. */
export function linkRoutes({ base, noun, schema, params }: Place) {
  const changed = {
    200: { description: `The ${noun}, and its new ETag.`, content: json(schema) },
    ...problemResponses,
  };
  return {
    create: createRoute({
      method: 'post',
      path: `${base}/links`,
      summary: `Make a link that opens a content of the ${noun} without any other credential`,
      description: `It ends by itself, when the ${noun} is deleted, and when it is revoked.`,
      middleware: shortBody,
      request: { params, body: { required: true, content: json(newLinkSchema) } },
      responses: {
        201: { description: 'The link.', content: json(madeLinkSchema) },
        ...problemResponses,
      },
    }),
    list: createRoute({
      method: 'get',
      path: `${base}/links`,
      summary: `Links of the ${noun} that are alive`,
      description: 'The latest first, without what opens them.',
      request: { params },
      responses: {
        200: { description: 'All of them.', content: json(linkListSchema) },
        ...problemResponses,
      },
    }),
    revoke: createRoute({
      method: 'delete',
      path: `${base}/links/{link}`,
      summary: 'End one link',
      request: { params: params.extend({ link }), headers: both },
      responses: changed,
    }),
    revokeAll: createRoute({
      method: 'delete',
      path: `${base}/links`,
      summary: `End every link of the ${noun}`,
      request: { params, headers: both },
      responses: changed,
    }),
  };
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { LINK_LIFETIME_MS, type Link } from '../../documents/index.ts';
import { changeOf, changeOfDocument } from '../conditions.ts';
import { sendContent } from '../content.ts';
import { roleIn } from '../decisions.ts';
import { etagOf, viewDocument } from '../document-views.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { documentChange, shortBody } from './document-api.ts';
import { contentAnswers } from './version-api.ts';

const id = z.string().openapi({ param: { name: 'id', in: 'path' } });
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
    url: z
      .url()
      .openapi({ description: 'Whoever has it can read the content until it expires. It is shown once.' }),
    expiresAt: z.iso.datetime(),
    version: z.number().int().nullable(),
    disposition: z.enum(['attachment', 'inline']),
  })
  .openapi('Link');

const createLink = createRoute({
  method: 'post',
  path: '/v1/documents/{id}/links',
  summary: 'Make a link that opens a content without any other credential',
  description:
    'It ends by itself, when the document is deleted, and when the links of the document are revoked.',
  middleware: shortBody,
  request: {
    params: z.object({ id }),
    body: { required: true, content: { [JSON_TYPE]: { schema: newLinkSchema } } },
  },
  responses: {
    201: { description: 'The link.', content: { [JSON_TYPE]: { schema: linkSchema } } },
    ...problemResponses,
  },
});

const revokeLinks = createRoute({
  method: 'delete',
  path: '/v1/documents/{id}/links',
  summary: 'End every link of a document',
  ...documentChange,
});

const openLink = createRoute({
  method: 'get',
  path: '/v1/links/{token}',
  summary: 'The content that a link opens',
  request: { params: z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) }) },
  responses: contentAnswers,
});

/** Links that open contents: made, revoked and followed. */
export function addLinkRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { links } = services.library;
  app.openapi(createLink, async (c) => {
    const { version = null, lifetimeSeconds, disposition } = c.req.valid('json');
    const document = c.req.valid('param').id;
    const grant = { document, version, inline: disposition === 'inline' };
    const asked = { ...grant, lifetimeMs: lifetimeSeconds * 1000 };
    return answerLink(c, await links.create(changeOf(c), asked));
  });
  app.openapi(revokeLinks, async (c) => {
    const stored = await links.revoke(changeOfDocument(c, c.req.valid('param').id));
    const headers = { ETag: etagOf(stored.generation), 'Cache-Control': 'no-store' };
    return c.json(viewDocument(stored, roleIn(c, services, stored.head.members)), 200, headers);
  });
  app.openapi(openLink, async (c) => {
    const { grant, reader } = await links.open(c.req.valid('param').token, c.var.requestId);
    const { document, version, inline } = grant;
    c.set('audited', { actor: reader, object: document, document, version });
    return await sendContent(c, services.library.documents, document, version ?? undefined, {
      actor: reader,
      inline,
    });
  });
}

function answerLink(c: Context<HttpEnv>, { token, expiresAt, version, inline, stored }: Link) {
  const link = {
    url: new URL(`/v1/links/${token}`, c.req.url).href,
    expiresAt: new Date(expiresAt).toISOString(),
    version,
    disposition: inline ? ('inline' as const) : ('attachment' as const),
  };
  return c.json(link, 201, { ETag: etagOf(stored.generation), 'Cache-Control': 'no-store' });
}

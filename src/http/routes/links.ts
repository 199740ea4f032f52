import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { LinkedPlace, SharedLink } from '../../documents/index.ts';
import { actorOf, changeOf, changeOfDocument } from '../conditions.ts';
import { sendContent } from '../content.ts';
import { etagOf } from '../document-views.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { subjectOf } from '../subject.ts';
import { linkRoutes } from './link-api.ts';
import { contentAnswers, DOCUMENT_PLACE, type Place, REDLINE_PLACE } from './version-api.ts';

const openLink = createRoute({
  method: 'get',
  path: '/v1/links/{token}',
  summary: 'The content that a link opens',
  request: { params: z.object({ token: z.string().openapi({ param: { name: 'token', in: 'path' } }) }) },
  responses: contentAnswers,
});

/** Links that open contents of documents and redlines: made, listed, revoked and followed. */
export function addLinkRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { library } = services;
  for (const place of [DOCUMENT_PLACE, REDLINE_PLACE]) addPlace(app, services, place);
  app.openapi(openLink, async (c) => {
    const { grant, reader } = await library.links.open(c.req.valid('param').token, c.get('requestId'));
    const { document, redline, version, inline } = grant;
    c.set('audited', { actor: reader, object: redline ?? document, document, version });
    const kept = redline === null ? library.documents : await library.redlines.of(reader, document);
    return await sendContent(c, kept, redline ?? document, version ?? undefined, { actor: reader, inline });
  });
}

function addPlace(app: OpenAPIHono<HttpEnv>, services: HttpServices, place: Place): void {
  const { links } = services.library;
  const { create, list, revoke, revokeAll } = linkRoutes(place);
  app.openapi(create, async (c) => {
    const { version = null, lifetimeSeconds, disposition } = c.req.valid('json');
    const grant = { ...placeOf(c), version, inline: disposition === 'inline' };
    const made = await links.create(changeOf(c), { ...grant, lifetimeMs: lifetimeSeconds * 1000 });
    const url = new URL(`/v1/links/${made.token}`, c.req.url).href;
    return c.json({ ...viewLink(made.link), url }, 201, headersOf(made.stored.generation));
  });
  app.openapi(list, async (c) => {
    const { links: alive, stored } = await links.list(actorOf(c), placeOf(c));
    return c.json({ links: alive.map(viewLink) }, 200, headersOf(stored.generation));
  });
  app.openapi(revokeAll, (c) => answerRevoked(c, services, null));
  app.openapi(revoke, (c) => answerRevoked(c, services, c.req.param('link')));
}

/** @param link all of them where it is `null`. */
async function answerRevoked(c: Context<HttpEnv>, services: HttpServices, link: string | null) {
  const place = placeOf(c);
  const { document: _, ...change } = changeOfDocument(c, place.document);
  const { view } = await subjectOf(c, services);
  const stored = await services.library.links.revoke(change, place, link);
  return c.json(await view(stored), 200, headersOf(stored.generation));
}

function placeOf(c: Context<HttpEnv>): LinkedPlace {
  return { document: c.req.param('id') ?? '', redline: c.req.param('redline') ?? null };
}

function viewLink({ id, expiresAt, version, inline, createdAt, createdBy }: SharedLink) {
  const disposition = inline ? ('inline' as const) : ('attachment' as const);
  return { id, expiresAt, version, disposition, createdAt, createdBy };
}

function headersOf(generation: string) {
  return { ETag: etagOf(generation), 'Cache-Control': 'no-store' };
}

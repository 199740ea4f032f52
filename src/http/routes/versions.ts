import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DocumentsError, type StoredHead } from '../../documents/index.ts';
import { actorOf, changeOfDocument } from '../conditions.ts';
import { sendContent } from '../content.ts';
import { versionsQuerySchema } from '../document-schemas.ts';
import { etagOf, viewVersion } from '../document-views.ts';
import { decodePageToken, encodePageToken } from '../page-token.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { type Subject, subjectOf } from '../subject.ts';
import { serve } from './serve.ts';
import { type Place, versionRoutes } from './version-api.ts';

const FRESH = { 'Cache-Control': 'private, no-cache' };

/** Versions of documents or of redlines: read, and made current again. */
export function addVersionRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices, place: Place): void {
  const routes = versionRoutes(place);
  serve(app, routes.list, async (c) => {
    const { pageSize, pageToken } = versionsQuerySchema.parse(c.req.query());
    const { kept, id, self } = await subjectOf(c, services);
    const before = pageToken === undefined ? undefined : Number(decodePageToken(pageToken, { id }).id);
    const page = await kept.versions(actorOf(c), id, pageSize, before);
    const last = page.at(-1)?.number ?? 1;
    const nextPageToken = last > 1 ? encodePageToken({ value: '', id: String(last) }, { id }) : null;
    return c.json({ versions: page.map((version) => viewVersion(self, version)), nextPageToken }, 200, FRESH);
  });
  serve(app, routes.get, async (c) => {
    const { kept, id, self } = await subjectOf(c, services);
    const { version } = await kept.version(actorOf(c), id, numberOf(c));
    return c.json(viewVersion(self, version), 200, FRESH);
  });
  serve(app, routes.restore, async (c) => {
    const subject = await subjectOf(c, services);
    const change = changeOfDocument(c, subject.id);
    const stored = await subject.kept.restoreVersion(change, numberOf(c));
    return await answerMade(c, subject, stored);
  });
  serve(app, routes.content, async (c) => {
    const { kept, id } = await subjectOf(c, services);
    return await sendContent(c, kept, id);
  });
  serve(app, routes.versionContent, async (c) => {
    const { kept, id } = await subjectOf(c, services);
    return await sendContent(c, kept, id, numberOf(c));
  });
  serve(app, routes.result, async (c) => {
    const { kept, id } = await subjectOf(c, services);
    const actor = actorOf(c);
    const { version } = await kept.version(actor, id, numberOf(c));
    const result = await kept.result(actor, id, version);
    if (result !== null)
      return c.body(JSON.stringify(result), 200, { ...FRESH, 'Content-Type': 'application/json' });
    throw new DocumentsError('documents/no-result', 'No operation made this version.');
  });
}

async function answerMade(
  c: Context<HttpEnv>,
  { self, view }: Subject,
  stored: StoredHead,
): Promise<Response> {
  const headers = { ETag: etagOf(stored.generation), Location: self, 'Cache-Control': 'no-store' };
  return c.body(JSON.stringify(await view(stored)), 201, { ...headers, 'Content-Type': 'application/json' });
}

function numberOf(c: Context<HttpEnv>): number {
  return Number(c.req.param('number'));
}

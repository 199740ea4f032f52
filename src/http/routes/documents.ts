import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { StoredHead } from '../../documents/index.ts';
import { actorOf, changeOf, changeOfDocument, isKnown } from '../conditions.ts';
import { roleIn } from '../decisions.ts';
import { newDocumentSchema } from '../document-schemas.ts';
import { etagOf, linkOf, viewEntry } from '../document-views.ts';
import { takeContent } from '../intake.ts';
import { parseOptions } from '../options.ts';
import { decodePageToken, encodePageToken } from '../page-token.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { viewOf } from '../subject.ts';
import * as api from './document-api.ts';
import { addKeptChanges } from './kept-changes.ts';
import { addKeptReadings } from './kept-readings.ts';
import { UNNAMED } from './shared.ts';
import { DOCUMENT_PLACE } from './version-api.ts';
import { addVersionRoutes } from './versions.ts';

const FRESH = { 'Cache-Control': 'private, no-cache' };

/** Kept documents: what is in them, what is said of them, and their versions. */
export function addDocumentRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  app.openAPIRegistry.register('NewDocument', newDocumentSchema);
  addDocuments(app, services);
  addChanges(app, services);
  addVersions(app, services);
}

function addDocuments(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { library } = services;
  const { documents } = library;
  app.openAPIRegistry.registerPath(api.createDocument);
  app.post('/v1/documents', async (c) => {
    const stored = await takeContent(c, services, async ({ name, content, options }) => {
      const describe = async () => {
        const { name: given, labels } = parseOptions(newDocumentSchema, await options());
        return { name: given ?? (await name()) ?? UNNAMED, labels };
      };
      return await documents.create(changeOf(c), describe, content);
    });
    return await answerCreated(c, services, stored);
  });
  app.openapi(api.listDocuments, async (c) => {
    const { pageToken, pageSize: size, order, ...asked } = c.req.valid('query');
    const query = { ...asked, descending: order === 'descending' };
    const after = pageToken === undefined ? {} : { after: decodePageToken(pageToken, query) };
    const { entries, next } = await library.list(actorOf(c), {
      ...present(query),
      parent: null,
      size,
      ...after,
    });
    const nextPageToken = next === null ? null : encodePageToken(next, query);
    return c.json(
      {
        documents: entries.map((entry) => viewEntry(entry, roleIn(c, services, entry.readers))),
        nextPageToken,
      },
      200,
      FRESH,
    );
  });
  app.openapi(api.getDocument, async (c) => {
    const stored = await documents.get(actorOf(c), c.req.valid('param').id, { deleted: true });
    const headers = { ...FRESH, ETag: etagOf(stored.generation) };
    if (isKnown(c.req.header('if-none-match'), headers.ETag)) return c.body(null, 304, headers);
    return c.json(await viewOf(c, services, stored), 200, headers);
  });
  app.openapi(api.copyDocument, async (c) => {
    const { name, version } = c.req.valid('json');
    const from = { document: c.req.valid('param').id, ...(version === undefined ? {} : { version }) };
    return await answerCreated(c, services, await documents.copy(changeOf(c), from, name));
  });
}

function addChanges(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { documents } = services.library;
  app.openapi(api.describeDocument, async (c) => {
    const change = changeOfDocument(c, c.req.valid('param').id);
    return await answerChanged(c, services, await documents.describe(change, present(c.req.valid('json'))));
  });
  app.openapi(api.deleteDocument, async (c) =>
    answerChanged(c, services, await documents.remove(changeOfDocument(c, c.req.valid('param').id))),
  );
  app.openapi(api.restoreDocument, async (c) =>
    answerChanged(c, services, await documents.undelete(changeOfDocument(c, c.req.valid('param').id))),
  );
}

function addVersions(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { documents } = services.library;
  app.openAPIRegistry.registerPath(api.addVersion);
  app.post('/v1/documents/:id/versions', async (c) => {
    const change = changeOfDocument(c, c.req.param('id'));
    const stored = await takeContent(c, services, ({ content }) => documents.addVersion(change, content));
    return await answerCreated(c, services, stored);
  });
  for (const add of [addVersionRoutes, addKeptReadings, addKeptChanges]) add(app, services, DOCUMENT_PLACE);
}

async function answerCreated(c: Context<HttpEnv>, services: HttpServices, stored: StoredHead) {
  const headers = {
    ETag: etagOf(stored.generation),
    Location: linkOf(stored.head.id),
    'Cache-Control': 'no-store',
  };
  return c.json(await viewOf(c, services, stored), 201, headers);
}

async function answerChanged(c: Context<HttpEnv>, services: HttpServices, stored: StoredHead) {
  return c.json(await viewOf(c, services, stored), 200, {
    ETag: etagOf(stored.generation),
    'Cache-Control': 'no-store',
  });
}

/** Without the members that were not given. */
function present<Given extends object>(
  given: Given,
): { [Key in keyof Given]: Exclude<Given[Key], undefined> } {
  const members = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members) as { [Key in keyof Given]: Exclude<Given[Key], undefined> };
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HttpEnv, HttpServices } from '../services.ts';

/** The bundler puts a hash of the content into the names of these, so they never change. */
const HASHED = '/assets/';

/** Addresses that the application makes a page of by itself. */
const PAGES = [
  '/account',
  '/audit',
  '/work',
  '/webhooks',
  '/documents',
  '/documents/:id',
  '/documents/:id/versions/:number',
  '/documents/:id/redlines/:redline',
];

/** The built web application, at the root. Registered last: every other address wins. */
export function addWebRoutes(app: OpenAPIHono<HttpEnv>, { assetsDirectory }: HttpServices): void {
  const root = join(assetsDirectory, 'web');
  if (!existsSync(join(root, 'index.html'))) {
    app.get('/', (c) => c.redirect('/docs', 302));
    return;
  }
  const servePage = serveStatic<HttpEnv>({ root, rewriteRequestPath: () => '/index.html' });
  for (const page of PAGES) {
    app.get(page, async (c, next) => {
      const answer = await servePage(c, next);
      if (answer instanceof Response) answer.headers.set('Cache-Control', 'no-cache');
      return answer;
    });
  }
  const serve = serveStatic<HttpEnv>({ root });
  app.use('*', async (c, next) => {
    const answer = await serve(c, next);
    if (answer instanceof Response) answer.headers.set('Cache-Control', cacheControl(c.req.path));
    return answer;
  });
}

function cacheControl(path: string): string {
  return path.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

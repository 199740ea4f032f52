import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HttpEnv, HttpServices } from '../services.ts';

/** The bundler puts a hash of the content into the names of these, so they never change. */
const HASHED = '/assets/';

/** The built web application, at the root. Registered last: every other address wins. */
export function addWebRoutes(app: OpenAPIHono<HttpEnv>, { assetsDirectory }: HttpServices): void {
  const root = join(assetsDirectory, 'web');
  if (!existsSync(join(root, 'index.html'))) {
    app.get('/', (c) => c.redirect('/docs', 302));
    return;
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

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
  app.use(
    '*',
    serveStatic<HttpEnv>({
      root,
      onFound: (_path, c) => {
        const immutable = c.req.path.startsWith(HASHED);
        c.header('Cache-Control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
}

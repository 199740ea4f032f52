import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { HttpEnv } from '../services.ts';

/**
 * Serves a route that is made, not written: its parameters, query and body are validated like those of any other, but
 * their types are not known here, so the handler reads them itself.
 */
export function serve(
  app: OpenAPIHono<HttpEnv>,
  route: RouteConfig,
  handle: (c: Context<HttpEnv>) => Response | Promise<Response>,
): void {
  app.openapi(route, handle as never);
}

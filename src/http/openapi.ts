import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HttpEnv } from './services.ts';

export const API_INFO = {
  title: 'Redline API',
  version: '1',
  description:
    'Two versions of a contract in, one Word document with native tracked changes out. Every redline is proven before it leaves: rejecting all changes gives the original, accepting them gives the modified document.',
} as const;

/** The OpenAPI 3.1 document, from the schemas that the routes validate with. */
export function describeApi(app: OpenAPIHono<HttpEnv>): ApiDocument {
  return app.getOpenAPI31Document({ openapi: '3.1.0', info: API_INFO, servers: [{ url: '/' }] });
}

export type ApiDocument = ReturnType<OpenAPIHono<HttpEnv>['getOpenAPI31Document']>;

import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import { JSON_TYPE } from '../responses.ts';
import { healthSchema, liveSchema, readySchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';

const getLive = createRoute({
  method: 'get',
  path: '/health/live',
  summary: 'The process runs',
  responses: { 200: { description: 'It does.', content: { [JSON_TYPE]: { schema: liveSchema } } } },
});

const getReady = createRoute({
  method: 'get',
  path: '/health/ready',
  summary: 'The service takes work',
  responses: {
    200: { description: 'It does.', content: { [JSON_TYPE]: { schema: readySchema } } },
    503: { description: 'It does not.', content: { [JSON_TYPE]: { schema: readySchema } } },
  },
});

const getHealth = createRoute({
  method: 'get',
  path: '/health',
  summary: 'How the service feels',
  responses: { 200: { description: 'Figures.', content: { [JSON_TYPE]: { schema: healthSchema } } } },
});

type Ready = z.infer<typeof readySchema>;
const FRESH = { 'Cache-Control': 'no-store' };

export function addHealthRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  app.openapi(getLive, (c) => c.json({ status: 'ok' as const }, 200, FRESH));
  app.openapi(getReady, async (c) => {
    const ready = await readiness(services);
    return c.json(ready, ready.status === 'ok' ? 200 : 503, FRESH);
  });
  app.openapi(getHealth, async (c) => {
    const { pool, uploads, prints, vitals } = services;
    const figures = {
      pool: pool.state,
      uploadBytesHeld: uploads.held,
      integrityFailures: services.integrity.failures,
      audit: services.auditLag(),
      queue: await services.queueWatch.read(),
      pdf: prints.printer.prints,
      ...vitals(),
    };
    return c.json({ ...(await readiness(services)), ...figures }, 200, FRESH);
  });
}

async function readiness({ pool, blobs }: HttpServices): Promise<Ready> {
  const store = await blobs.probe().then(
    () => true,
    () => false,
  );
  const checks = { pool: pool.ready, store };
  return { status: checks.pool && checks.store ? 'ok' : 'unavailable', checks };
}

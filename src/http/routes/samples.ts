import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { RequestError } from '../errors.ts';
import { DOCX, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';

const SAMPLE = 'services-agreement';
const VERSIONS = ['original', 'modified'] as const;

const getSample = createRoute({
  method: 'get',
  path: '/v1/samples/{name}/{version}',
  summary: 'A contract to try it with',
  description: `The sample \`${SAMPLE}\`, as \`original\` or \`modified\`.`,
  request: {
    params: z.object({
      name: z.string().openapi({ param: { name: 'name', in: 'path' }, example: SAMPLE }),
      version: z.string().openapi({ param: { name: 'version', in: 'path' }, example: 'original' }),
    }),
  },
  responses: {
    200: {
      description: 'A Word document.',
      content: { [DOCX]: { schema: { type: 'string', contentMediaType: DOCX } } },
    },
    ...problemResponses,
  },
});

export function addSampleRoutes(app: OpenAPIHono<HttpEnv>, { assetsDirectory }: HttpServices): void {
  app.openapi(getSample, async (c) => {
    const { name, version } = c.req.valid('param');
    const known = VERSIONS.find((candidate) => candidate === version);
    if (name !== SAMPLE || known === undefined) throw notFound();
    const bytes = await readFile(join(assetsDirectory, 'sample', `${known}.docx`)).catch(() => {
      throw notFound();
    });
    return c.body(bytes, 200, {
      'Content-Type': DOCX,
      'Content-Disposition': `attachment; filename="${SAMPLE}-${known}.docx"`,
      'Cache-Control': 'no-cache',
      'Content-Length': String(bytes.byteLength),
    });
  });
}

function notFound(): RequestError {
  return new RequestError('sample/not-found', `The only sample is ${SAMPLE}, as original and modified.`);
}

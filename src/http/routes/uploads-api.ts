import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv } from '../services.ts';
import { STREAM_TYPE } from '../tus.ts';

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const, example },
});

const HEADERS = {
  'Tus-Resumable': header('The version of the protocol.', '1.0.0'),
  'Upload-Offset': header('Bytes that have arrived and are kept.', '4194304'),
  'Upload-Length': header('Bytes that there will be.', '10485760'),
  'Upload-Expires': header('When the upload is given up.', 'Mon, 23 Nov 2026 12:00:00 GMT'),
};

const uploadSchema = z
  .object({
    id: z.string().openapi({ description: 'Names the upload where a document or a version is made of it.' }),
    offset: z.number().int(),
    size: z.number().int(),
    complete: z.boolean(),
    expiresAt: z.iso.datetime(),
  })
  .openapi('Upload');

const tus = z.object({ 'Tus-Resumable': z.literal('1.0.0') });
const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
// A plain schema: with a zod one the whole body would be buffered.
const piece = {
  content: { [STREAM_TYPE]: { schema: { type: 'string', contentMediaType: STREAM_TYPE } as const } },
};
const checksum = z
  .string()
  .optional()
  .openapi({ description: '`sha1` or `sha256`, a space, and the digest of this body in base64.' });

const ROUTES = [
  createRoute({
    method: 'post',
    path: '/v1/uploads',
    summary: 'Start a resumable upload',
    description:
      'The protocol is tus 1.0.0, for which there are clients in most languages. The body may hold the first bytes. An upload is kept for 24 hours after something last arrived.',
    request: {
      headers: tus.extend({
        'Upload-Length': z.string().openapi({ description: 'Bytes of the whole file, at most 50 MB.' }),
        'Upload-Metadata': z.string().optional(),
        'Upload-Checksum': checksum,
      }),
      body: piece,
    },
    responses: {
      201: {
        description: 'It has begun.',
        headers: { ...HEADERS, Location: header('Where it goes on.', '/v1/uploads/u_…') },
      },
      ...problemResponses,
    },
  }),
  createRoute({
    method: 'get',
    path: '/v1/uploads/{id}',
    summary: 'How far an upload is',
    description: 'HEAD tells the same in headers.',
    request: { params },
    responses: {
      200: { description: 'So far.', headers: HEADERS, content: { [JSON_TYPE]: { schema: uploadSchema } } },
      ...problemResponses,
    },
  }),
  createRoute({
    method: 'patch',
    path: '/v1/uploads/{id}',
    summary: 'Send the next bytes of an upload',
    description:
      'When the connection breaks, what has arrived is kept; with a checksum the bytes of a request are kept all or none. Of two requests at once one wins, the other is answered 409.',
    request: {
      params,
      headers: tus.extend({ 'Upload-Offset': z.string(), 'Upload-Checksum': checksum }),
      body: piece,
    },
    responses: { 204: { description: 'They are kept.', headers: HEADERS }, ...problemResponses },
  }),
  createRoute({
    method: 'delete',
    path: '/v1/uploads/{id}',
    summary: 'End an upload',
    request: { params, headers: tus },
    responses: { 204: { description: 'Nothing of it is left.' }, ...problemResponses },
  }),
];

export function describeUploads(app: OpenAPIHono<HttpEnv>): void {
  app.openAPIRegistry.register('Upload', uploadSchema);
  for (const route of ROUTES) app.openAPIRegistry.registerPath(route);
}

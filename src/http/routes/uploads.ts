import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Upload, Uploads } from '../../documents/index.ts';
import { JobError } from '../../jobs/index.ts';
import { bodyOf, isBroken } from '../arriving.ts';
import { actorOf } from '../conditions.ts';
import { RequestError } from '../errors.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import {
  readChecksum,
  readMetadata,
  STREAM_TYPE,
  speakTus,
  TUS_OPTIONS,
  uploadHeaders,
  wholeHeader,
} from '../tus.ts';
import { describeUploads } from './uploads-api.ts';

const COLLECTION = '/v1/uploads';
const ONE = '/v1/uploads/:id';

/**
 * Resumable uploads by tus 1.0.0. What is uploaded can be read by nobody: it becomes a document, or a version of one,
 * by naming the upload there.
 */
export function addUploadRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { uploads } = services.library;
  describeUploads(app);
  app.use(COLLECTION, speakTus);
  app.use(`${COLLECTION}/*`, speakTus);
  app.options(COLLECTION, (c) => c.body(null, 204, TUS_OPTIONS));
  app.options(ONE, (c) => c.body(null, 204, TUS_OPTIONS));
  app.post(COLLECTION, (c) => start(c, services));
  // Also HEAD, for which Hono leaves the body out.
  app.get(ONE, async (c) => answer(c, await uploads.find(actorOf(c), idOf(c))));
  app.patch(ONE, (c) => append(c, services));
  app.delete(ONE, (c) => end(c, uploads));
  app.post(ONE, (c) => override(c, services));
}

async function start(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const actor = actorOf(c);
  const size = wholeHeader(c, 'upload-length');
  const hasBody = c.req.header('content-type') === STREAM_TYPE;
  const checksum = readChecksum(c);
  let upload = await services.library.uploads.start(actor, size, readMetadata(c));
  if (hasBody) upload = await take(c, services, upload.id, 0, checksum);
  const headers = { ...uploadHeaders(upload), Location: `${COLLECTION}/${upload.id}` };
  return c.body(null, 201, headers);
}

async function append(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  if (c.req.header('content-type') !== STREAM_TYPE) {
    throw new RequestError('request/not-tus', `The body must be ${STREAM_TYPE}.`);
  }
  const offset = wholeHeader(c, 'upload-offset');
  const upload = await take(c, services, idOf(c), offset, readChecksum(c));
  return c.body(null, 204, uploadHeaders(upload));
}

async function take(
  c: Context<HttpEnv>,
  { library: { uploads }, precedence }: HttpServices,
  id: string,
  offset: number,
  checksum: ReturnType<typeof readChecksum>,
): Promise<Upload> {
  const turn = precedence.turn();
  const given = { offset, body: turn.pieces(bodyOf(c)), ...(checksum === undefined ? {} : { checksum }) };
  try {
    return await uploads.append(actorOf(c), id, given);
  } catch (error) {
    // The connection broke: what has arrived is kept, and nobody hears this.
    if (!isBroken(c)) throw error;
    throw new JobError('request/abandoned', 'The connection broke; what has arrived is kept.');
  } finally {
    turn.end();
  }
}

async function end(c: Context<HttpEnv>, uploads: Uploads): Promise<Response> {
  await uploads.remove(actorOf(c), idOf(c));
  return c.body(null, 204);
}

/** For clients behind something that lets only POST through. */
async function override(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const method = c.req.header('x-http-method-override')?.toUpperCase();
  if (method === 'PATCH') return await append(c, services);
  if (method === 'DELETE') return await end(c, services.library.uploads);
  throw new RequestError('request/method-not-allowed', 'The method is not one of this address.', {
    Allow: 'GET, HEAD, PATCH, DELETE, OPTIONS',
  });
}

function answer(c: Context<HttpEnv>, upload: Upload): Response {
  const { id, offset, size, expiresAt } = upload;
  const body = { id, offset, size, complete: offset === size, expiresAt: new Date(expiresAt).toISOString() };
  return c.json(body, 200, uploadHeaders(upload));
}

function idOf(c: Context<HttpEnv>): string {
  return c.req.param('id') ?? '';
}

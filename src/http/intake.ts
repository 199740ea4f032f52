import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { fetchContent, type IncomingContent } from '../documents/index.ts';
import { bodyOf, signalOf } from './arriving.ts';
import { actorOf } from './conditions.ts';
import { RequestError } from './errors.ts';
import { parseOptions } from './options.ts';
import type { Turn } from './precedence.ts';
import { JSON_TYPE } from './responses.ts';
import type { HttpEnv, HttpServices } from './services.ts';
import { streamUpload } from './stream-upload.ts';
import { fileNameOf } from './tus.ts';

/** A content that somebody wants to have kept, from wherever it comes. */
interface Intake {
  readonly content: IncomingContent;
  /** What it is called where it comes from; `null` when nothing is known. */
  readonly name: () => Promise<string | null>;
  /** What is said of it besides, as JSON; `null` when nothing is. To be asked for when the content was read. */
  readonly options: () => Promise<string | null>;
}

const MOST_JSON_BYTES = 64 * 1024;

/** Where a content is to be taken from that is not in the request itself. */
const sourceSchema = z
  .looseObject({
    upload: z.string().max(100).optional().openapi({ description: 'Id of an upload that is complete.' }),
    url: z.string().max(2048).optional().openapi({
      description: 'An https address of a host that REDLINE_FETCH_HOSTS allows.',
    }),
  })
  .refine(({ upload, url }) => (upload === undefined) !== (url === undefined), {
    error: 'Give either "upload" or "url".',
  });

/**
 * Takes a content from a form, from an upload or from the web, examined before anything names it.
 *
 * @throws what is wrong with the request, with the content, or with where it comes from.
 */
export async function takeContent<Result>(
  c: Context<HttpEnv>,
  services: HttpServices,
  use: (intake: Intake) => Promise<Result>,
): Promise<Result> {
  const signal = signalOf(c);
  const examined = (body: AsyncIterable<Uint8Array>) => services.examiner.incoming(body, signal);
  if (!isJson(c)) {
    return await inTurn(services, false, (turn) =>
      streamUpload(c.req.header('content-type') ?? '', turn.pieces(bodyOf(c)), ({ name, body, options }) =>
        use({ content: examined(body), name: async () => name, options }),
      ),
    );
  }
  const { upload, url = '', ...rest } = parseOptions(sourceSchema, await shortBody(c));
  const options = async () => JSON.stringify(rest);
  if (upload === undefined) {
    const body = lazily(() => fetchContent(services.web, services.remote, url, signal));
    return await use({ content: examined(body), name: async () => lastSegment(url), options });
  }
  const { uploads } = services.library;
  const actor = actorOf(c);
  const name = async () => fileNameOf((await uploads.find(actor, upload)).metadata);
  // All of it is here, and was paid for: it is done before others begin.
  const result = await inTurn(services, true, (turn) => {
    const body = lazily(async () => turn.pieces((await uploads.open(actor, upload)).body));
    return use({ content: examined(body), name, options });
  });
  // It is a document now. Where it cannot be removed it expires. A request that may come again needs it until its answer is kept.
  const remove = () => uploads.remove(actor, upload).catch(() => {});
  if (c.req.header('idempotency-key') === undefined) await remove();
  else c.set('settled', remove);
  return result;
}

/** Keeps the place until the content is examined and named: so the oldest are done, and not only read, before others. */
export async function inTurn<Result>(
  { precedence }: HttpServices,
  isLate: boolean,
  work: (turn: Turn) => Promise<Result>,
): Promise<Result> {
  const turn = precedence.turn(isLate);
  try {
    return await work(turn);
  } finally {
    turn.end();
  }
}

/** Whether the body is JSON, and no form. */
export function isJson(c: Context<HttpEnv>): boolean {
  return /^application\/json\s*(;|$)/i.test(c.req.header('content-type') ?? '');
}

/** A body that is never long. @throws {RequestError} `request/too-large`. */
export async function shortBody(c: Context<HttpEnv>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(c)) {
    size += chunk.byteLength;
    if (size > MOST_JSON_BYTES) {
      throw new RequestError('request/too-large', `${JSON_TYPE} may have ${MOST_JSON_BYTES} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A request that was done before asks for no byte: then nothing is opened. */
async function* lazily(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncIterable<Uint8Array> {
  yield* await open();
}

function lastSegment(url: string): string | null {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '') || null;
  } catch {
    return null;
  }
}

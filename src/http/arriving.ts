import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { Precedence } from './precedence.ts';
import type { HttpEnv } from './services.ts';

// What a request sends. Files are read where Node has them: as a web stream every byte would be copied once more, and
// with each copy the collector of garbage comes round more often. JSON stays a web stream, as validators read it.

/** Bytes in the order in which they arrive, to be asked for once. Who leaves before their end leaves the rest to the answer. */
export function bodyOf(c: Context<HttpEnv>): AsyncIterable<Uint8Array> {
  return c.get('body') ?? incomingFile(c) ?? c.req.raw.body ?? nothing();
}

/**
 * Has a file seen on its way to the route.
 *
 * @returns whether it was read to its end; `null` where the body is no file, and nothing will be seen.
 */
export function watchFile(
  c: Context<HttpEnv>,
  see: (chunk: Uint8Array) => void,
): { readonly ended: () => boolean } | null {
  const body = incomingFile(c);
  if (body === null) return null;
  let ended = false;
  async function* watched(arriving: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of arriving) {
      see(chunk);
      yield chunk;
    }
    ended = true;
  }
  c.set('body', watched(body));
  return { ended: () => ended };
}

/** A request of the platform's own that asks for the same. */
export function withBody({ url, method, headers, signal }: Request, body: Request['body']): Request {
  return new Request(url, { method, headers, signal, body, duplex: 'half' });
}

/** Aborts when the connection ends before the answer does. */
export function signalOf(c: Context<HttpEnv>): AbortSignal {
  const outgoing = bindings(c)?.outgoing;
  if (outgoing === undefined) return c.req.raw.signal;
  const controller = new AbortController();
  const end = (): void => {
    if (!outgoing.writableFinished) controller.abort(new Error('The connection has ended.'));
  };
  if (outgoing.destroyed) end();
  else outgoing.once('close', end);
  return controller.signal;
}

/** Whether the connection ended before all was sent. */
export function isBroken(c: Context<HttpEnv>): boolean {
  const incoming = bindings(c)?.incoming;
  return incoming === undefined ? c.req.raw.signal.aborted : incoming.destroyed && !incoming.complete;
}

/** Tells of requests that bring no file, so that those which do leave room for them. */
export function noteSmall(precedence: Precedence): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    // What is posted may come in the wake of an upload: then it is no sign of anybody else.
    if (c.req.method !== 'POST' && !bringsFile(c)) precedence.noteSmall();
    await next();
  };
}

/** Whether the body is a file, or has files in it. */
function bringsFile(c: Context<HttpEnv>): boolean {
  return /^(?:multipart\/|application\/offset\+octet-stream)/i.test(c.req.header('content-type') ?? '');
}

function incomingFile(c: Context<HttpEnv>): AsyncIterable<Uint8Array> | null {
  const incoming = bindings(c)?.incoming;
  // The connection stays, or nobody could be told why the body was left.
  return incoming === undefined || !bringsFile(c) ? null : incoming.iterator({ destroyOnReturn: false });
}

function bindings(c: Context<HttpEnv>): Partial<HttpBindings> | undefined {
  return c.env as Partial<HttpBindings> | undefined;
}

async function* nothing(): AsyncIterable<Uint8Array> {}

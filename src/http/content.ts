import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Actor } from '../access/index.ts';
import type { Documents } from '../documents/index.ts';
import { actorOf, assertMatches, isKnown, rangeOf } from './conditions.ts';
import type { HttpEnv } from './services.ts';
import { watching } from './watching.ts';

/**
 * The bytes of a version, or the range that is asked for. The first of them are verified before the answer begins; what
 * turns out to be damaged behind them cuts the connection, so that nobody takes a part for the whole.
 *
 * @param number of the version; the current one by default.
 * @param as who reads it, and whether a browser may show it.
 */
export async function sendContent(
  c: Context<HttpEnv>,
  documents: Documents,
  id: string,
  number?: number,
  { actor = actorOf(c), inline = false }: { actor?: Actor; inline?: boolean } = {},
): Promise<Response> {
  const { stored, version } = await documents.version(actor, id, number);
  const { type, size, sha256 } = version.facts;
  const etag = `"${sha256}"`;
  const headers = {
    'Content-Type': type,
    'Content-Disposition': disposition(inline ? 'inline' : 'attachment', stored.head.name),
    'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    // What somebody uploaded never becomes a page of this service.
    'Content-Security-Policy': "default-src 'none'; sandbox",
  };
  assertMatches(c, etag);
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  const range = rangeOf(c, size, etag);
  const sent = range === null ? size : range.end - range.start;
  const lengths = { ...headers, 'Content-Length': String(sent) };
  if (c.req.method === 'HEAD') return c.body(null, 200, { ...headers, 'Content-Length': String(size) });
  const { stored: kept, body } = await documents.open(actor, id, version.number, range ?? undefined);
  const stream = await begun(c, body, () => documents.assertKept(kept));
  if (range === null) return c.body(stream, 200, lengths);
  return c.body(stream, 206, {
    ...lengths,
    'Content-Range': `bytes ${range.start}-${range.end - 1}/${size}`,
  });
}

/**
 * A stream whose first piece is there already.
 *
 * @param look is asked once a second whether it may still be read: when it throws, the connection ends, also while its client takes nothing.
 * @throws what the first piece throws.
 */
export async function begun(
  c: Context<HttpEnv>,
  body: AsyncIterable<Uint8Array>,
  look: () => Promise<void> = async () => {},
): Promise<ReadableStream<Uint8Array>> {
  const pieces = body[Symbol.asyncIterator]();
  const cut = (error: unknown): void => {
    c.get('noteFailure')?.(error);
    (c.env as Partial<HttpBindings> | undefined)?.outgoing?.destroy();
  };
  const watch = watching(look, cut);
  let next: IteratorResult<Uint8Array> | null = await pieces.next();
  watch.begin();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      try {
        const { done, value } = next ?? (await pieces.next());
        next = null;
        if (!done) await watch.looked();
        if (!done) return controller.enqueue(value);
        watch.end();
        controller.close();
      } catch (error) {
        watch.end();
        c.get('noteFailure')?.(error);
        throw error;
      }
    },
    cancel: async () => {
      watch.end();
      await pieces.return?.();
    },
  });
}

/** A file to be saved under a name in any script (RFC 6266, RFC 8187). */
function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

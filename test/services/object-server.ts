import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ApiFailure, type Conditions, ObjectBucket, resourceOf, type WriteFields } from './object-buckets.ts';

/**
 * The part of Cloud Storage's JSON API that the adapter uses, as its published description says
 * (https://cloud.google.com/storage/docs/json_api/v1), with the preconditions that emulators ignore, and with faults
 * on demand.
 */
export interface ObjectServer {
  readonly url: string;
  /** Every call so far: `PUT upload bytes 0-9/10`. */
  readonly calls: string[];
  /** What each of them named: the path and the query. */
  readonly asked: string[];
  /** The next calls of this kind meet the fault; `times` is 1 by default. */
  fail(kind: CallKind, fault: Fault, times?: number): void;
  /** Plans no more faults. */
  forget(): void;
  bucket(name: string): ObjectBucket;
  stop(): Promise<void>;
}

export type CallKind = 'get' | 'media' | 'list' | 'delete' | 'insert' | 'start' | 'piece' | 'last' | 'ask';

/** What goes wrong with a call: before anything is done, or after all of it was. */
export type Fault =
  | {
      readonly at: 'before' | 'after';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly at: 'before' | 'after'; readonly drop: true }
  /** Never answers. */
  | { readonly at: 'before' | 'after'; readonly stall: true }
  /** Ends the connection, or stalls, behind so many bytes of the body. */
  | { readonly at: 'middle'; readonly bytes: number; readonly then: 'drop' | 'stall' }
  /** Changes the answer's JSON. */
  | { readonly at: 'answer'; readonly change: (resource: Record<string, unknown>) => unknown };

interface Session {
  readonly bucket: string;
  readonly name: string;
  readonly fields: WriteFields;
  readonly conditions: Conditions;
  bytes: Buffer;
  done: Record<string, unknown> | null;
}

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | object;
}

export async function startObjectServer(): Promise<ObjectServer> {
  const api = new Api();
  const server = createServer((request, response) => {
    api.serve(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api.url = url;
  return {
    url,
    calls: api.calls,
    asked: api.asked,
    fail: (kind, fault, times = 1) => {
      for (let n = 0; n < times; n += 1) api.faults.push({ kind, fault });
    },
    forget: () => {
      api.faults.length = 0;
    },
    bucket: (name) => api.bucket(name),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

class Api {
  url = '';
  readonly calls: string[] = [];
  readonly asked: string[] = [];
  readonly faults: { kind: CallKind; fault: Fault }[] = [];
  readonly #buckets = new Map<string, ObjectBucket>();
  readonly #sessions = new Map<string, Session>();

  bucket(name: string): ObjectBucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw new ApiFailure(404, 'notFound', 'The specified bucket does not exist.');
    return bucket;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', this.url);
    const kind = kindOf(request, url);
    this.asked.push(decodeURIComponent(`${url.pathname}${url.search}`));
    this.calls.push(
      `${request.method} ${kind}${request.headers['content-range'] ? ` ${request.headers['content-range']}` : ''}`,
    );
    const at = this.faults.findIndex((planned) => planned.kind === kind);
    const fault = at < 0 ? undefined : this.faults.splice(at, 1)[0]?.fault;
    const body = await buffer(request);
    if (fault?.at === 'before') return meet(fault, response);
    const reply = this.#reply(request, url, body);
    if (fault?.at === 'after') return meet(fault, response);
    if (fault?.at === 'answer')
      return send(response, {
        ...reply,
        body: fault.change(reply.body as Record<string, unknown>) as object,
      });
    if (fault?.at === 'middle') return breakOff(fault, reply, response);
    send(response, reply);
  }

  #reply(request: IncomingMessage, url: URL, body: Buffer): Reply {
    try {
      return this.#route(request, url, body);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const { status, reason, message } = error;
      return { status, body: { error: { code: status, message, errors: [{ reason, message }] } } };
    }
  }

  #route(request: IncomingMessage, url: URL, body: Buffer): Reply {
    const { method } = request;
    const query = url.searchParams;
    const [, upload, , , bucketName = '', , object] =
      /^(\/upload)?(\/storage)(\/v1\/b)(?:\/([^/]+))?(\/o)?(?:\/(.+))?$/.exec(url.pathname) ?? [];
    if (bucketName === '' && method === 'POST') return this.#createBucket(body);
    const session = query.get('upload_id');
    if (session !== null) return this.#session(session, request, body);
    const bucket = this.bucket(bucketName);
    if (upload !== undefined) return this.#upload(bucketName, query, request, body);
    if (!url.pathname.includes('/o')) {
      if (method === 'PATCH') bucket.facts = { ...bucket.facts, ...JSON.parse(body.toString()) };
      return { status: 200, body: bucket.facts };
    }
    if (object === undefined) return list(bucketName, bucket, query);
    const name = decodeURIComponent(object);
    if (method === 'DELETE') {
      bucket.delete(name, query.get('generation'), conditionsIn(query));
      return { status: 204 };
    }
    bucket.check(name, conditionsIn(query));
    const found = bucket.find(name, query.get('generation'));
    if (query.get('alt') !== 'media') return { status: 200, body: resourceOf(bucketName, found) };
    return media(found.damaged ?? found.bytes, request.headers.range);
  }

  #createBucket(body: Buffer): Reply {
    const facts = { location: 'US', ...(JSON.parse(body.toString()) as { name: string }) };
    this.#buckets.set(facts.name, new ObjectBucket(facts));
    return { status: 200, body: facts };
  }

  #upload(bucketName: string, query: URLSearchParams, request: IncomingMessage, body: Buffer): Reply {
    const bucket = this.bucket(bucketName);
    const name = query.get('name') ?? '';
    const conditions = conditionsIn(query);
    if (query.get('uploadType') === 'multipart') {
      const { fields, bytes } = partsOf(request.headers['content-type'] ?? '', body);
      return { status: 200, body: resourceOf(bucketName, bucket.insert(name, bytes, fields, conditions)) };
    }
    bucket.check(name, conditions);
    const id = randomUUID();
    const fields = JSON.parse(body.toString()) as WriteFields;
    this.#sessions.set(id, {
      bucket: bucketName,
      name,
      fields,
      conditions,
      bytes: Buffer.alloc(0),
      done: null,
    });
    const location = `${this.url}/upload/storage/v1/b/${bucketName}/o?uploadType=resumable&upload_id=${id}`;
    return { status: 200, headers: { Location: location } };
  }

  /** https://cloud.google.com/storage/docs/performing-resumable-uploads */
  #session(id: string, request: IncomingMessage, body: Buffer): Reply {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new ApiFailure(410, 'gone');
    if (request.method === 'DELETE') {
      this.#sessions.delete(id);
      return { status: 499 };
    }
    if (session.done !== null) return { status: 200, body: session.done };
    const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(request.headers['content-range'] ?? '');
    if (range === null) throw new ApiFailure(400, 'badContentRange');
    const [, from, to, total] = range;
    if (from !== undefined) {
      const fits = Number(from) <= session.bytes.length && Number(to) - Number(from) + 1 === body.length;
      const whole = total !== '*' || body.length % 262_144 === 0;
      if (!fits || !whole) throw new ApiFailure(400, 'badContentRange');
      session.bytes = Buffer.concat([session.bytes.subarray(0, Number(from)), body]);
    }
    if (total !== String(session.bytes.length)) {
      const has = session.bytes.length === 0 ? {} : { Range: `bytes=0-${session.bytes.length - 1}` };
      return { status: 308, headers: has };
    }
    const declared = /crc32c=([^,]+)/.exec(String(request.headers['x-goog-hash'] ?? ''))?.[1];
    const fields = { ...session.fields, ...(declared === undefined ? {} : { crc32c: declared }) };
    const object = this.bucket(session.bucket).insert(
      session.name,
      session.bytes,
      fields,
      session.conditions,
    );
    session.done = resourceOf(session.bucket, object);
    return { status: 200, body: session.done };
  }
}

function kindOf({ method, headers }: IncomingMessage, { pathname, searchParams }: URL): CallKind {
  if (method === 'PUT') {
    const range = String(headers['content-range']);
    if (range.startsWith('bytes *')) return 'ask';
    return range.endsWith('/*') ? 'piece' : 'last';
  }
  if (method === 'POST') return searchParams.get('uploadType') === 'resumable' ? 'start' : 'insert';
  if (method === 'DELETE') return 'delete';
  if (pathname.endsWith('/o')) return 'list';
  return searchParams.get('alt') === 'media' ? 'media' : 'get';
}

function conditionsIn(query: URLSearchParams): Conditions {
  return {
    ifGenerationMatch: query.get('ifGenerationMatch'),
    ifGenerationNotMatch: query.get('ifGenerationNotMatch'),
    ifMetagenerationMatch: query.get('ifMetagenerationMatch'),
  };
}

function list(bucketName: string, bucket: ObjectBucket, query: URLSearchParams): Reply {
  const [start, end] = [query.get('startOffset') ?? '', query.get('endOffset')];
  const all = bucket
    .list(query.get('versions') === 'true')
    .filter(
      ({ name }) =>
        name.startsWith(query.get('prefix') ?? '') && name >= start && (end === null || name < end),
    );
  const from = Number(query.get('pageToken') ?? 0);
  // Smaller pages than were asked for are allowed, and show whether they are followed.
  const to = from + 2;
  const items = all.slice(from, to).map((object) => resourceOf(bucketName, object));
  return {
    status: 200,
    body: { kind: 'storage#objects', items, ...(to < all.length ? { nextPageToken: String(to) } : {}) },
  };
}

function media(bytes: Buffer, range: string | undefined): Reply {
  const asked = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
  if (asked === null) return { status: 200, body: bytes };
  const [start, last] = [Number(asked[1]), Math.min(Number(asked[2]), bytes.length - 1)];
  if (start >= bytes.length) throw new ApiFailure(416, 'requestedRangeNotSatisfiable');
  const headers = { 'Content-Range': `bytes ${start}-${last}/${bytes.length}` };
  return { status: 206, headers, body: bytes.subarray(start, last + 1) };
}

/** RFC 2387: the resource as JSON, then the bytes. */
function partsOf(contentType: string, body: Buffer): { fields: WriteFields; bytes: Buffer } {
  const boundary = `--${/boundary=([^;]+)/.exec(contentType)?.[1]}`;
  const parts: Buffer[] = [];
  for (let at = body.indexOf(boundary); ; ) {
    const next = body.indexOf(`\r\n${boundary}`, at + boundary.length);
    if (next < 0) break;
    parts.push(body.subarray(body.indexOf('\r\n\r\n', at) + 4, next));
    at = next + 2;
  }
  const [fields, bytes] = parts;
  if (fields === undefined || bytes === undefined) throw new ApiFailure(400, 'parseError');
  return { fields: JSON.parse(fields.toString()) as WriteFields, bytes };
}

function send(response: ServerResponse, { status, headers = {}, body }: Reply): void {
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const type = Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json';
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': bytes?.length ?? 0, ...headers });
  response.end(bytes);
}

function meet(fault: Extract<Fault, { at: 'before' | 'after' }>, response: ServerResponse): void {
  if ('stall' in fault) return;
  if ('drop' in fault) {
    response.destroy();
    return;
  }
  const { status, headers = {}, body = '' } = fault;
  response.writeHead(status, headers).end(body);
}

function breakOff(
  fault: Extract<Fault, { at: 'middle' }>,
  { status, headers, body }: Reply,
  response: ServerResponse,
): void {
  if (!Buffer.isBuffer(body)) throw new TypeError('Only answers with bytes break off.');
  response.writeHead(status, { 'Content-Length': body.length, ...headers });
  response.write(body.subarray(0, fault.bytes), () => {
    if (fault.then === 'drop') response.destroy();
  });
}

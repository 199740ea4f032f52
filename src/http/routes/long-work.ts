import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { decide, type Principal, signInRequired } from '../../access/index.ts';
import {
  isOpen,
  OPERATION_STATES,
  type Operation,
  type OperationEvent,
  type OperationState,
} from '../../documents/index.ts';
import type { PrintingResult } from '../../jobs/index.ts';
import { signalOf } from '../arriving.ts';
import { sendWhole } from '../body.ts';
import { present, sendPart } from '../kept.ts';
import { isOwn, viewOperation } from '../operation-views.ts';
import { decodePageToken, encodePageToken, OPERATION_ID } from '../page-token.ts';
import { PDF } from '../responses.ts';
import { assertMayOversee, assertMayRead } from '../route-policy.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import {
  cancelOperation,
  followOperation,
  followOperations,
  getOperation,
  getOperationResult,
  listOperations,
  replayOperation,
} from './long-work-api.ts';
import { serve } from './serve.ts';

const FRESH = { 'Cache-Control': 'private, no-store' };
const STREAM = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // Proxies that gather answers would keep what happens from whoever waits for it.
  'X-Accel-Buffering': 'no',
};
const OPEN: readonly OperationState[] = ['queued', 'running'];
const STATES: Readonly<Record<OperationState | 'open' | 'ended', readonly OperationState[]>> = {
  ...{ queued: ['queued'], running: ['running'], succeeded: ['succeeded'], failed: ['failed'] },
  ...{ cancelled: ['cancelled'], open: OPEN },
  ended: OPERATION_STATES.filter((state) => !OPEN.includes(state)),
};
/** Milliseconds after which it is looked, whether or not it was heard that something happened. */
const LOOK_EVERY_MS = 1000;
/** Whoever is cut comes back at once: there is nothing to be spared. */
const RETRY = 'retry: 1000\n\n';
const STILL = ': still going on\n\n';
const LONGEST_STREAM_MS = 10 * 60_000;
/** Looks without news after which something is sent all the same, so that a connection that died is noticed. */
const QUIET_LOOKS = 15;

/** What takes longer than a request. */
export function addLongWorkRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { operations } = services;
  app.openapi(listOperations, async (c) => {
    const { pageSize: size, pageToken, ...asked } = c.req.valid('query');
    const { state, scope, ...others } = asked;
    const after =
      pageToken === undefined ? {} : { after: decodePageToken(pageToken, asked, OPERATION_ID).id };
    const { actor } = callerOf(c);
    const isAll = scope === 'tenant';
    if (isAll) c.set('audited', { type: 'operation.overseen' });
    if (isAll) await assertMayOversee(c, services.library);
    const query = { ...others, ...after, size, states: state === undefined ? undefined : STATES[state] };
    const page = await operations.list(actor, query, isAll);
    const nextPageToken = page.next === null ? null : encodePageToken({ value: '', id: page.next }, asked);
    const queue = await services.queueWatch.read();
    const views = page.operations.map((one) => viewOperation(one, actor, queue));
    return c.json({ operations: views, nextPageToken }, 200, FRESH);
  });
  serve(app, followOperations, (c) => followAll(c, services));
  app.openapi(getOperation, async (c) => {
    const { id } = c.req.valid('param');
    const { wait } = c.req.valid('query');
    const operation = await ended(c, services, id, wait);
    const queue = await services.queueWatch.read();
    return c.json(viewOperation(operation, callerOf(c).actor, queue), 200, FRESH);
  });
  serve(app, followOperation, (c) => follow(c, services));
  app.openapi(getOperationResult, (c) => sendResult(c, services, c.req.valid('param').id));
  app.openapi(cancelOperation, async (c) => {
    const { actor, managing } = callerOf(c);
    const operation = await operations.cancel(actor, c.req.valid('param').id, managing);
    return c.json(changed(c, operation), 200, FRESH);
  });
  app.openapi(replayOperation, async (c) => {
    const { actor, managing } = callerOf(c);
    const operation = await operations.replay(actor, c.req.valid('param').id, managing);
    return c.json(changed(c, operation), 200, FRESH);
  });
}

/** Who asks, and whether there are operations of others for them. */
function callerOf(c: Context<HttpEnv>): { readonly actor: Principal['actor']; readonly managing: boolean } {
  const principal = c.get('principal');
  if (principal === undefined) throw signInRequired();
  const managing = decide(principal, 'operations.manage', null).outcome === 'allow';
  return { actor: principal.actor, managing };
}

/** One that somebody just changed, as they are shown it; the trail is told whose it was. */
function changed(c: Context<HttpEnv>, operation: Operation): ReturnType<typeof viewOperation> {
  const { actor } = callerOf(c);
  const { kind, id } = operation.actor;
  if (!isOwn(operation, actor)) c.set('audited', { details: { of: `${kind}:${id}` } });
  return viewOperation(operation, actor, null);
}

/** The file that an own operation made, as long as what it was made of may be read. */
async function sendResult(c: Context<HttpEnv>, services: HttpServices, id: string): Promise<Response> {
  const { library, operations } = services;
  const { actor } = callerOf(c);
  const { tenant, documents, result } = await operations.find(actor, id, false);
  for (const document of documents) {
    await assertMayRead(c, library, document);
    await library.documents.get(actor, document);
  }
  const made = result as Partial<PrintingResult> | null;
  const { kind, id: file, subject } = present(made?.kind === 'pdfs' ? (made as PrintingResult) : 'not-found');
  return sendPart(c, services, { tenant, kind, id: file, part: 'document' }, () => ({
    'Content-Type': PDF,
    'Content-Disposition': `attachment; filename="${subject}.pdf"`,
  }));
}

/** An operation once it has ended, or as it is after so many seconds, or when the service ends. */
async function ended(
  c: Context<HttpEnv>,
  { operations, clock, stopping }: HttpServices,
  id: string,
  seconds: number,
): Promise<Operation> {
  const { actor, managing } = callerOf(c);
  const signal = signalOf(c);
  const until = clock() + seconds * 1000;
  for (;;) {
    // Listened before it is read: what happens in between is heard.
    const heard = operations.heard(id, Math.max(0, Math.min(LOOK_EVERY_MS, until - clock())), signal);
    const operation = await operations.find(actor, id, managing);
    if (!isOpen(operation) || clock() >= until || signal.aborted || stopping()) return operation;
    await heard;
  }
}

async function follow(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const { actor, managing } = callerOf(c);
  const id = c.req.param('id') ?? '';
  const operation = await services.operations.find(actor, id, managing);
  const seen = seenOf(c.req.header('last-event-id'), operation);
  if (!isOpen(operation) && behind(operation, seen).length === 0) return c.body(null, 204, FRESH);
  return stream(c, services, (signal) => newsOf(services, { actor, managing, id, seen, signal }));
}

async function followAll(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const { actor } = callerOf(c);
  return stream(c, services, (signal) => allNewsOf(services, actor, signal));
}

/** Sends text as it comes, until whoever asked is gone. */
async function stream(
  c: Context<HttpEnv>,
  { log }: HttpServices,
  newsFor: (signal: AbortSignal) => AsyncGenerator<string, void, undefined>,
): Promise<Response> {
  const abandoned = new AbortController();
  const news = newsFor(AbortSignal.any([signalOf(c), abandoned.signal]));
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await news.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => {
        abandoned.abort();
        await news.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return sendWhole(c, body, STREAM, log);
}

/** What becomes of one's own operations, as it is sent, for some minutes: then it is looked anew who asks. */
async function* allNewsOf(
  { operations, stopping, clock, queueWatch }: HttpServices,
  actor: Principal['actor'],
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const until = clock() + LONGEST_STREAM_MS;
  let quiet = 0;
  yield RETRY;
  for await (const { isAnew, operations: changed } of operations.watch(actor, signal)) {
    const queue = changed.length > 0 ? await queueWatch.read() : null;
    const anew = isAnew ? 'event: anew\ndata: {}\n\n' : '';
    const views = changed.map(
      (one) => `event: operation\ndata: ${JSON.stringify(viewOperation(one, actor, queue))}\n\n`,
    );
    const news = anew + views.join('');
    quiet = news === '' ? quiet + 1 : 0;
    if (news !== '') yield news;
    else if (quiet % QUIET_LOOKS === 0) yield STILL;
    if (stopping() || clock() > until) return;
  }
}

/** What becomes of an operation behind an event, as it is sent, until its end, or that of the connection or the service. */
async function* newsOf(
  { operations, stopping }: HttpServices,
  asked: {
    readonly actor: Principal['actor'];
    readonly managing: boolean;
    readonly id: string;
    readonly seen: number;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<string, void, undefined> {
  const { actor, managing, id, signal } = asked;
  let { seen } = asked;
  let quiet = 0;
  yield RETRY;
  while (!signal.aborted) {
    const heard = operations.heard(id, LOOK_EVERY_MS, signal);
    const operation = await operations.find(actor, id, managing);
    const news = behind(operation, seen);
    seen = news.at(-1)?.sequence ?? seen;
    quiet = news.length > 0 ? 0 : quiet + 1;
    if (news.length > 0) yield news.map(sent).join('');
    else if (quiet % QUIET_LOOKS === 0) yield STILL;
    if (!isOpen(operation) || stopping()) return;
    await heard;
  }
}

/** The last event that somebody says they have; 0 for what was never the id of one: they get all that is remembered. */
function seenOf(lastEventId: string | undefined, { events }: Operation): number {
  const seen = /^[1-9]\d{0,14}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
  return seen > (events.at(-1)?.sequence ?? 0) ? 0 : seen;
}

function behind({ events }: Operation, seen: number): readonly OperationEvent[] {
  return events.filter(({ sequence }) => sequence > seen);
}

function sent(event: OperationEvent): string {
  return `id: ${event.sequence}\nevent: ${event.state}\ndata: ${JSON.stringify(event)}\n\n`;
}

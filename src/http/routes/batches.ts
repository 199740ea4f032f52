import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Actor, type Principal, signInRequired } from '../../access/index.ts';
import type { OperationActor, SentInputs } from '../../documents/index.ts';
import { archiveOf, BATCH, type Batch, type BatchRequest, summaryOf } from '../../jobs/index.ts';
import { bodyOf, signalOf } from '../arriving.ts';
import { type KeptFile, keepSent, planBatch } from '../batch-plan.ts';
import { newBatchSchema } from '../batch-schemas.ts';
import { batchPath, viewBatch, viewBatchEntry } from '../batch-views.ts';
import { sendWhole } from '../body.ts';
import { actorOf } from '../conditions.ts';
import { inTurn, isJson, shortBody } from '../intake.ts';
import { parseOptions } from '../options.ts';
import { decodePageToken, encodePageToken, OPERATION_ID } from '../page-token.ts';
import { DOCX, JSON_TYPE } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { type FilesSpec, formTooLarge, streamFiles } from '../stream-files.ts';
import { choose, withPlace } from '../work.ts';
import * as api from './batch-api.ts';
import { serve } from './serve.ts';

const FRESH = { 'Cache-Control': 'no-store' };
const FORM: FilesSpec = {
  ...{ field: 'files', mostFiles: 200 },
  optionsBytes: 256 * 1024,
  mostBytes: api.MOST_BATCH_BYTES,
};
/** Of every file that arrives some segments are in memory. */
const HELD_BYTES = 1024 * 1024;
/** Requests of more bytes are worked on a few at a time, so that others are not kept waiting. */
const LARGE_BYTES = 1024 * 1024;
const REPORTS = { [DOCX]: 'docx', [JSON_TYPE]: 'json', 'text/csv': 'csv' } as const;
const REPORT_TYPES = [DOCX, JSON_TYPE, 'text/csv'] as const;

/** Many comparisons at once. */
export function addBatchRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { batches, operations } = services;
  const find = (c: Context<HttpEnv>) => batches.find(...askedOf(c));
  app.openAPIRegistry.register('NewBatch', newBatchSchema);
  app.openAPIRegistry.registerPath(api.createBatch);
  app.post('/v1/batches', (c) => createBatch(c, services));
  app.openapi(api.listBatches, async (c) => {
    const { pageSize: size, pageToken } = c.req.valid('query');
    const query = { kind: BATCH };
    const after = pageToken === undefined ? undefined : decodePageToken(pageToken, query, OPERATION_ID).id;
    const page = await operations.list(actorOf(c), { ...query, size, after }, isManaging(principalOf(c)));
    const nextPageToken = page.next === null ? null : encodePageToken({ value: '', id: page.next }, query);
    return c.json({ batches: page.operations.map(viewBatchEntry), nextPageToken }, 200, FRESH);
  });
  app.openapi(api.getBatch, async (c) => c.json(viewBatch(await find(c)), 200, FRESH));
  app.openapi(api.cancelBatch, async (c) =>
    c.json(viewBatch(await batches.cancel(...askedOf(c))), 200, FRESH),
  );
  app.openapi(api.retryBatch, async (c) => c.json(viewBatch(await batches.retry(...askedOf(c))), 202, FRESH));
  serve(app, api.getArchive, async (c) => sendArchive(c, services, await batches.ended(...askedOf(c))));
  serve(app, api.getReport, async (c) => {
    const type = choose(c, REPORT_TYPES);
    const format = REPORTS[type];
    const bytes = await reportOf(c, services, await batches.ended(...askedOf(c)), format);
    const headers = {
      ...FRESH,
      'Content-Type': type === 'text/csv' ? 'text/csv; charset=utf-8; header=present' : type,
      ...(type === JSON_TYPE ? {} : { 'Content-Disposition': `attachment; filename="batch.${format}"` }),
    };
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, headers);
  });
}

async function createBatch(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const actor = actorOf(c);
  const share = services.uploads.open();
  try {
    share.take(HELD_BYTES);
    const sent = services.batches.expect(actor.tenant);
    const request = await planned(c, services, sent).catch(async (error: unknown) => {
      // What cannot be removed now a sweep removes.
      await sent.drop().catch(() => {});
      throw error;
    });
    const batch = await services.batches.accept(askerOf(actor), request, sent);
    const { id } = batch.operation;
    c.set('audited', { object: id });
    return c.json(viewBatch(batch), 202, { ...FRESH, Location: batchPath(id) });
  } finally {
    share.release();
  }
}

/** What the request asks for; the files in it are kept as they arrive. */
async function planned(c: Context<HttpEnv>, services: HttpServices, sent: SentInputs): Promise<BatchRequest> {
  if (isJson(c)) {
    return await planBatch(c, services, parseOptions(newBatchSchema, await shortBody(c)), [], sent);
  }
  const size = Number(c.req.header('content-length') ?? Number.POSITIVE_INFINITY);
  if (Number.isFinite(size) && size > FORM.mostBytes) throw formTooLarge(FORM);
  if (size <= LARGE_BYTES) return await planForm(c, services, sent, bodyOf(c));
  return await inTurn(services, false, (turn) => planForm(c, services, sent, turn.pieces(bodyOf(c))));
}

async function planForm(
  c: Context<HttpEnv>,
  services: HttpServices,
  sent: SentInputs,
  body: AsyncIterable<Uint8Array>,
): Promise<BatchRequest> {
  const files: KeptFile[] = [];
  let bytesIn = 0;
  const counted = async function* (file: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const chunk of file) {
      bytesIn += chunk.byteLength;
      yield chunk;
    }
  };
  const options = await streamFiles(c.req.header('content-type') ?? '', body, FORM, async (name, file) => {
    files.push({ name, input: await keepSent(c, services, sent, counted(file)) });
  });
  c.set('bytesIn', bytesIn);
  return await planBatch(c, services, parseOptions(newBatchSchema, options), files, sent);
}

function askerOf(actor: Actor): OperationActor {
  const { tenant, kind, id, credential, address, requestId, subjects, administrator } = actor;
  const manages = administrator === undefined ? {} : { administrator };
  return { tenant, kind, id, credential, address, requestId, subjects, ...manages };
}

function askedOf(c: Context<HttpEnv>): [Actor, string, boolean] {
  return [actorOf(c), c.req.param('id') ?? '', isManaging(principalOf(c))];
}

function principalOf(c: Context<HttpEnv>): Principal {
  const principal = c.get('principal');
  if (principal === undefined) throw signInRequired();
  return principal;
}

/** What is in a batch is for whoever asked for it; administrators see that there is one among all operations. */
function isManaging({ actor }: Principal): boolean {
  return actor.kind === 'operator';
}

async function sendArchive(c: Context<HttpEnv>, services: HttpServices, batch: Batch): Promise<Response> {
  const { library, results, log } = services;
  const forms = ['docx', 'csv', 'json'] as const;
  const made = await Promise.all(forms.map((form) => reportOf(c, services, batch, form)));
  const reports = forms.map((form, index) => ({
    name: `summary.${form}`,
    bytes: made[index] ?? new Uint8Array(),
  }));
  const archive = archiveOf(batch, { library, results, actor: actorOf(c), reports });
  const headers = {
    ...FRESH,
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="batch-${batch.operation.id}.zip"`,
  };
  return sendWhole(c, ReadableStream.from(archive), headers, log);
}

async function reportOf(
  c: Context<HttpEnv>,
  services: HttpServices,
  batch: Batch,
  format: 'docx' | 'csv' | 'json',
): Promise<Uint8Array> {
  return await withPlace(services, async (place) => {
    const asked = { summary: summaryOf(batch), format };
    return (await place.run('batchReport', {}, asked, signalOf(c))).bytes;
  });
}

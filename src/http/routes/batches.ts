import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Actor, type Principal, signInRequired } from '../../access/index.ts';
import type { OperationActor } from '../../documents/index.ts';
import { archiveOf, BATCH, type Batch, summaryOf } from '../../jobs/index.ts';
import { signalOf } from '../arriving.ts';
import { planBatch } from '../batch-plan.ts';
import { type AskedBatch, newBatchSchema } from '../batch-schemas.ts';
import { batchPath, viewBatch, viewBatchEntry } from '../batch-views.ts';
import { sendWhole } from '../body.ts';
import { actorOf } from '../conditions.ts';
import { isJson, shortBody } from '../intake.ts';
import { parseOptions } from '../options.ts';
import { decodePageToken, encodePageToken, OPERATION_ID } from '../page-token.ts';
import { DOCX, JSON_TYPE } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import type { SentFile } from '../sides.ts';
import { type FormSpec, readUpload } from '../upload.ts';
import type { UploadShare } from '../upload-memory.ts';
import { choose, withPlace } from '../work.ts';
import * as api from './batch-api.ts';
import { serve } from './serve.ts';

const FRESH = { 'Cache-Control': 'no-store' };
const FORM: FormSpec<{ readonly files?: Uint8Array | readonly Uint8Array[] }> = {
  files: [{ name: 'files', most: 200, optional: true }],
  optionsBytes: 256 * 1024,
  mostBytes: api.MOST_BATCH_BYTES,
};
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
  const share = services.uploads.open();
  try {
    const [asked, files] = await sentWith(c, share);
    const { request, inputs } = await planBatch(c, services, asked, files, share);
    const batch = await services.batches.accept(askerOf(actorOf(c)), request, inputs);
    const { id } = batch.operation;
    c.set('audited', { object: id });
    return c.json(viewBatch(batch), 202, { ...FRESH, Location: batchPath(id) });
  } finally {
    share.release();
  }
}

/** What the request says, and the files in it. */
async function sentWith(c: Context<HttpEnv>, share: UploadShare): Promise<[AskedBatch, SentFile[]]> {
  if (isJson(c)) return [parseOptions(newBatchSchema, await shortBody(c)), []];
  const { inputs, named, options, size } = await readUpload(c, FORM, share);
  c.set('bytesIn', size);
  const files = [inputs.files ?? []].flat();
  return [
    parseOptions(newBatchSchema, options),
    files.map((bytes, index) => ({ bytes, name: named.files?.[index] })),
  ];
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
  const { principal } = c.var;
  if (principal === undefined) throw signInRequired();
  return principal;
}

/** A key reaches what its maker began, and no more. */
function isManaging({ role, key }: Principal): boolean {
  return role === 'administrator' && key === null;
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

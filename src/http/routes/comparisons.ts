import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ResultGone, ResultPart, SavedResult } from '../../documents/index.ts';
import {
  type CompareOptions,
  type Comparison,
  compareOptions,
  RedlineError,
  type Report,
} from '../../redline/index.ts';
import { RequestError } from '../errors.ts';
import { negotiate } from '../negotiate.ts';
import { DOCX, JSON_TYPE } from '../responses.ts';
import { type comparisonSchema, optionsSchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { readUpload } from '../upload.ts';
import { createComparison, getComparison, getHtml, getRedline } from './comparison-api.ts';

/** The page comes from a document that anyone may have written: it may show, and nothing else. */
const HTML_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
    "frame-ancestors 'self'; sandbox allow-same-origin",
  ].join('; '),
  'X-Frame-Options': 'SAMEORIGIN',
};
export function addComparisonRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  app.openAPIRegistry.register('CompareOptions', optionsSchema);
  app.openapi(createComparison, (c) => compareDocuments(c, services));
  app.openapi(getComparison, async (c) => {
    const { saved, report } = present(await services.results.report(c.req.valid('param').id));
    return c.json(describe(saved, report), 200, { 'Cache-Control': 'private, no-cache' });
  });
  app.openapi(getRedline, (c) => sendPart(c, services, c.req.valid('param').id, 'redline', docxHeaders));
  app.openapi(getHtml, async (c) => {
    const { id } = c.req.valid('param');
    await ensureHtml(services, id, c.req.raw.signal);
    return sendPart(c, services, id, 'html', () => HTML_HEADERS);
  });
}

async function compareDocuments(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const form = negotiate(c.req.header('accept'), [DOCX, JSON_TYPE]);
  if (form === null) {
    throw new RequestError('request/not-acceptable', `The result can be had as ${DOCX} or ${JSON_TYPE}.`);
  }
  const place = services.pool.reserve();
  const share = services.uploads.open();
  try {
    const { original, modified, options: given } = await readUpload(c.req.raw, share);
    c.set('bytesIn', original.byteLength + modified.byteLength);
    const options = parseOptions(given, services.clock());
    const comparison = await place.compare({ original, modified, options }, c.req.raw.signal);
    return form === DOCX ? sendRedline(c, comparison) : await saveResult(c, services, comparison);
  } finally {
    share.release();
    place.release();
  }
}

function sendRedline(c: Context<HttpEnv>, { redline, report }: Comparison): Response {
  // Its buffer came from a thread by transfer, so it is no shared one; the engine's type just cannot say so.
  return c.body(redline as Uint8Array<ArrayBuffer>, 200, {
    ...docxHeaders(report.sha256.redline),
    'Redline-Counts': dictionary(report),
    'Cache-Control': 'no-store',
    'Content-Length': String(redline.byteLength),
  });
}

async function saveResult(
  c: Context<HttpEnv>,
  services: HttpServices,
  comparison: Comparison,
): Promise<Response> {
  const saved = await services.results.save(comparison);
  const answer = describe(saved, comparison.report);
  return c.json(answer, 201, { Location: answer.links.self, 'Cache-Control': 'no-store' });
}

async function sendPart(
  c: Context<HttpEnv>,
  { results }: HttpServices,
  id: string,
  part: ResultPart,
  headersOf: (sha256: string) => Record<string, string>,
): Promise<Response> {
  const found = present(await results.find(id, part));
  const kept = {
    ...headersOf(found.sha256),
    ETag: `"${found.sha256}"`,
    'Cache-Control': 'private, no-cache',
  };
  // A 304 brings a kept answer's headers up to date (RFC 9111 § 4.3.4), its content security policy among them.
  if (isKnown(c.req.header('if-none-match'), kept.ETag)) return c.body(null, 304, kept);
  const headers = { ...kept, 'Content-Length': String(found.size) };
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const { body } = present(await results.open(id, part));
  return c.body(body, 200, headers);
}

/** Renders the page when somebody asks for it first. */
async function ensureHtml({ results, pool }: HttpServices, id: string, signal: AbortSignal): Promise<void> {
  if ((await results.find(id, 'html')) !== 'not-found') return;
  const place = pool.reserve();
  try {
    const { body, expiresAt } = present(await results.open(id, 'redline'));
    const redline = new Uint8Array(await new Response(body).arrayBuffer());
    await results.saveHtml({ id, expiresAt }, await place.render(redline, signal));
  } finally {
    place.release();
  }
}

function docxHeaders(sha256: string): Record<string, string> {
  return {
    'Content-Type': DOCX,
    'Content-Disposition': 'attachment; filename="redline.docx"',
    'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  };
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}

/** The counts as a structured dictionary (RFC 9651 § 3.2), whose keys are lower-case. */
function dictionary({ identical, counts }: Report): string {
  const members = Object.entries(counts).map(([key, value]) => `${kebab(key)}=${value}`);
  return [`identical=?${identical ? 1 : 0}`, ...members].join(', ');
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function describe(saved: SavedResult, report: Report): z.output<typeof comparisonSchema> {
  const self = `/v1/comparisons/${saved.id}`;
  return {
    id: saved.id,
    // The wire's type has mutable arrays; the value is only ever serialised.
    report: report as z.output<typeof comparisonSchema>['report'],
    links: { self, redline: `${self}/redline`, html: `${self}/html` },
    expiresAt: new Date(saved.expiresAt).toISOString(),
  };
}

function present<Value extends object>(value: Value | ResultGone): Value {
  if (value === 'not-found')
    throw new RequestError('comparison/not-found', 'There is no comparison under this id.');
  if (value === 'expired')
    throw new RequestError('comparison/expired', 'The hour of this comparison is over.');
  return value;
}

function parseOptions(given: string | null, now: number): CompareOptions {
  const parsed = optionsSchema.safeParse(given === null ? {} : parseJson(given));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) =>
      [issue.path.join('.'), issue.message].filter(Boolean).join(': '),
    );
    throw new RedlineError('options/invalid', `The options cannot be used. ${faults.join('; ')}`);
  }
  const { date = `${new Date(now).toISOString().slice(0, 19)}Z`, ...others } = parsed.data;
  return compareOptions({ ...others, date });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RedlineError('options/invalid', 'The options are not JSON.');
  }
}

import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ResultPlace, SavedResult } from '../../documents/index.ts';
import {
  COMPARISON,
  type ComparisonRequest,
  type EnginePlace,
  type OperationInputs,
  printableOf,
} from '../../jobs/index.ts';
import {
  type Comparison,
  compareOptions,
  RedlineError,
  type Report,
  type ReportOptions,
} from '../../redline/index.ts';
import { signalOf } from '../arriving.ts';
import { actorOf } from '../conditions.ts';
import { docxHeaders, present, resultOf, sendPart } from '../kept.ts';
import { answerLater } from '../later.ts';
import { parseOptions, wordDate } from '../options.ts';
import { DOCX, JSON_TYPE, PDF } from '../responses.ts';
import { type comparisonSchema, optionsSchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import type { FormSpec } from '../upload.ts';
import { choose, withUpload } from '../work.ts';
import {
  COMPARISON_FORMATS,
  type ComparisonFormat,
  createComparison,
  getComparison,
  getHtml,
  getRedline,
} from './comparison-api.ts';
import { HTML_HEADERS, RESULT_LIMITS } from './shared.ts';
import { pageAnswer, pdfAnswer, REPORT_TYPES, reportAnswers } from './show-answers.ts';

const FORM: FormSpec<OperationInputs<'compare'>> = {
  files: [
    { name: 'original', role: 'original' },
    { name: 'modified', role: 'modified' },
  ],
  optionsBytes: 16 * 1024,
};

/** What each media type is, when no format is named. */
const FORMAT_OF_TYPE = {
  [DOCX]: 'docx',
  [JSON_TYPE]: 'json',
  'text/html': 'html',
  [PDF]: 'pdf',
} as const satisfies Record<string, ComparisonFormat>;
const COMPARISON_TYPES = [DOCX, JSON_TYPE, 'text/html', PDF] as const;

export function addComparisonRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  app.openAPIRegistry.register('CompareOptions', optionsSchema);
  app.openapi(createComparison, (c) => compareDocuments(c, services));
  app.openapi(getComparison, async (c) => {
    const place = resultOf(c, 'comparisons', c.req.valid('param').id);
    const { saved, report } = present(await services.results.report(place));
    // It was written by this service, which never reads what another wrote.
    return c.json(describe(saved, report as Report), 200, { 'Cache-Control': 'private, no-cache' });
  });
  app.openapi(getRedline, (c) =>
    sendPart(c, services, part(c, c.req.valid('param').id, 'document'), redlineHeaders),
  );
  app.openapi(getHtml, async (c) => {
    const { id } = c.req.valid('param');
    await ensureHtml(services, resultOf(c, 'comparisons', id), signalOf(c));
    return sendPart(c, services, part(c, id, 'html'), () => HTML_HEADERS);
  });
}

async function compareDocuments(c: Context<HttpEnv>, services: HttpServices): Promise<Response> {
  const answer = answerFor(c, services);
  return await withUpload(c, services, FORM, {
    now: async ({ inputs, names, options: given }, place) => {
      const { date: asked, ...others } = parseOptions(optionsSchema, given);
      const date = asked === undefined ? wordDate(services.clock()) : asked;
      const options = compareOptions({ ...others, date });
      const comparison = await place.run('compare', inputs, options, signalOf(c));
      return await answer(comparison, place, {
        original: null,
        modified: null,
        ...names,
        date: options.date,
      });
    },
    later: async ({ inputs, names, options: given }) => {
      const { date, ...others } = parseOptions(optionsSchema, given);
      const side = (input: 'original' | 'modified') => ({ input, name: names[input] ?? 'Document' });
      const request: ComparisonRequest = {
        ...{ original: side('original'), modified: side('modified') },
        options: date === undefined ? others : { ...others, date },
        keep: null,
      };
      return await answerLater(c, services, { kind: COMPARISON, request }, inputs);
    },
  });
}

/** Makes the answer of a comparison, with a second step in the pool where it needs one. */
type MakeAnswer = (
  comparison: Comparison,
  place: EnginePlace,
  asked: Omit<ReportOptions, 'limits'>,
) => Response | Promise<Response>;

/**
 * The answer that the request wants: by `?format=`, else by `Accept`.
 *
 * @throws {RequestError | JobError} before anything is read, when it cannot be had.
 */
function answerFor(c: Context<HttpEnv>, services: HttpServices): MakeAnswer {
  const signal = signalOf(c);
  const limits = RESULT_LIMITS;
  switch (formatOf(c)) {
    case 'docx':
      return (comparison) => sendRedline(c, comparison);
    case 'json':
      return (comparison) => saveResult(c, services, comparison);
    case 'html':
      return async ({ redline }, place) => {
        const page = await place.run('page', { document: redline }, { limits, view: 'inline' }, signal);
        return await pageAnswer.send(c, page, services);
      };
    case 'pdf': {
      const [subject, kind] = ['redline', printableOf('redline', services.prints.printer)] as const;
      return async ({ redline }, place) => {
        const shown = await place.run('printable', { document: redline }, { subject, kind, limits }, signal);
        return await pdfAnswer.send(c, shown, services);
      };
    }
    case 'report': {
      const { format, answer } = reportAnswers[choose(c, REPORT_TYPES)];
      return async ({ redline }, place, asked) => {
        const options = { ...asked, format, limits };
        const report = await place.run('report', { document: redline }, options, signal);
        return await answer.send(c, report, services);
      };
    }
  }
}

function formatOf(c: Context<HttpEnv>): ComparisonFormat {
  const given = c.req.query('format');
  if (given === undefined) return FORMAT_OF_TYPE[choose(c, COMPARISON_TYPES)];
  const found = COMPARISON_FORMATS.find((one) => one === given);
  if (found !== undefined) return found;
  throw new RedlineError('options/invalid', `"format" is one of ${COMPARISON_FORMATS.join(', ')}.`);
}

function part<Part extends string>(c: Context<HttpEnv>, id: string, name: Part) {
  return { ...resultOf(c, 'comparisons', id), part: name } as const;
}

const redlineHeaders = (sha256: string): Record<string, string> => docxHeaders(sha256, 'redline.docx');

function sendRedline(c: Context<HttpEnv>, { redline, report }: Comparison): Response {
  // Its buffer came from a thread by transfer, so it is no shared one; the engine's type just cannot say so.
  return c.body(redline as Uint8Array<ArrayBuffer>, 200, {
    ...redlineHeaders(report.sha256.redline),
    'Redline-Counts': dictionary(report),
    'Cache-Control': 'no-store',
    'Content-Length': String(redline.byteLength),
  });
}

async function saveResult(
  c: Context<HttpEnv>,
  services: HttpServices,
  { redline, report }: Comparison,
): Promise<Response> {
  const place = { tenant: actorOf(c).tenant, kind: 'comparisons' } as const;
  const answer = describe(await services.results.save(place, redline, report), report);
  return c.json(answer, 201, { Location: answer.links.self, 'Cache-Control': 'no-store' });
}

/** Renders the page when somebody asks for it first. */
async function ensureHtml(
  { results, pool }: HttpServices,
  result: ResultPlace,
  signal: AbortSignal,
): Promise<void> {
  if ((await results.find(result, 'html')) !== 'not-found') return;
  const place = pool.reserve();
  try {
    const { body, expiresAt } = present(await results.open(result, 'document'));
    const document = new Uint8Array(await new Response(body).arrayBuffer());
    const page = await place.run('page', { document }, { limits: RESULT_LIMITS, view: 'inline' }, signal);
    await results.saveHtml({ ...result, expiresAt }, await new Response(page).text());
  } finally {
    place.release();
  }
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

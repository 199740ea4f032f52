import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { PDF_SUBJECTS, PRINTING, type PrintingRequest, printableOf } from '../../jobs/index.ts';
import {
  type BlacklineOptions,
  CLAUSE_STATES,
  DECORATIONS,
  DEFAULT_BLACKLINE,
  VIEWS,
} from '../../redline/index.ts';
import { wordDate } from '../options.ts';
import { DOCX } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { documentAnswers } from './answers.ts';
import { addOperation, operation } from './operation.ts';
import { RESULT_LIMITS, UNNAMED } from './shared.ts';
import { pageAnswer, pdfAnswer, REPORT_TYPES, reportAnswers, wordsSchema } from './show-answers.ts';

const document = [
  { name: 'document', role: 'document', description: 'Any Word document, at most 50 MB.' },
] as const;

export const htmlOptions = z.strictObject({ view: z.enum(VIEWS).default('inline') });

type Look = BlacklineOptions['insertion'];
const lookOf = (look: Look) =>
  z
    .strictObject({
      decoration: z.enum(DECORATIONS).default(look.decoration),
      color: z
        .string()
        .regex(/^[0-9a-f]{6}$/i, { error: 'must be six hexadecimal digits' })
        .nullable()
        .default(look.color)
        .openapi({ description: '`RRGGBB`; null leaves the colour that the text has.' }),
    })
    .default(look);

const blacklineOptions = z.strictObject({
  insertion: lookOf(DEFAULT_BLACKLINE.insertion),
  deletion: lookOf(DEFAULT_BLACKLINE.deletion),
  moveFrom: lookOf(DEFAULT_BLACKLINE.moveFrom),
  moveTo: lookOf(DEFAULT_BLACKLINE.moveTo),
  formatting: lookOf(DEFAULT_BLACKLINE.formatting ?? DEFAULT_BLACKLINE.insertion)
    .nullable()
    .openapi({ description: 'Of what looks different now; null leaves it unmarked.' }),
});

const count = z.number().int().nonnegative();
const statisticsSchema = z
  .object({
    words: wordsSchema,
    clauses: z.array(
      z.object({ label: z.string(), title: z.string(), state: z.enum(CLAUSE_STATES), words: wordsSchema }),
    ),
    counts: z.record(z.enum(CLAUSE_STATES), count),
  })
  .openapi('Statistics');

export const pdfOptions = z.strictObject({ subject: z.enum(PDF_SUBJECTS).default('redline') });

const name = z.string().max(255).nullable().default(null);
export const reportOptions = z.strictObject({
  original: name.openapi({ description: 'What the report calls the earlier version.' }),
  modified: name.openapi({ description: 'What the report calls the later version.' }),
  date: z.iso.datetime().nullable().optional().openapi({ description: 'Of the report; now by default.' }),
});

export const pageOperation = operation({
  path: '/v1/html',
  operation: 'page',
  summary: 'Show a document with tracked changes as a page',
  description:
    'One HTML page that stands alone: no script, nothing from elsewhere. Insertions are `ins`, deletions `del`; all that bears one `data-change` is one change. `view` chooses one text, or the original beside the modified document.',
  fields: document,
  options: htmlOptions,
  optionsName: 'HtmlOptions',
  toOptions: ({ view }) => ({ limits: RESULT_LIMITS, view }),
  answers: [pageAnswer],
});

export const blacklineOperation = operation({
  path: '/v1/blacklines',
  operation: 'blackline',
  summary: 'Make a static comparison',
  description:
    'The document without tracked changes, in which what was inserted, deleted or moved looks so; words and clauses are counted in the report.',
  fields: document,
  options: blacklineOptions,
  optionsName: 'BlacklineOptions',
  toOptions: (looks) => ({ limits: RESULT_LIMITS, looks }),
  answers: documentAnswers('blackline.docx', statisticsSchema),
});

export const pdfOperation = (services: HttpServices) =>
  operation({
    path: '/v1/pdfs',
    operation: 'printable',
    summary: 'Make a PDF of a redline or a static comparison',
    description:
      'Through LibreOffice or Chromium where the service has one (`pdf` of /health says so); 501 `pdf/not-available` where it has none.',
    fields: document,
    options: pdfOptions,
    optionsName: 'PdfOptions',
    toOptions: ({ subject }) => ({
      subject,
      kind: printableOf(subject, services.prints.printer),
      limits: RESULT_LIMITS,
    }),
    later: {
      result: 'The PDF is the result of that.',
      of: ({ inputs: { document }, names }, { subject }) => {
        printableOf(subject, services.prints.printer);
        const side = { input: 'document', name: names.document ?? UNNAMED };
        const request: PrintingRequest = { document: side, subject };
        return { asked: { kind: PRINTING, request }, inputs: { document } };
      },
    },
    answers: [pdfAnswer],
  });

export const reportOperation = operation({
  path: '/v1/reports',
  operation: 'report',
  summary: 'Report what was changed',
  description:
    'The changes clause by clause, before and after; formatting and numbering apart from substance. `Accept` chooses a Word document, a page, JSON or CSV (whose fields are never formulas).',
  fields: document,
  options: reportOptions,
  optionsName: 'ReportOptions',
  toOptions: ({ original, modified, date }, now, mediaType) => ({
    original,
    modified,
    date: date === undefined ? wordDate(now) : date,
    format: reportAnswers[REPORT_TYPES.find((type) => type === mediaType) ?? DOCX].format,
    limits: RESULT_LIMITS,
  }),
  answers: [reportAnswers[DOCX].answer, ...REPORT_TYPES.slice(1).map((type) => reportAnswers[type].answer)],
});

/** What shows changes: pages, static comparisons. */
export function addShowOperations(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  addOperation(app, services, pageOperation);
  addOperation(app, services, blacklineOperation);
  addOperation(app, services, pdfOperation(services));
  addOperation(app, services, reportOperation);
}

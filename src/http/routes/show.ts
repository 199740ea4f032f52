import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { PDF_SUBJECTS, type PrintableKind, printableOf } from '../../jobs/index.ts';
import {
  type BlacklineOptions,
  CLAUSE_STATES,
  DECORATIONS,
  DEFAULT_BLACKLINE,
  VIEWS,
} from '../../redline/index.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { documentAnswers, textAnswer } from './answers.ts';
import { type Answer, addOperation } from './operation.ts';
import { HTML_HEADERS, RESULT_LIMITS } from './shared.ts';

const document = [
  { name: 'document', role: 'document', description: 'Any Word document, at most 50 MB.' },
] as const;

const htmlOptions = z.strictObject({ view: z.enum(VIEWS).default('inline') });

const lookOf = (look: BlacklineOptions['insertion']) =>
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
});

const count = z.number().int().nonnegative();
const wordsSchema = z.object({
  original: count,
  modified: count,
  inserted: count,
  deleted: count,
  moved: count,
});
const statisticsSchema = z
  .object({
    words: wordsSchema,
    clauses: z.array(
      z.object({ label: z.string(), title: z.string(), state: z.enum(CLAUSE_STATES), words: wordsSchema }),
    ),
    counts: z.record(z.enum(CLAUSE_STATES), count),
  })
  .openapi('Statistics');

const pdfOptions = z.strictObject({ subject: z.enum(PDF_SUBJECTS).default('redline') });

const PDF = 'application/pdf';
const pdfAnswer: Answer<{ readonly kind: PrintableKind; readonly bytes: Uint8Array }> = {
  mediaType: PDF,
  status: 200,
  description: 'The PDF.',
  schema: { type: 'string', contentMediaType: PDF },
  send: async (c, { kind, bytes }, { prints }) => {
    const pdf = await prints.print(kind, bytes, c.req.raw.signal);
    return c.body(pdf as Uint8Array<ArrayBuffer>, 200, {
      'Content-Type': PDF,
      'Content-Disposition': 'attachment; filename="redline.pdf"',
      'Content-Length': String(pdf.byteLength),
      'Cache-Control': 'no-store',
    });
  },
};

/** What shows changes: pages, static comparisons. */
export function addShowOperations(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  addOperation(app, services, {
    path: '/v1/html',
    operation: 'page',
    summary: 'Show a document with tracked changes as a page',
    description:
      'One HTML page that stands alone: no script, nothing from elsewhere. Insertions are `ins`, deletions `del`; all that bears one `data-change` is one change. `view` chooses one text, or the original beside the modified document.',
    fields: document,
    options: htmlOptions,
    optionsName: 'HtmlOptions',
    toOptions: ({ view }) => ({ limits: RESULT_LIMITS, view }),
    answers: [textAnswer('The page.', HTML_HEADERS, (html) => html)],
  });
  addOperation(app, services, {
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
  addOperation(app, services, {
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
    answers: [pdfAnswer],
  });
}

import { z } from '@hono/zod-openapi';
import type { PrintableKind, ReportFormat, WrittenReport } from '../../jobs/index.ts';
import { CLAUSE_STATES } from '../../redline/index.ts';
import { signalOf } from '../arriving.ts';
import { DOCX, JSON_TYPE, PDF } from '../responses.ts';
import { textAnswer } from './answers.ts';
import type { Answer } from './operation.ts';
import { HTML_HEADERS } from './shared.ts';

// What shows changes, as it is sent: of a document, or of a comparison's redline.

/** A page, sent while it is made. */
export const pageAnswer = textAnswer<ReadableStream<Uint8Array>>(
  'The page, sent while it is made.',
  HTML_HEADERS,
  (page) => page,
);

export const pdfAnswer: Answer<{ readonly kind: PrintableKind; readonly bytes: Uint8Array }> = {
  mediaType: PDF,
  status: 200,
  description: 'The PDF.',
  schema: { type: 'string', contentMediaType: PDF },
  send: async (c, { kind, bytes }, { prints }) => {
    const pdf = await prints.print(kind, bytes, signalOf(c));
    return c.body(pdf as Uint8Array<ArrayBuffer>, 200, {
      'Content-Type': PDF,
      'Content-Disposition': 'attachment; filename="redline.pdf"',
      'Content-Length': String(pdf.byteLength),
      'Cache-Control': 'no-store',
    });
  },
};

const count = z.number().int().nonnegative();
export const wordsSchema = z.object({
  original: count,
  modified: count,
  inserted: count,
  deleted: count,
  moved: count,
});
const reportedSchema = z.array(
  z.object({
    story: z.string(),
    clause: z.string(),
    heading: z.string(),
    changes: z.array(
      z.object({
        id: z.string(),
        kind: z.string(),
        what: z.string(),
        author: z.string(),
        date: z.string().nullable(),
        story: z.string(),
        before: z.string(),
        after: z.string(),
        format: z.object({ before: z.string(), after: z.string() }).nullable(),
      }),
    ),
  }),
);
const reportSchema = z
  .object({
    original: z.string().nullable(),
    modified: z.string().nullable(),
    date: z.string().nullable(),
    authors: z.array(z.string()),
    counts: z.object({
      changes: count,
      substance: count,
      formatting: count,
      byKind: z.record(z.string(), count),
    }),
    words: wordsSchema,
    clauses: z.record(z.enum(CLAUSE_STATES), count),
    substance: reportedSchema,
    formatting: reportedSchema,
  })
  .openapi('ChangeReport');

function reportAnswer(
  mediaType: string,
  description: string,
  headers: Readonly<Record<string, string>>,
): Answer<WrittenReport> {
  return {
    mediaType,
    status: 200,
    description,
    schema: mediaType === JSON_TYPE ? reportSchema : { type: 'string', contentMediaType: mediaType },
    send: (c, { document: bytes }) =>
      c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
        'Content-Type': mediaType,
        ...headers,
        'Content-Length': String(bytes.byteLength),
        'Cache-Control': 'no-store',
      }),
  };
}

/** The forms of a change report. */
export const REPORT_TYPES = [DOCX, JSON_TYPE, 'text/html', 'text/csv'] as const;
type ReportType = (typeof REPORT_TYPES)[number];

export const reportAnswers: Readonly<
  Record<ReportType, { readonly format: ReportFormat; readonly answer: Answer<WrittenReport> }>
> = {
  [DOCX]: {
    format: 'docx',
    answer: reportAnswer(DOCX, 'As a Word document.', {
      'Content-Disposition': 'attachment; filename="report.docx"',
    }),
  },
  [JSON_TYPE]: { format: 'json', answer: reportAnswer(JSON_TYPE, 'As JSON.', {}) },
  'text/html': { format: 'html', answer: reportAnswer('text/html', 'As a page.', HTML_HEADERS) },
  'text/csv': {
    format: 'csv',
    answer: reportAnswer('text/csv', 'As CSV, one change a row.', {
      'Content-Type': 'text/csv; charset=utf-8; header=present',
      'Content-Disposition': 'attachment; filename="changes.csv"',
    }),
  },
};

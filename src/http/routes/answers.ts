import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { sendWhole } from '../body.ts';
import { actorOf } from '../conditions.ts';
import { docxHeaders } from '../kept.ts';
import { DOCX, JSON_TYPE } from '../responses.ts';
import type { Answer } from './operation.ts';

/** The result, or a part of it, as JSON. */
export function jsonAnswer<Result>(
  description: string,
  schema: z.ZodType,
  pick: (result: Result) => unknown = (result) => result,
): Answer<Result> {
  return {
    mediaType: JSON_TYPE,
    status: 200,
    description,
    schema,
    send: (c, result) =>
      c.body(JSON.stringify(pick(result)), 200, { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-store' }),
  };
}

/** A text of a result, such as a page or a table, sent while it is made where it is a stream. `headers` name its type with its encoding. */
export function textAnswer<Result>(
  description: string,
  headers: Readonly<Record<'Content-Type', string>> & Readonly<Record<string, string>>,
  pick: (result: Result) => string | ReadableStream<Uint8Array>,
): Answer<Result> {
  const [mediaType = ''] = headers['Content-Type'].split(';');
  return {
    mediaType,
    status: 200,
    description,
    schema: { type: 'string' },
    send: (c, result, { log }) => {
      const content = { ...headers, 'Cache-Control': 'no-store' };
      const text = pick(result);
      return typeof text === 'string' ? c.body(text, 200, content) : sendWhole(c, text, content, log);
    },
  };
}

/** What an operation that gives a document gives back. */
export interface DocumentResult {
  readonly document: Uint8Array;
  readonly report: object;
}

/**
 * The two ways to have a document: the file itself, of which nothing is kept, or its report with links that answer
 * for one hour.
 *
 * @public
 * @param name of the file that a browser saves it under.
 */
export function documentAnswers<Result extends DocumentResult>(
  name: string,
  report: z.ZodType,
): readonly [Answer<Result>, Answer<Result>] {
  const file: Answer<Result> = {
    mediaType: DOCX,
    status: 200,
    description: 'The document. `Repr-Digest` (RFC 9530) says its SHA-256.',
    schema: { type: 'string', contentMediaType: DOCX },
    send: (c, { document }) =>
      // Its buffer came from a thread by transfer, so it is no shared one; the type just cannot say so.
      c.body(document as Uint8Array<ArrayBuffer>, 200, {
        ...docxHeaders(createHash('sha256').update(document).digest('hex'), name),
        'Cache-Control': 'no-store',
        'Content-Length': String(document.byteLength),
      }),
  };
  const kept: Answer<Result> = {
    mediaType: JSON_TYPE,
    status: 201,
    description: 'The report and links to the document.',
    schema: keptSchema(report),
    send: async (c, result, { results }) => {
      const { id, expiresAt } = await results.save(
        { tenant: actorOf(c).tenant, kind: 'results' },
        result.document,
        result.report,
      );
      const answer = describeKept(id, expiresAt, result.report);
      return c.json(answer, 201, { Location: answer.links.self, 'Cache-Control': 'no-store' });
    },
  };
  return [file, kept];
}

export function keptSchema(report: z.ZodType) {
  return z.object({
    id: z.string(),
    report,
    links: z.object({ self: z.string(), document: z.string() }),
    expiresAt: z.iso.datetime().openapi({ description: 'The links answer until then: one hour.' }),
  });
}

export function describeKept<Report>(id: string, expiresAt: number, report: Report) {
  const self = `/v1/results/${id}`;
  return {
    id,
    report,
    links: { self, document: `${self}/document` },
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

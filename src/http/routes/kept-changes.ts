import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { DerivedHead, DerivedKind } from '../../documents/index.ts';
import type { OperationName, OperationResult } from '../../jobs/index.ts';
import { authorOf } from '../author.ts';
import { limitBody } from '../body-limit.ts';
import { actorOf, changeOfDocument } from '../conditions.ts';
import { etagOf } from '../document-views.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import { authorSchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { type Subject, subjectOf, wordBytes } from '../subject.ts';
import { withPlace } from '../work.ts';
import { decideOperation, decideOptions, decisionReportSchema } from './changes.ts';
import { both } from './document-api.ts';
import {
  editOperation,
  editOptions,
  editReportSchema,
  MOST_EDITS,
  scrubOperation,
  scrubOptions,
  scrubReportSchema,
} from './edit.ts';
import { commentEditSchema } from './edit-schemas.ts';
import type { Operation } from './operation.ts';
import { serve } from './serve.ts';
import type { Place } from './version-api.ts';

/** The operations that make one document of one. */
type Deriving = Extract<OperationName, 'decide' | 'edit' | 'scrub'>;
type ReportOf<Name extends Deriving> = OperationResult<Name>['report'];

/** What is done to what is kept: one row each, after the operation that does it to an upload. */
interface KeptChange<Name extends Deriving, Options extends z.ZodType, Body extends z.ZodType> {
  readonly of: Operation<Name, Options>;
  readonly kind: DerivedKind;
  readonly path: string;
  readonly summary: string;
  readonly body: Body;
  /** What the form of the stateless operation would say. */
  readonly toForm: (body: z.output<Body>, author: string) => z.input<Options>;
  readonly report: z.ZodType;
  /** What the list of versions says of it. */
  readonly counts: (report: ReportOf<Name>, body: z.output<Body>) => Readonly<Record<string, number>>;
}

const author = authorSchema
  .removeDefault()
  .optional()
  .openapi({ description: 'Whose revisions they are: who asks, by default.' });
const editBody = z.strictObject({ ...editOptions.shape, author });
const commentBody = z.strictObject({
  ...editBody.shape,
  edits: z.array(commentEditSchema).min(1).max(MOST_EDITS),
});

/** What changes documents and redlines of them. */
export function addKeptChanges(app: OpenAPIHono<HttpEnv>, services: HttpServices, place: Place): void {
  const { noun } = place;
  const signed = <Body extends { readonly author?: string | undefined }>(body: Body, author: string) => ({
    ...body,
    author: body.author ?? author,
  });
  addKeptChange(app, services, place, {
    of: decideOperation,
    kind: 'decided',
    path: 'decisions',
    summary: `Accept and reject tracked changes of a ${noun}`,
    body: decideOptions,
    toForm: (body) => body,
    report: decisionReportSchema,
    counts: ({ accepted, rejected, gone, left }) => ({
      accepted: accepted.length,
      rejected: rejected.length,
      gone: gone.length,
      left,
    }),
  });
  addKeptChange(app, services, place, {
    of: editOperation,
    kind: 'edited',
    path: 'edits',
    summary: `Edit a ${noun} as tracked changes`,
    body: editBody,
    toForm: signed,
    report: editReportSchema,
    counts: ({ edits, revisions }) => ({ edits: edits.length, revisions }),
  });
  addKeptChange(app, services, place, {
    of: editOperation,
    kind: 'commented',
    path: 'comments',
    summary: `Comment on a ${noun}: add, answer, resolve, reopen and delete comments`,
    body: commentBody,
    toForm: signed,
    report: editReportSchema,
    counts: ({ edits }) => ({ comments: edits.length }),
  });
  addKeptChange(app, services, place, {
    of: scrubOperation,
    kind: 'scrubbed',
    path: 'scrubs',
    summary: `Take out who wrote a ${noun}, when and how`,
    body: scrubOptions,
    toForm: (body) => body,
    report: scrubReportSchema,
    counts: ({ removed }) => ({ removed: removed.reduce((sum, { count }) => sum + count, 0) }),
  });
}

function addKeptChange<Name extends Deriving, Options extends z.ZodType, Body extends z.ZodType>(
  app: OpenAPIHono<HttpEnv>,
  services: HttpServices,
  place: Place,
  operation: KeptChange<Name, Options, Body>,
): void {
  const { of, kind, path, body } = operation;
  const json = (schema: z.ZodType) => ({ [JSON_TYPE]: { schema } });
  const answer = z.object({
    state: place.schema.openapi({ description: `The ${place.noun} as it is now.` }),
    result: operation.report,
    version: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'The version that was made; `null` for none.' }),
  });
  const route = createRoute({
    method: 'post',
    path: `${place.base}/${path}`,
    summary: operation.summary,
    description: `One commit and one new version, however many there are in the request; where nothing would change, none. ${of.description}`,
    middleware: limitBody(of.optionsBytes),
    request: { params: place.params, headers: both, body: { required: true, content: json(body) } },
    responses: {
      200: { description: 'Nothing changed, and nothing was committed.', content: json(answer) },
      201: { description: 'What became of it. `Location` names the new version.', content: json(answer) },
      ...problemResponses,
    },
  });
  serve(app, route, async (c) => {
    const asked = c.req.valid('json' as never) as z.output<Body>;
    const subject = await subjectOf(c, services);
    const change = changeOfDocument(c, subject.id);
    const form = of.options.parse(operation.toForm(asked, authorOf(c)));
    const asking = of.toOptions(form, services.clock(), JSON_TYPE);
    const kept = { tenant: actorOf(c).tenant, id: subject.id };
    const options = of.operation === 'decide' ? { ...asking, kept } : asking;
    const { signal } = c.req.raw;
    const made = await withPlace(services, (engine, share) =>
      subject.kept.derive(change, kind, async (current, open) => {
        const inputs = { document: await wordBytes(current, open, share) };
        const result = await engine.run<Deriving>(of.operation, inputs, options, signal);
        const { document, report } = result as OperationResult<Name>;
        const examine = services.examiner.made([current.facts.scanned], signal);
        return { document, result: report, counts: operation.counts(report, asked), examine };
      }),
    );
    return await answerMade(c, subject, made);
  });
}

async function answerMade(
  c: Context<HttpEnv>,
  { self, view }: Subject,
  { stored, result, version }: DerivedHead,
): Promise<Response> {
  const body = JSON.stringify({ state: await view(stored), result, version: version?.number ?? null });
  const headers = { ETag: etagOf(stored.generation), 'Cache-Control': 'no-store', 'Content-Type': JSON_TYPE };
  if (version === null) return c.body(body, 200, headers);
  return c.body(body, 201, { ...headers, Location: `${self}/versions/${version.number}` });
}

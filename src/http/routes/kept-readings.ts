import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { NewOperation, StoredHead } from '../../documents/index.ts';
import {
  type AskedSide,
  type OperationInputs,
  type OperationName,
  PRINTING,
  type PrintingRequest,
} from '../../jobs/index.ts';
import { CHANGE_KINDS } from '../../redline/index.ts';
import { actorOf, isKnown } from '../conditions.ts';
import { etagOf } from '../document-views.ts';
import { answerLater, isForLater } from '../later.ts';
import { problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { assertWord, subjectOf, wordBytes } from '../subject.ts';
import { choose, withPlace } from '../work.ts';
import { changesOperation, filterSchema } from './changes.ts';
import { commentsOperation } from './edit.ts';
import type { Operation } from './operation.ts';
import { serve } from './serve.ts';
import { HTML_HEADERS } from './shared.ts';
import {
  blacklineOperation,
  htmlOptions,
  pageOperation,
  pdfOperation,
  pdfOptions,
  reportOperation,
  type reportOptions,
} from './show.ts';
import type { Place } from './version-api.ts';

/** Those operations that take one document. */
type OfOne = {
  [Name in OperationName]: OperationInputs<Name> extends { document: Uint8Array } ? Name : never;
}[OperationName];

/** What is read out of a version that is kept: one row each, after the operation that reads it out of an upload. */
interface Reading<Name extends OperationName, Options extends z.ZodType, Query extends z.ZodObject> {
  readonly of: Operation<Name, Options>;
  readonly path: string;
  readonly summary: string;
  /** Beside `version`. */
  readonly query: Query;
  /** What the form of the stateless operation would say. */
  readonly toForm: (query: z.output<Query>, stored: StoredHead) => z.input<Options>;
  /**
   * Headers of the answer that belong to what a client keeps of it, so that a 304 must say them too (RFC 9111 § 4.3.4);
   * `null` where equal states have answers that differ, which then carry no ETag.
   */
  readonly stable: Readonly<Record<string, string>> | null;
  /** What a worker is asked where a request says `Prefer: respond-async`; without it everybody waits. */
  readonly later?: (document: AskedSide, form: z.output<Options>) => Pick<NewOperation, 'kind' | 'request'>;
}

const LATER =
  'With `Prefer: respond-async` it is made later, and what `Location` names says how far it is. The file is the result of that.';
const KEPT = { 'Cache-Control': 'private, no-cache' };

const version = z.coerce
  .number()
  .int()
  .positive()
  .optional()
  .openapi({ description: 'The current one by default.' });

/** A parameter that may be there several times. */
const several = <Item extends z.ZodType>(item: Item, of: readonly string[] = []) =>
  z
    .preprocess(
      (given) => (given === undefined || Array.isArray(given) ? given : [given]),
      z.array(item).optional(),
    )
    .openapi({
      type: 'array',
      items: { type: 'string', ...(of.length > 0 ? { enum: [...of] } : {}) },
      description: 'Any of these; the parameter may be repeated.',
    });

const { from, to, text, clause, story } = filterSchema.shape;
const changesQuery = z.object({
  ...{
    ids: several(z.string().max(64)),
    authors: several(z.string().max(1000)),
    kinds: several(z.enum(CHANGE_KINDS), CHANGE_KINDS),
  },
  ...{ from, to, text, clause, story },
});

/** What documents and redlines of them show of themselves. */
export function addKeptReadings(app: OpenAPIHono<HttpEnv>, services: HttpServices, place: Place): void {
  const { noun } = place;
  addReading(app, services, place, {
    of: changesOperation,
    path: 'changes',
    summary: `List the tracked changes of a ${noun}`,
    query: changesQuery,
    toForm: (filter) => ({ filter }),
    stable: {},
  });
  addReading(app, services, place, {
    of: commentsOperation,
    path: 'comments',
    summary: `List the comments of a ${noun}`,
    query: z.object({}),
    toForm: () => ({}),
    stable: {},
  });
  addReading(app, services, place, {
    of: pageOperation,
    path: 'html',
    summary: `Show a ${noun} with its tracked changes as a page`,
    query: z.object(htmlOptions.shape),
    toForm: (view) => view,
    stable: HTML_HEADERS,
  });
  addReading(app, services, place, {
    of: blacklineOperation,
    path: 'blackline',
    summary: `A static comparison of a ${noun}`,
    query: z.object({}),
    toForm: () => ({}),
    stable: {},
  });
  addReading(app, services, place, {
    of: pdfOperation(services),
    path: 'pdf',
    summary: `A PDF of a ${noun}, of its static comparison or of its change report`,
    query: z.object(pdfOptions.shape),
    toForm: (subject) => subject,
    stable: null,
    later: (document, { subject }) => {
      const request: PrintingRequest = { document, subject };
      return { kind: PRINTING, request };
    },
  });
  addReading(app, services, place, {
    of: reportOperation,
    path: 'report',
    summary: `Report what is changed in a ${noun}`,
    query: z.object({ original: z.string().max(255).optional(), modified: z.string().max(255).optional() }),
    toForm: (given, { head }) => ({ ...namesOf(head), ...given }),
    stable: null,
  });
}

/** What a report calls both sides, unless it is said. */
function namesOf({ redline }: StoredHead['head']): z.input<typeof reportOptions> {
  const [modified, ...more] = redline?.modified ?? [];
  return redline === null || modified === undefined || more.length > 0
    ? {}
    : { original: redline.original.name, modified: modified.name };
}

function addReading<Name extends OfOne, Options extends z.ZodType, Query extends z.ZodObject>(
  app: OpenAPIHono<HttpEnv>,
  services: HttpServices,
  place: Place,
  { of, path, summary, query, toForm, stable, later }: Reading<Name, Options, Query>,
): void {
  const answers = of.answers.filter(({ status }) => status === 200);
  const whole = query.extend({ version }).strict();
  const content = Object.fromEntries(answers.map(({ mediaType, schema }) => [mediaType, { schema }]));
  const route = createRoute({
    method: 'get',
    path: `${place.base}/${path}`,
    summary,
    description: `Of the version that \`version\` names, else of the current one. ${of.description}`,
    request: { params: place.params, query: whole },
    responses: {
      200: { description: answers.map(({ description }) => description).join(' '), content },
      ...(later === undefined ? {} : { 202: { description: LATER } }),
      ...(stable !== null ? { 304: { description: 'It is as `If-None-Match` says.' } } : {}),
      ...problemResponses,
    },
  });
  serve(app, route, async (c) => {
    const mediaType = choose(
      c,
      answers.map((answer) => answer.mediaType),
    );
    const answer = answers.find((one) => one.mediaType === mediaType) ?? of.answers[0];
    const { version: number, ...asked } = whole.parse(flat(c.req.queries()));
    const { kept, id } = await subjectOf(c, services);
    const { stored, version: read } = await kept.version(actorOf(c), id, number as number | undefined);
    const etag = etagOf(stored.generation);
    const headers: Record<string, string> =
      stable === null ? {} : { ...stable, ETag: etag, Vary: 'Accept', ...KEPT };
    if (stable !== null && isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
    // Nobody would read what is made for it.
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': mediaType, ...headers });
    const form = of.options.parse(toForm(asked as z.output<Query>, stored));
    const options = of.toOptions(form, services.clock(), answer.mediaType);
    if (later !== undefined && isForLater(c, 0)) {
      assertWord(read);
      const { id: document, redline } = c.req.param() as { readonly id: string; readonly redline?: string };
      const side = { document, version: read.number, name: stored.head.name };
      const asked = later(redline === undefined ? side : { ...side, redline }, form);
      const taken = await answerLater(c, services, { ...asked, documents: [document] }, {});
      // That is what was looked at; the operation has events of its own.
      c.set('audited', { ...c.get('audited'), object: id });
      return taken;
    }
    return await withPlace(services, async (engine, share) => {
      const open = async () => (await kept.open(actorOf(c), id, read.number)).body;
      const inputs = { document: await wordBytes(read, open, share) } as OperationInputs<Name>;
      const result = await engine.run(of.operation, inputs, options, c.req.raw.signal);
      const sent = await answer.send(c, result, services);
      for (const [name, value] of Object.entries(headers)) sent.headers.set(name, value);
      return sent;
    });
  });
}

/** A parameter that is there once is no list. */
function flat(queries: Readonly<Record<string, string[]>>): Record<string, string | string[] | undefined> {
  return Object.fromEntries(
    Object.entries(queries).map(([name, all]) => [name, all.length === 1 ? all[0] : all]),
  );
}

import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { RuleSet, StoredHead, StoredRules } from '../../documents/index.ts';
import { RETENTION, type RetentionRequest } from '../../jobs/index.ts';
import { actorOf, changeOfDocument, ifMatchOf } from '../conditions.ts';
import { retentionSchema, time } from '../document-schemas.ts';
import { etagOf, linkOf, viewRetention } from '../document-views.ts';
import { answerLater, isForLater } from '../later.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { both, ifMatch, shortBody } from './document-api.ts';

// How long documents are kept, and which of them nobody may delete.

const days = (description: string) => z.number().int().min(0).max(36_500).nullable().openapi({ description });
const since = z
  .enum(['created', 'changed'])
  .openapi({ description: 'Since it was first kept, or since it last got a version.' });
const periods = {
  keepDays: days('Nobody can delete it before; `null`: whoever may, may at once.'),
  deleteAfterDays: days('The service deletes it then, after a mark and a grace period; `null`: never.'),
  since: since.default('created'),
};
const periodsSchema = z.strictObject(periods);
const ruleSchema = z.strictObject({
  id: z.string().min(1).max(64),
  type: z
    .string()
    .max(200)
    .nullable()
    .default(null)
    .openapi({ description: 'Media type of the current version, or `image/*` and the like; `null`: any.' }),
  label: z.string().min(1).max(64).nullable().default(null),
  ...periods,
});
const ruleSetSchema = z
  .strictObject({ default: periodsSchema, rules: z.array(ruleSchema).max(200) })
  .openapi('RetentionRules');
// What is stored has every member.
const storedSetSchema = z.object({
  default: periodsSchema.extend({ since }),
  rules: z.array(ruleSchema.extend({ since, type: z.string().nullable(), label: z.string().nullable() })),
});
const storedRulesSchema = z
  .object({
    etag: z.string(),
    version: z.number().int().openapi({ description: 'Counts the changes.' }),
    ...storedSetSchema.shape,
    former: z
      .array(storedSetSchema.extend({ replacedAt: time }))
      .openapi({ description: 'Rules that were replaced: what they promised holds for 30 days more.' }),
  })
  .openapi('StoredRetentionRules');
const holdSchema = z
  .object({
    etag: z.string().openapi({ description: 'That of the document.' }),
    hold: z.object({ reason: z.string(), setAt: time, setBy: z.string() }).nullable(),
    retention: retentionSchema.nullable(),
    links: z.object({ self: z.string(), document: z.string() }),
  })
  .openapi('DocumentHold');

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const body = <Schema extends z.ZodType>(schema: Schema) => ({ required: true, content: json(schema) });
const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const rulesAnswer = {
  description: 'The rules; their ETag in the header too.',
  content: json(storedRulesSchema),
};
const holdAnswer = {
  description: 'The hold; the ETag of the document in the header.',
  content: json(holdSchema),
};

const getRules = createRoute({
  method: 'get',
  path: '/v1/retention',
  summary: 'How long documents are kept; for administrators and auditors',
  responses: { 200: rulesAnswer, ...problemResponses },
});
const putRules = createRoute({
  method: 'put',
  path: '/v1/retention',
  summary: 'Replace the rules of how long documents are kept; for administrators',
  description: 'A longer time holds at once; a shorter one when a notice of 30 days is over.',
  middleware: shortBody,
  request: { headers: ifMatch, body: body(ruleSetSchema) },
  responses: { 200: rulesAnswer, ...problemResponses },
});
const getHold = createRoute({
  method: 'get',
  path: '/v1/documents/{id}/hold',
  summary: 'Whether a document is under a legal hold, and why; for administrators',
  request: { params },
  responses: { 200: holdAnswer, ...problemResponses },
});
const putHold = createRoute({
  method: 'put',
  path: '/v1/documents/{id}/hold',
  summary: 'Put a document under a legal hold; for administrators',
  description:
    'Nothing of it is deleted until the hold is released, whoever asks and whatever the rules say.',
  middleware: shortBody,
  request: {
    params,
    headers: both,
    body: body(
      z
        .strictObject({
          reason: z
            .string()
            .min(1)
            .max(500)
            .openapi({ description: 'Such as the number of a case; it stands in the audit trail.' }),
        })
        .openapi('NewHold'),
    ),
  },
  responses: { 200: holdAnswer, ...problemResponses },
});
const deleteHold = createRoute({
  method: 'delete',
  path: '/v1/documents/{id}/hold',
  summary: 'Release a legal hold; for administrators',
  request: { params, headers: both },
  responses: { 200: holdAnswer, ...problemResponses },
});

const OUTCOMES = ['deleted', 'marked', 'waiting', 'held', 'clock doubted', 'changed meanwhile'] as const;
/** Every one is there: a record would say that each may be missing. */
const countsOf = <Name extends string>(names: readonly Name[]): Record<Name, z.ZodInt> =>
  Object.fromEntries(names.map((name) => [name, z.int()])) as Record<Name, z.ZodInt>;
const reportSchema = z
  .object({
    dryRun: z.boolean(),
    at: time,
    rulesVersion: z.number().int(),
    clockDoubtedSince: time.nullable().openapi({
      description: 'Since when the clock is not believed, and nothing is marked or deleted; `null`: it is.',
    }),
    looked: z.number().int(),
    kept: z.number().int().openapi({ description: 'Documents whose time is not over.' }),
    counts: z.object(countsOf(OUTCOMES)),
    documents: z
      .array(
        z.object({ document: z.string(), outcome: z.enum(OUTCOMES), rule: z.string(), deleteAfter: time }),
      )
      .openapi({ description: 'Those whose time is over, 1,000 at most.' }),
  })
  .openapi('RetentionSweep');
const postSweep = createRoute({
  method: 'post',
  path: '/v1/retention/sweeps',
  summary: 'Mark and delete documents whose time is over, or tell what that would be; for administrators',
  description: 'The service does it once a day by itself.',
  middleware: shortBody,
  request: { body: body(z.strictObject({ dryRun: z.boolean().default(true) }).openapi('NewRetentionSweep')) },
  responses: {
    200: { description: 'What was or would be done.', content: json(reportSchema) },
    202: {
      description:
        'With `Prefer: respond-async` it is done later, and what `Location` names says how far it is; the report is its result. It cannot be cancelled once it is begun.',
    },
    ...problemResponses,
  },
});

/** Rules of retention and legal holds. */
export function addRetentionRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { library } = services;
  const { retention, holds } = library;
  const rules = (c: Context<HttpEnv>, stored: StoredRules) => {
    c.header('ETag', etagOf(stored.generation));
    c.header('Cache-Control', 'no-store');
    c.set('audited', { object: actorOf(c).tenant });
    return viewRules(stored);
  };
  app.openapi(getRules, async (c) => c.json(rules(c, await retention.read(actorOf(c).tenant)), 200));
  app.openapi(putRules, async (c) => {
    const given = c.req.valid('json');
    return c.json(rules(c, await retention.replace(actorOf(c).tenant, ifMatchOf(c), given)), 200);
  });
  app.openapi(postSweep, async (c) => {
    const { tenant } = actorOf(c);
    const request: RetentionRequest = c.req.valid('json');
    if (isForLater(c, 0)) {
      const taken = await answerLater(c, services, { kind: RETENTION, request }, {});
      c.set('audited', { object: tenant });
      return taken;
    }
    const report = await library.retentionSweep.run(tenant, request.dryRun);
    c.set('audited', { object: tenant });
    return c.json({ ...report, documents: [...report.documents] }, 200, { 'Cache-Control': 'no-store' });
  });
  const hold = async (c: Context<HttpEnv>, stored: StoredHead) => {
    c.header('ETag', etagOf(stored.generation));
    c.header('Cache-Control', 'no-store');
    const self = linkOf(stored.head.id);
    const retained = await retention.show(stored.head);
    return {
      etag: etagOf(stored.generation),
      hold: stored.head.hold ?? null,
      retention: retained === null ? null : viewRetention(stored.head, retained),
      links: { self: `${self}/hold`, document: self },
    };
  };
  app.openapi(getHold, async (c) =>
    c.json(await hold(c, await holds.get(actorOf(c), c.req.valid('param').id)), 200),
  );
  app.openapi(putHold, async (c) => {
    const change = changeOfDocument(c, c.req.valid('param').id);
    return c.json(await hold(c, await holds.set(change, c.req.valid('json').reason)), 200);
  });
  app.openapi(deleteHold, async (c) =>
    c.json(await hold(c, await holds.release(changeOfDocument(c, c.req.valid('param').id))), 200),
  );
}

function viewRules({ rules, generation }: StoredRules): z.output<typeof storedRulesSchema> {
  const shown = ({ default: fallback, rules: all }: RuleSet) => ({
    default: { ...fallback },
    rules: all.map((one) => ({ ...one })),
  });
  return {
    etag: etagOf(generation),
    version: rules.version,
    ...shown(rules.current),
    former: rules.former.map((one) => ({ replacedAt: one.replacedAt, ...shown(one) })),
  };
}

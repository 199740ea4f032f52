import { createRoute, z } from '@hono/zod-openapi';
import { EVENT_TYPES, type EventType, EXPORT_FORMATS } from '../../audit/index.ts';
import { JSON_TYPE, problemResponses } from '../responses.ts';

// The audit trail as auditors ask for it, and as the wire shows it.

/** Events of one page at most. */
const MOST_PAGE = 200;
/** Checkpoints of one answer at most: of busy minutes each has some 200 kB. */
const MOST_CHECKPOINTS = 100;

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const id = z.string().regex(/^[\x21-\x7e]{1,300}$/);
const time = z.iso.datetime();
const sequence = z.coerce.number().int().min(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const base64 = z.string();

const types = z
  .string()
  .max(2000)
  .refine((text) => text.split(',').every((one) => Object.hasOwn(EVENT_TYPES, one)), {
    error: 'names a type that there is none of; /events has them all',
  })
  .openapi({
    description: 'Types of events, joined by commas; /events has them all.',
    example: 'content.downloaded,link.opened',
  });

/** Every condition that is given must hold. */
const filters = {
  type: types.optional(),
  outcome: z.enum(['done', 'refused', 'failed']).optional(),
  actor: id.optional().openapi({ description: 'Who: the id of a person, a key, a service account.' }),
  credential: id.optional().openapi({ description: 'What proved it: the id of a session or key.' }),
  object: id.optional().openapi({ description: 'What it was done to.' }),
  document: id.optional().openapi({ description: 'A document, with all redlines of it.' }),
  address: id.optional().openapi({ description: 'The IP address that it came from.' }),
  requestId: id.optional(),
  from: time.optional().openapi({ description: 'Not earlier than this.' }),
  before: time.optional().openapi({ description: 'Earlier than this.' }),
};
export const filterSchema = z.strictObject(filters);
export type GivenFilters = z.output<typeof filterSchema>;

const eventSchema = z
  .object({
    ...{ tenant: z.string(), sequence: z.number().int(), id: z.string(), at: time },
    type: z.enum(Object.keys(EVENT_TYPES) as [EventType, ...EventType[]]),
    outcome: z.enum(['done', 'refused', 'failed']),
    reason: z.string().nullable(),
    ...{ actorKind: z.string(), actor: z.string(), credential: z.string() },
    ...{ address: z.string().nullable(), requestId: z.string() },
    ...{ object: z.string().nullable(), document: z.string().nullable() },
    ...{ version: z.number().int().nullable(), commit: z.number().int().nullable() },
    details: z.string().nullable().openapi({ description: 'Facts of this type of event, as JSON.' }),
    ...{ format: z.number().int(), previous: hash, hash },
  })
  .openapi('AuditEvent', { description: 'An event of the audit trail; /events says what its fields are.' });

const shownSchema = eventSchema
  .extend({
    openedAddress: z.string().nullable().openapi({
      description: 'The address, where it could be opened: no field of the event, and in no hash.',
    }),
  })
  .openapi('ShownAuditEvent');

const viewSchema = z
  .object({
    through: z.number().int().openapi({
      description:
        'The last event that the answer could show: what happened later is on its way, and not in it.',
    }),
    waiting: z.number().int().openapi({
      description: 'How much is known to be on its way, at least.',
    }),
  })
  .openapi('AuditView');

const checkpointSchema = z.object({
  ...{ format: z.literal(2), tenant: z.string(), first: z.number().int(), last: z.number().int() },
  hash: hash.openapi({ description: 'Of the last event.' }),
  root: hash.openapi({ description: 'Of the tree of hashes over all events (RFC 9162).' }),
  previous: hash.nullable().openapi({ description: 'Of the checkpoint before.' }),
  ...{ at: time, key: z.string() },
  signature: base64.openapi({ description: 'Ed25519 over the canonical JSON (RFC 8785) of all else.' }),
});
const vouched = z.object({ at: time, signature: base64 }).nullable();

const proofSchema = z
  .object({
    format: z.literal(1),
    event: eventSchema,
    path: z.array(hash).openapi({ description: 'Beside the way from the event up to the root.' }),
    checkpoint: checkpointSchema,
    keys: z.array(z.object({ publicKey: base64, vouched })).openapi({
      description: 'From the first key to the one that signed, each vouched for by the one before.',
    }),
  })
  .openapi('EventProof');

const checkpointsSchema = z
  .object({
    checkpoints: z.array(
      checkpointSchema.extend({
        leaves: base64.openapi({ description: 'The first 16 bytes of the hash of each event.' }),
      }),
    ),
    keys: z.array(
      z.object({
        ...{ id: z.string(), publicKey: base64, at: time },
        by: z.object({ key: z.string(), signature: base64 }).nullable(),
      }),
    ),
    next: z.number().int().openapi({ description: 'What to give as `after` the next time.' }),
  })
  .openapi('Checkpoints');

export const listEvents = createRoute({
  method: 'get',
  path: '/v1/audit',
  summary: 'What happened in the organisation; for auditors and administrators',
  request: {
    query: filterSchema.extend({
      order: z.enum(['ascending', 'descending']).default('descending'),
      pageSize: z.coerce.number().int().min(1).max(MOST_PAGE).default(50),
      pageToken: z.string().max(1000).optional(),
    }),
  },
  responses: {
    200: {
      description: 'A page.',
      content: json(
        z.object({
          events: z.array(shownSchema),
          nextPageToken: z.string().nullable(),
          view: viewSchema,
        }),
      ),
    },
    ...problemResponses,
  },
});

const params = z.object({
  sequence: sequence.openapi({ param: { name: 'sequence', in: 'path' }, description: 'Its place.' }),
});

export const getEvent = createRoute({
  method: 'get',
  path: '/v1/audit/events/{sequence}',
  summary: 'One event, from the chain itself',
  request: { params },
  responses: { 200: { description: 'The event.', content: json(shownSchema) }, ...problemResponses },
});

export const proveOne = createRoute({
  method: 'get',
  path: '/v1/audit/events/{sequence}/proof',
  summary: 'The proof of one event',
  description:
    'Some two kilobytes that show without asking anybody that the event stood there when its checkpoint was signed: `redline audit verify-event`. An event is signed for within a minute.',
  request: { params },
  responses: { 200: { description: 'The proof.', content: json(proofSchema) }, ...problemResponses },
});

export const exportEvents = createRoute({
  method: 'get',
  path: '/v1/audit/export',
  summary: 'Every event that is asked for, in order, as a file',
  description:
    'The header Redline-Through names the last event that the export could hold. One that breaks off is continued with `after`.',
  request: {
    query: filterSchema.extend({
      format: z.enum(EXPORT_FORMATS).default('jsonl'),
      after: z.coerce
        .number()
        .int()
        .min(0)
        .default(0)
        .openapi({ description: 'The sequence of the last event that one has already.' }),
    }),
  },
  responses: {
    200: {
      description: 'A line for each event.',
      content: {
        'application/jsonl': { schema: z.string() },
        'text/csv': { schema: z.string() },
      },
    },
    ...problemResponses,
  },
});

export const listCheckpoints = createRoute({
  method: 'get',
  path: '/v1/audit/checkpoints',
  summary: 'Signed checkpoints, for whoever keeps them elsewhere',
  description: 'One is signed a minute in which something happens. Every public key is in every answer.',
  request: {
    query: z.strictObject({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .default(0)
        .openapi({ description: 'The last event of the last checkpoint that one has.' }),
      pageSize: z.coerce.number().int().min(1).max(MOST_CHECKPOINTS).default(10),
    }),
  },
  responses: {
    200: { description: 'The earliest first.', content: json(checkpointsSchema) },
    ...problemResponses,
  },
});

import { createRoute, z } from '@hono/zod-openapi';
import { MOST_PAGE, OPERATION_STATES } from '../../documents/index.ts';
import { time } from '../document-schemas.ts';
import { JSON_TYPE, PDF, problemResponses } from '../responses.ts';

// What takes longer than a request, as the OpenAPI document says it; `long-work.ts` does it.

/** Seconds that an answer may wait for the end of an operation. */
const MOST_WAIT = 60;

const json = <Schema extends z.ZodType>(schema: Schema) => ({ [JSON_TYPE]: { schema } });
const params = z.object({ id: z.string().openapi({ param: { name: 'id', in: 'path' } }) });
const state = z.enum(OPERATION_STATES);
const percent = z.number().int().min(0).max(100);

export const operationSchema = z
  .object({
    id: z.string(),
    kind: z.string().openapi({ example: 'comparison' }),
    own: z.boolean().openapi({
      description: 'Whoever asks now asked for it. Of those of others neither `name` nor `result` is said.',
    }),
    name: z.string().nullable().openapi({ description: 'What it is about, as whoever asked calls it.' }),
    priority: z.enum(['express', 'normal', 'batch']),
    state: state.openapi({ description: '`succeeded`, `failed` and `cancelled` are for good.' }),
    stage: z.string().nullable().openapi({ description: 'What is being done.' }),
    percent,
    attempt: z.number().int().openapi({ description: 'How often it was begun.' }),
    parent: z.string().nullable().openapi({ description: 'The operation that it is a part of.' }),
    createdAt: time,
    createdBy: z
      .string()
      .openapi({ description: 'The id of the person, service account or key that asked.' }),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    expectedEndAt: time.nullable().openapi({ description: 'A guess, while it is worked on.' }),
    expiresAt: time.nullable().openapi({ description: 'Until when it, and what came of it, is kept.' }),
    error: z
      .looseObject({ type: z.string(), code: z.string(), detail: z.string() })
      .nullable()
      .openapi({ description: 'Why it failed, as a problem (RFC 9457).' }),
    replayable: z.boolean().openapi({ description: 'It was given up and can be begun again.' }),
    result: z
      .looseObject({ kind: z.string(), link: z.string().nullable() })
      .nullable()
      .openapi({ description: 'What came of it, and where it is.' }),
    ahead: z.number().int().min(0).nullable().openapi({
      description:
        'While it waits for its turn: about how many are begun before it, those that wait now with its priority or a higher one. Organisations take turns, so it may be fewer. `null` otherwise, and where the queue does not answer.',
    }),
    cancellable: z.boolean().openapi({
      description:
        'It can be ended now. Erasures and sweeps of retention go to their end once they are begun.',
    }),
    links: z.object({ self: z.string(), events: z.string(), cancel: z.string() }),
  })
  .openapi('Operation');

const one = { description: 'The operation.', content: json(operationSchema) };

export const listOperations = createRoute({
  method: 'get',
  path: '/v1/operations',
  summary: 'What takes longer than a request',
  description:
    'One’s own, the latest first. Parts of others, such as the pairs of a batch, are listed by their `parent` alone. A page may hold less than was asked for.',
  request: {
    query: z.strictObject({
      state: z
        .enum([...OPERATION_STATES, 'open', 'ended'])
        .optional()
        .openapi({
          description: '`open`: `queued` or `running`; `ended`: none of these.',
        }),
      kind: z.string().max(64).optional(),
      parent: z.string().max(64).optional(),
      scope: z.enum(['own', 'tenant']).default('own').openapi({
        description: '`tenant`: those of everybody, for administrators who signed in.',
      }),
      createdBy: z.string().max(200).optional().openapi({
        description: 'With `scope=tenant`: those that this person, service account or key asked for.',
      }),
      pageSize: z.coerce.number().int().min(1).max(MOST_PAGE).default(50),
      pageToken: z.string().max(1000).optional(),
    }),
  },
  responses: {
    200: {
      description: 'A page of them.',
      content: json(
        z
          .object({ operations: z.array(operationSchema), nextPageToken: z.string().nullable() })
          .openapi('OperationPage'),
      ),
    },
    ...problemResponses,
  },
});

export const followOperations = createRoute({
  method: 'get',
  path: '/v1/operations/events',
  summary: 'What becomes of one’s own operations, as they go on',
  description:
    'Server-sent events: `operation` with an operation that has not ended, again whenever something became of it, and when it ends; `anew` when the list may hold others than before, so at the beginning. Whoever is cut comes back and asks for the list. No parts of others, and at most 100 at a time.',
  responses: {
    200: { description: 'The events.', content: { 'text/event-stream': { schema: {} } } },
    ...problemResponses,
  },
});

export const getOperation = createRoute({
  method: 'get',
  path: '/v1/operations/{id}',
  summary: 'How far an operation is',
  request: {
    params,
    query: z.strictObject({
      wait: z.coerce.number().int().min(0).max(MOST_WAIT).default(0).openapi({
        description: 'Seconds to wait for its end before it is answered how far it is.',
      }),
    }),
  },
  responses: { 200: one, ...problemResponses },
});

export const followOperation = createRoute({
  method: 'get',
  path: '/v1/operations/{id}/events',
  summary: 'What becomes of an operation, as it goes on',
  description:
    'Server-sent events, numbered from 1 on without a gap. A connection that was cut goes on behind `Last-Event-ID` and misses nothing; 204 says that there will be no more. The last 100 are remembered: whoever comes back later than that goes on with the earliest of them, sees it by the numbers, and each event says all of the state. An id that never was one begins with the earliest.',
  request: {
    params,
    headers: z.object({ 'last-event-id': z.string().optional() }),
  },
  responses: {
    200: { description: 'The events.', content: { 'text/event-stream': { schema: {} } } },
    204: { description: 'It has ended, and every event was sent.' },
    ...problemResponses,
  },
});

export const getOperationResult = createRoute({
  method: 'get',
  path: '/v1/operations/{id}/result',
  summary: 'The file that an operation made',
  description:
    'Of the kind `pdf`, for whoever asked for it and may still read what it was made of, until the operation expires. What else comes of operations is where their `result` says.',
  request: { params },
  responses: {
    200: {
      description: 'The PDF.',
      content: { [PDF]: { schema: { type: 'string', contentMediaType: PDF } as const } },
    },
    304: { description: 'It is the one that `If-None-Match` names.' },
    ...problemResponses,
  },
});

export const cancelOperation = createRoute({
  method: 'post',
  path: '/v1/operations/{id}/cancel',
  summary: 'End an operation, wherever it is',
  description:
    'The work on it stops. One that has ended stays as it is; what would be left half done is refused (409 `operations/not-cancellable`).',
  request: { params },
  responses: { 200: one, ...problemResponses },
});

export const replayOperation = createRoute({
  method: 'post',
  path: '/v1/operations/{id}/replay',
  summary: 'Begin an operation again that was given up',
  request: { params },
  responses: { 200: one, ...problemResponses },
});

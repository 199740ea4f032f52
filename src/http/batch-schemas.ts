import { z } from '@hono/zod-openapi';
import { PRIORITIES } from '../jobs/index.ts';
import { time } from './document-schemas.ts';

// Batches as the wire shows them.

const STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
/** Pairs of one batch. */
const MOST_PAIRS = 100;
const MOST_NAME = 200;

const name = z.string().min(1).max(255);

/** Where one document of a pair comes from. */
const sideSchema = z
  .union([
    name.openapi({ description: 'The same as `{"file": …}`.' }),
    z.strictObject({ file: name.openapi({ description: 'The name of a file in the form.' }) }),
    z.strictObject({
      upload: z.string().min(1).max(100).openapi({ description: 'An upload that is complete.' }),
    }),
    z.strictObject({
      document: z.string().min(1).max(100),
      version: z.number().int().positive().optional().openapi({ description: 'The current one by default.' }),
    }),
  ])
  .openapi('BatchSide');
export type AskedBatchSide = z.output<typeof sideSchema>;

const keep = z.boolean().openapi({
  description: 'Keep the redline with the document that is compared, instead of as a result for some time.',
});
/** Checked when those of the batch and those of the pair are put together. */
const givenOptions = z.looseObject({}).openapi('BatchOptions', {
  description: 'As `CompareOptions`. What a pair says goes before what the batch says.',
});

export const newBatchSchema = z
  .strictObject({
    name: name.max(MOST_NAME).optional(),
    priority: z.enum(PRIORITIES).default('batch').openapi({ description: 'How soon its pairs are wanted.' }),
    base: sideSchema.optional().openapi({ description: 'The original of every pair that names none.' }),
    options: givenOptions.default({}),
    keep: keep.default(false),
    items: z
      .array(
        z.strictObject({
          name: name.max(MOST_NAME).optional().openapi({
            description:
              'What the pair is called in the report and the archive; the modified document by default.',
          }),
          original: sideSchema.optional(),
          modified: sideSchema,
          options: givenOptions.default({}),
          keep: keep.optional(),
        }),
      )
      .min(1)
      .max(MOST_PAIRS),
  })
  .openapi('NewBatch');
export type AskedBatch = z.output<typeof newBatchSchema>;

const count = z.number().int();
const link = z.string();
const state = z.enum(STATES);

const itemSchema = z
  .object({
    index: count.openapi({ description: 'From 0.' }),
    name: z.string(),
    operation: z
      .string()
      .nullable()
      .openapi({ description: 'Its id under `/v1/operations`; `null` before it is begun.' }),
    state,
    stage: z.string().nullable(),
    percent: count,
    error: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .openapi({ description: 'Why it failed: code and detail of a problem.' }),
    result: z
      .object({
        ...{ exact: z.boolean(), identical: z.boolean(), changes: count },
        redline: link.openapi({ description: 'The redline.' }),
        self: link.openapi({ description: 'The comparison, or the redline that was kept.' }),
      })
      .nullable(),
  })
  .openapi('BatchItem');

const facts = {
  id: z.string(),
  name: z.string().nullable(),
  state: z.enum([...STATES, 'partial']).openapi({
    description: '`partial`: it has ended, and some of its pairs have a redline. `failed`: none has.',
  }),
  priority: z.enum(PRIORITIES),
  percent: count,
  counts: z
    .object({ queued: count, running: count, succeeded: count, failed: count, cancelled: count })
    .openapi({ description: 'How many pairs are in which state.' }),
  createdAt: time,
  endedAt: time.nullable(),
  expectedEndAt: time.nullable(),
  expiresAt: time
    .nullable()
    .openapi({ description: 'Until then it can be asked about; `null` while it goes on.' }),
};

export const batchSchema = z
  .object({
    ...facts,
    items: z.array(itemSchema),
    links: z.object({
      self: link,
      operation: link,
      cancel: link,
      retries: link,
      archive: link,
      report: link,
    }),
  })
  .openapi('Batch');

export const batchPageSchema = z
  .object({
    batches: z.array(z.object({ ...facts, links: z.object({ self: link }) })),
    nextPageToken: z.string().nullable(),
  })
  .openapi('BatchPage');

export const batchReportSchema = z
  .object({
    engine: z.string(),
    date: z.string().nullable(),
    items: z.array(
      z.object({
        ...{ name: z.string(), original: z.string(), modified: z.string() },
        outcome: z.enum(['redlined', 'identical', 'failed']),
        problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
        ...{ changes: count, inserted: count, deleted: count, moved: count },
        sha256: z.object({
          ...{ original: z.string().nullable(), modified: z.string().nullable() },
          redline: z.string().nullable(),
        }),
      }),
    ),
  })
  .openapi('BatchReport');

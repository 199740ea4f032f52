import { z } from '@hono/zod-openapi';
import { PRIORITIES } from '../jobs/index.ts';
import {
  BUDGETS,
  CERTIFICATE_FORMAT,
  CLAUSE_CHANGES,
  DEFAULT_AUTHOR,
  DEFAULT_MOVES,
  GRANULARITIES,
  IGNORABLE,
  METADATA,
  MOST_AUTHOR,
  MOST_LEAST_WORDS,
  TRACKED,
} from '../redline/index.ts';

// The wire's own description of what the engine's types say. `satisfies` in the routes keeps the two together.

/** What XML 1.0 cannot hold (§ 2.2), and control characters. */
const UNWRITABLE = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

const count = z.number().int().nonnegative();

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: '/problems/document-encrypted' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ example: 'document/encrypted' }),
    requestId: z.string(),
    details: z
      .object({
        input: z.enum(['original', 'modified', 'redline', 'document']).optional(),
        part: z.string().optional(),
        story: z.string().optional(),
        ids: z.array(z.string()).optional(),
        limit: z.object({ name: z.string(), allowed: z.number(), found: z.number().optional() }).optional(),
        expected: z.string().optional(),
        current: z.string().optional(),
        field: z.string().optional(),
      })
      .optional(),
  })
  .openapi('Problem', { description: 'RFC 9457. `type` leads to a page about the problem.' });

const flag = z.boolean().default(false);

/** All names are listed by hand: a missing one is a type error where the options are used. */
const ignoreSchema = z
  .strictObject({
    case: flag,
    whitespace: flag,
    formatting: flag,
    numbering: flag,
    headersAndFooters: flag,
    notes: flag,
    fields: flag,
    comments: flag,
  })
  .openapi({
    description:
      'What is left out of the comparison: there the redline keeps the original, and accepting every change gives the modified document but for these aspects.',
  });

const movesSchema = z
  .strictObject({
    enabled: z.boolean().default(DEFAULT_MOVES.enabled),
    leastWords: z.number().int().min(1).max(MOST_LEAST_WORDS).default(DEFAULT_MOVES.leastWords),
  })
  .openapi({ description: 'Whether moves are shown as moves, and from how many words on.' });

export const authorSchema = z
  .string()
  .trim()
  .min(1)
  .max(MOST_AUTHOR)
  .refine((author) => !UNWRITABLE.test(author), { error: 'must not hold control characters' })
  .default(DEFAULT_AUTHOR)
  .openapi({ description: 'Whose revisions they are.' });

export const dateSchema = z.iso.datetime({ precision: 0 }).nullable().optional().openapi({
  description:
    'When they were made: UTC, to the second. `null` writes no date; left out, it is the time of the request.',
  example: '2026-11-22T09:00:00Z',
});

/** The part `options` of a comparison. */
export const optionsSchema = z
  .strictObject({
    author: authorSchema,
    date: dateSchema,
    granularity: z.enum(GRANULARITIES).default('word').openapi({
      description: 'Whether a changed phrase is marked word by word, or inside its words too.',
    }),
    ignore: ignoreSchema.prefault({}),
    moves: movesSchema.prefault({}),
    tracked: z.enum(TRACKED).default('accept').openapi({
      description:
        'What becomes of tracked changes that the documents hold: accepted or rejected before they are compared, or kept with their authors and dates beside the new ones.',
    }),
    metadata: z.enum(METADATA).default('original').openapi({
      description: 'Whose document properties the redline has: the original’s, the modified’s, or nobody’s.',
    }),
  })
  .openapi('CompareOptions');

const proofSchema = z.object({
  story: z.string(),
  text: z.boolean(),
  structure: z.boolean(),
  format: z.boolean(),
});

export const verificationSchema = z.object({
  exact: z.boolean(),
  stories: count,
  outcome: z.array(proofSchema).openapi({ description: 'Every story, in both directions, by level.' }),
  differences: z.array(
    z.object({
      direction: z.enum(['reject', 'accept']),
      story: z.string(),
      level: z.enum(['text', 'structure', 'format']),
      aspect: z.string(),
      at: z.number().int(),
    }),
  ),
  faults: z.array(z.object({ code: z.string(), part: z.string(), message: z.string() })),
});

const allOptionsSchema = z
  .strictObject({
    author: z.string(),
    date: z.string().nullable(),
    granularity: z.enum(GRANULARITIES),
    ignore: ignoreSchema,
    moves: movesSchema,
    tracked: z.enum(TRACKED),
    metadata: z.enum(METADATA),
    limits: z.strictObject({
      compressedBytes: count,
      uncompressedBytes: count,
      xmlPartBytes: count,
      ratio: count,
      entries: count,
      xmlDepth: count,
    }),
  })
  .openapi({ description: 'Every option, as it was given or by default.' });

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const hashesSchema = z.strictObject({ original: hash, modified: hash, redline: hash });

export const certificateSchema = z
  .strictObject({
    format: z.literal(CERTIFICATE_FORMAT),
    engine: z.string(),
    documents: hashesSchema.openapi({ description: 'SHA-256 of the three files.' }),
    options: allOptionsSchema,
    outcome: z.array(proofSchema.strict()),
    ignored: z.array(z.enum(IGNORABLE)),
    notCompared: z.array(z.strictObject({ part: z.string(), reason: z.string() })),
    digest: hash.openapi({ description: 'SHA-256 of the other members as canonical JSON.' }),
  })
  .openapi('Certificate', {
    description: 'What was proven, about which files: `redline verify --certificate` checks it.',
  });

const reportSchema = z
  .object({
    engine: z.string(),
    identical: z.boolean().openapi({ description: 'The documents say the same.' }),
    counts: z.object({
      insertions: count,
      deletions: count,
      moves: count,
      runFormatting: count,
      paragraphFormatting: count,
      tableRows: count,
      tableProperties: count,
      sections: count,
    }),
    words: z.object({ inserted: count, deleted: count, moved: count }),
    clauses: z
      .array(z.object({ clause: z.string(), heading: z.string(), change: z.enum(CLAUSE_CHANGES) }))
      .openapi({ description: 'Clauses of the body that hold a change, by the number they show.' }),
    stories: z.array(
      z.object({
        story: z.string(),
        part: z.string(),
        rung: z.enum(['words', 'coarse-words', 'paragraphs', 'blocks', 'story']),
        changes: count,
      }),
    ),
    notCompared: z
      .array(z.object({ part: z.string(), reason: z.string() }))
      .openapi({ description: 'What tracked changes cannot express.' }),
    ignored: z
      .array(z.object({ aspect: z.enum(IGNORABLE), differences: count }))
      .openapi({ description: 'What the options leave out, and how many differences were passed over.' }),
    budgets: z
      .array(z.object({ story: z.string(), budget: z.enum(BUDGETS), allowed: count, times: count }))
      .openapi({ description: 'Ceilings on work that were reached: what lay beyond is marked less finely.' }),
    verification: verificationSchema,
    options: allOptionsSchema,
    sha256: hashesSchema,
    stages: z.array(z.object({ name: z.enum(['read', 'write', 'verify']), ms: z.number() })),
    certificate: certificateSchema,
  })
  .openapi('Report', { description: 'How the redline came to be, and what its verification found.' });

export const comparisonSchema = z
  .object({
    id: z.string(),
    report: reportSchema,
    links: z.object({ self: z.string(), redline: z.string(), html: z.string() }),
    expiresAt: z.iso.datetime().openapi({ description: 'The links answer until then: one hour.' }),
  })
  .openapi('Comparison');

const poolSchema = z.object({
  threads: count,
  running: count,
  waiting: count,
  places: count,
  capacity: count,
});

export const liveSchema = z.object({ status: z.literal('ok') }).openapi('Live');

export const readySchema = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    checks: z.object({ pool: z.boolean(), store: z.boolean() }),
  })
  .openapi('Ready');

export const healthSchema = readySchema
  .extend({
    pool: poolSchema,
    uploadBytesHeld: count,
    integrityFailures: count.openapi({
      description:
        'How often something stored was not what was written; each one is a line `integrity.…` in the log.',
    }),
    audit: z
      .record(
        z.string(),
        z.object({
          waiting: count,
          undelivered: count,
          lagMs: count.openapi({ description: 'Since the oldest happened that auditors cannot see yet.' }),
          committedAt: z.iso.datetime().nullable(),
          deliveredAt: z.iso.datetime().nullable(),
          lost: count.openapi({ description: 'Refusals and failures that could not be kept.' }),
        }),
      )
      .openapi({
        description:
          'By region: how far events of the audit trail are from where auditors look, as this process sees it. `committedAt` and `deliveredAt` are when the newest event happened that is kept, and that can be looked up.',
      }),
    queue: z
      .object({
        waiting: z.record(
          z.enum(PRIORITIES),
          z.object({ count, oldestMs: z.number().nullable().openapi({ description: 'Milliseconds.' }) }),
        ),
        delayed: count,
        active: count,
        dead: count.openapi({ description: 'Given up; somebody should look at them.' }),
        workers: count,
        slots: count.openapi({ description: 'Jobs that all workers can hold at a time.' }),
      })
      .nullable()
      .openapi({
        description:
          'Work that takes longer than a request, over all processes; `null` while its queue does not answer.',
      }),
    pdf: z.object({ docx: z.boolean(), html: z.boolean() }).openapi({
      description: 'What PDFs can be made of here; where both are false, asking for one is 501.',
    }),
    uptimeSeconds: z.number(),
    eventLoopDelayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
    memoryBytes: z.object({ rss: count, heapUsed: count, buffers: count }),
  })
  .openapi('Health');

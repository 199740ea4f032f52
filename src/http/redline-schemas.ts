import { z } from '@hono/zod-openapi';
import { CATALOGUE_SORTS, MOST_PAGE, REDLINE_KINDS } from '../documents/index.ts';
import { time, versionSchema } from './document-schemas.ts';
import { authorSchema, optionsSchema } from './schemas.ts';

// Redlines of kept documents as the wire shows them.

const comparedSchema = z
  .object({
    document: z
      .string()
      .nullable()
      .openapi({ description: '`null`: it came with the request and is not kept.' }),
    version: z.number().int().positive().nullable(),
    name: z.string(),
    sha256: z.string().openapi({ description: 'Of the bytes that were compared.' }),
  })
  .openapi('ComparedContent');

/** What was found when the redline was made: of comparisons and of combinations. */
const summarySchema = z.looseObject({}).openapi({
  description:
    'What was found when it was made: `identical`, `exact`, `counts` and `words` of a comparison, `exact` and `conflicts` of a combination. Later versions say in `origin` what was done.',
});

const redlineFields = {
  id: z.string(),
  document: z.string().openapi({ description: 'What it is kept with: who may read that may read it.' }),
  kind: z.enum(REDLINE_KINDS),
  name: z.string(),
  owner: z.string(),
  state: z.enum(['active', 'deleted']),
  createdAt: time,
  createdBy: z.string(),
  updatedAt: time,
  etag: z.string().openapi({ description: 'The header ETag: what If-Match asks for.' }),
  original: comparedSchema,
  modified: comparedSchema.nullable().openapi({ description: '`null` for combinations.' }),
  copies: z
    .array(comparedSchema)
    .openapi({ description: 'Of combinations, in the order of `options.reviewers`.' }),
  summary: summarySchema,
  version: z.number().int().positive().openapi({ description: 'The number of the current version.' }),
  versions: z.number().int().openapi({ description: 'How many there are.' }),
};

const link = z.string();

export const redlineSchema = z
  .object({
    ...redlineFields,
    deletedAt: time.nullable(),
    options: z.looseObject({}).openapi({ description: 'Every option, as it was given or by default.' }),
    certificate: z
      .object({ version: z.literal(1), link })
      .nullable()
      .openapi({ description: 'What it proves it proves of version 1 alone. `null` for combinations.' }),
    current: versionSchema,
    links: z.object({
      ...{ self: link, document: link, versions: link, content: link, changes: link, comments: link },
      ...{ report: link, html: link, pdf: link, blackline: link },
    }),
  })
  .openapi('Redline');

export const redlinePageSchema = z
  .object({
    redlines: z.array(z.object({ ...redlineFields, links: z.object({ self: link }) })),
    nextPageToken: z.string().nullable(),
  })
  .openapi('RedlinePage');

export const redlinesQuerySchema = z.strictObject({
  state: z.enum(['active', 'deleted']).default('active'),
  sort: z.enum(CATALOGUE_SORTS).default('createdAt'),
  order: z.enum(['ascending', 'descending']).default('descending'),
  pageSize: z.coerce.number().int().min(1).max(MOST_PAGE).default(50),
  pageToken: z.string().max(1000).optional(),
});

/** Where the documents of a redline come from, beside the form itself. */
export const sideSchema = z
  .strictObject({
    document: z
      .string()
      .max(100)
      .optional()
      .openapi({ description: 'A kept document; this one by default.' }),
    version: z.number().int().positive().optional().openapi({ description: 'The current one by default.' }),
    upload: z.string().max(100).optional().openapi({ description: 'Id of an upload that is complete.' }),
  })
  .refine(
    ({ upload, ...kept }) =>
      upload === undefined || Object.values(kept).every((value) => value === undefined),
    {
      error: 'Give either "upload", or "document" and "version".',
    },
  )
  .openapi('Side');

const name = z.string().min(1).max(255).optional();
const author = authorSchema
  .removeDefault()
  .optional()
  .openapi({ description: 'Whose revisions they are: who asks, by default.' });

/** The body of a new redline, or the form's field `options`. */
export const newRedlineSchema = z
  .strictObject({
    original: sideSchema.optional().openapi({
      description: 'By default the version before `modified`; beside an upload the current one.',
    }),
    modified: sideSchema.optional().openapi({ description: 'The current version by default.' }),
    name: name.openapi({ description: 'Made from the name of the document by default.' }),
    options: z.strictObject({ ...optionsSchema.shape, author }).prefault({}),
  })
  .openapi('NewRedline');

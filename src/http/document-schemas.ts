import { z } from '@hono/zod-openapi';
import { DOCUMENT_ROLES } from '../access/index.ts';
import { CATALOGUE_SORTS, DERIVED_KINDS, MOST_PAGE, REDLINE_KINDS } from '../documents/index.ts';

// Kept documents as the wire shows them.

export const time = z.iso.datetime().openapi({ description: 'UTC.' });

const contentSchema = z.object({
  type: z.string().openapi({ description: 'Media type, found in the content itself.' }),
  size: z.number().int().nonnegative().openapi({ description: 'Bytes.' }),
  sha256: z.string().openapi({ description: 'Lower-case hexadecimal.' }),
  pages: z
    .number()
    .int()
    .nullable()
    .openapi({ description: '`null` for Word documents, whose pages are made by printing.' }),
  scanned: z.enum(['clamav', 'structure']).nullable().openapi({
    description: 'What looked for malware. `structure`: nothing did, only the kind of file was checked.',
  }),
});

export const versionSchema = z
  .object({
    number: z.number().int().positive(),
    createdAt: time,
    createdBy: z.string(),
    origin: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('upload') }),
      z.object({ kind: z.literal('restored'), version: z.number().int() }),
      z.object({ kind: z.literal('copied'), document: z.string(), version: z.number().int() }),
      z.object({
        kind: z.enum([...REDLINE_KINDS, ...DERIVED_KINDS]),
        counts: z.record(z.string(), z.number().int()),
      }),
    ]),
    content: contentSchema,
    links: z.object({
      content: z.string(),
      result: z.string().nullable().openapi({ description: 'What the operation said that made it.' }),
    }),
  })
  .openapi('Version');

const documentFields = {
  id: z.string(),
  name: z.string(),
  labels: z.array(z.string()),
  owner: z.string().openapi({ description: 'Id of the first of its owners.' }),
  role: z.enum(DOCUMENT_ROLES).nullable().openapi({ description: 'What whoever asks is in the document.' }),
  state: z.enum(['active', 'deleted']),
  createdAt: time,
  updatedAt: time,
};

export const retentionSchema = z
  .object({
    held: z.boolean().openapi({ description: 'Under a legal hold: nothing of it can be deleted.' }),
    keepUntil: time
      .nullable()
      .openapi({ description: 'Nobody can delete it before; `null`: no rule says so.' }),
    keepRule: z.string().nullable().openapi({ description: 'Id of the rule; `default` for the tenant’s.' }),
    deleteAfter: time.nullable().openapi({
      description: 'From then on the service marks it, and deletes it for good a week later; `null`: never.',
    }),
    deleteRule: z.string().nullable(),
    markedAt: time.nullable().openapi({ description: 'When the service marked it, if it did.' }),
  })
  .openapi('DocumentRetention');

export const documentSchema = z
  .object({
    ...documentFields,
    deletedAt: time.nullable(),
    etag: z.string().openapi({ description: 'The header ETag: what If-Match asks for.' }),
    retention: retentionSchema
      .nullable()
      .openapi({ description: 'How long it is kept; `null` while the rules cannot be read.' }),
    versions: z.number().int().openapi({ description: 'How many there are.' }),
    current: versionSchema,
    links: z.object({
      ...{ self: z.string(), versions: z.string(), content: z.string() },
      members: z.string(),
    }),
  })
  .openapi('Document');

export const documentPageSchema = z
  .object({
    documents: z.array(
      z.object({
        ...documentFields,
        held: z.boolean().openapi({ description: 'Under a legal hold: nothing of it can be deleted.' }),
        etag: z.string(),
        type: z.string(),
        size: z.number().int(),
        versions: z.number().int(),
        links: z.object({ self: z.string() }),
      }),
    ),
    nextPageToken: z.string().nullable(),
  })
  .openapi('DocumentPage');

export const versionPageSchema = z
  .object({ versions: z.array(versionSchema), nextPageToken: z.string().nullable() })
  .openapi('VersionPage');

const name = z.string().min(1).max(255);
const labels = z.array(z.string().min(1).max(64)).max(50);

/** The form's field `options` of a new document. */
export const newDocumentSchema = z
  .strictObject({
    name: name.optional().openapi({ description: 'As people see it; the name of the file by default.' }),
    labels: labels.default([]),
  })
  .openapi('NewDocument');

export const descriptionSchema = z
  .strictObject({ name: name.optional(), labels: labels.optional() })
  .openapi('DocumentDescription', { description: 'What is left out stays.' });

export const copySchema = z
  .strictObject({ name: name.optional(), version: z.number().int().positive().optional() })
  .openapi('DocumentCopy', {
    description: 'The current version under the same name, where nothing else is said.',
  });

const pageSize = z.coerce.number().int().min(1).max(MOST_PAGE).default(50);

export const listQuerySchema = z.strictObject({
  state: z.enum(['active', 'deleted']).default('active'),
  type: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
  label: z.string().max(64).optional(),
  name: z
    .string()
    .max(255)
    .optional()
    .openapi({ description: 'Stands somewhere in the name, whatever the case.' }),
  createdFrom: z.iso.datetime().optional(),
  createdBefore: z.iso.datetime().optional(),
  updatedFrom: z.iso.datetime().optional(),
  updatedBefore: z.iso.datetime().optional(),
  sort: z.enum(CATALOGUE_SORTS).default('updatedAt'),
  order: z.enum(['ascending', 'descending']).default('descending'),
  pageSize,
  pageToken: z.string().max(1000).optional(),
});

export const versionsQuerySchema = z.strictObject({ pageSize, pageToken: z.string().max(100).optional() });

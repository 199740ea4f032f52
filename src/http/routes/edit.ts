import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { COMBINATION, type CombinationRequest } from '../../jobs/index.ts';
import { CONFLICT_POLICIES, readEdits, SCRUB_KINDS, SCRUB_LEFTOVERS } from '../../redline/index.ts';
import { wordDate } from '../options.ts';
import { authorSchema, dateSchema, verificationSchema } from '../schemas.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { documentAnswers, jsonAnswer } from './answers.ts';
import { editSchema } from './edit-schemas.ts';
import { addOperation, operation } from './operation.ts';
import { RESULT_LIMITS, UNNAMED } from './shared.ts';

/** Bytes of a list of edits. */
const EDITS_BYTES = 4 * 1024 * 1024;
export const MOST_EDITS = 1000;
const MOST_ROLES = 1000;

const document = [
  { name: 'document', role: 'document', description: 'Any Word document, at most 50 MB.' },
] as const;

export const editOptions = z.strictObject({
  author: authorSchema,
  initials: z.string().min(1).max(20).optional(),
  date: dateSchema,
  edits: z.array(editSchema).min(1).max(MOST_EDITS),
});

const outcomeSchema = z.object({
  edit: z.number().int().nonnegative(),
  op: z.string(),
  part: z.string().nullable(),
  paragraph: z.string().nullable(),
  fuzzy: z.string().optional(),
  comment: z.string().optional(),
  notes: z.array(z.string()).optional(),
});
export const editReportSchema = z
  .object({ edits: z.array(outcomeSchema), revisions: z.number().int().nonnegative() })
  .openapi('EditReport');

const commentSchema = z
  .object({
    id: z.string(),
    author: z.string(),
    initials: z.string(),
    date: z.string().nullable(),
    text: z.string(),
    resolved: z.boolean(),
    parent: z.string().nullable(),
    story: z.string().nullable(),
    quote: z.string(),
    paragraph: z.string().nullable(),
  })
  .openapi('Comment');

export const scrubOptions = z.strictObject({
  kinds: z
    .array(z.enum(SCRUB_KINDS))
    .min(1)
    .max(SCRUB_KINDS.length)
    .default([...SCRUB_KINDS]),
  roles: z
    .record(z.string().max(255), z.string().min(1).max(255))
    .refine((roles) => Object.keys(roles).length <= MOST_ROLES, { error: `has at most ${MOST_ROLES} names` })
    .default({}),
});
export const scrubReportSchema = z
  .object({
    removed: z.array(
      z.object({ kind: z.enum(SCRUB_KINDS), part: z.string(), count: z.number().int().positive() }),
    ),
    left: z.array(z.object({ what: z.enum(SCRUB_LEFTOVERS), part: z.string() })),
    roles: z.array(z.string()),
  })
  .openapi('ScrubReport');

export const MOST_COPIES = 10;

export const combineOptions = z.strictObject({
  reviewers: z.array(authorSchema).min(1).max(MOST_COPIES),
  policy: z.enum(CONFLICT_POLICIES).default('keep'),
  prefer: z.array(authorSchema).min(1).max(MOST_COPIES).optional(),
  mismatch: z.enum(['refuse', 'compare']).default('refuse'),
  date: dateSchema,
});
const combineReportSchema = z
  .object({
    reviewers: z.array(
      z.object({
        reviewer: z.string(),
        source: z.enum(['compared', 'tracked']),
        authors: z.array(z.string()),
        exact: z.boolean().nullable(),
      }),
    ),
    conflicts: z.array(
      z.object({
        part: z.string(),
        block: z.number().int().nonnegative(),
        kind: z.enum(['same', 'insertion', 'deletion', 'formatting', 'structure']),
        reviewers: z.array(z.string()),
        authors: z.array(z.string()),
        leftOut: z.string().nullable(),
      }),
    ),
    movesDissolved: z.boolean(),
    verification: verificationSchema,
  })
  .openapi('CombineReport');

/** As it is asked for, the date only where it is said. */
export function combinationOptions({
  date,
  prefer,
  ...options
}: z.output<typeof combineOptions>): CombinationRequest['options'] {
  return {
    ...options,
    ...(date === undefined ? {} : { date }),
    ...(prefer === undefined ? {} : { prefer }),
  };
}

/** What a copy is called that is sent with an operation. @param at from 0 on */
export function copyInput(at: number): string {
  return `copy-${at}`;
}

const none = z.strictObject({});

export const editOperation = operation({
  path: '/v1/edits',
  operation: 'edit',
  summary: 'Edit a document as tracked changes',
  description:
    'Applies a list of edits, all or none: text, paragraphs, rows, formatting, footnotes and comments. A quote that stands nowhere or in several places is refused, with the places that it may mean.',
  fields: document,
  options: editOptions,
  optionsName: 'EditOptions',
  optionsBytes: EDITS_BYTES,
  toOptions: ({ author, date, initials, edits }, now) => ({
    edits: readEdits(edits),
    author,
    date: date === undefined ? wordDate(now) : date,
    limits: RESULT_LIMITS,
    ...(initials === undefined ? {} : { initials }),
  }),
  answers: documentAnswers('edited.docx', editReportSchema),
});

export const commentsOperation = operation({
  path: '/v1/comments',
  operation: 'comments',
  summary: 'List the comments of a document',
  description: 'Every comment with its author, state, answers and the words that it is about.',
  fields: document,
  options: none,
  optionsName: 'CommentsOptions',
  toOptions: () => ({ limits: RESULT_LIMITS }),
  answers: [jsonAnswer('The comments, in the order of the document.', z.array(commentSchema))],
});

export const scrubOperation = operation({
  path: '/v1/scrubs',
  operation: 'scrub',
  summary: 'Take out who wrote a document, when and how',
  description:
    'Authors become roles; dates, editing sessions, properties, comments, hidden text, custom XML and web extensions go, as far as asked for. The report lists what went, and what is left to be looked at by hand: notes in pictures, embedded files, fields that show an author, macros.',
  fields: document,
  options: scrubOptions,
  optionsName: 'ScrubOptions',
  toOptions: (options) => ({ ...options, limits: RESULT_LIMITS }),
  answers: documentAnswers('scrubbed.docx', scrubReportSchema),
});

export const combineOperation = operation({
  path: '/v1/combinations',
  operation: 'combine',
  summary: 'Combine the copies of several reviewers',
  description:
    'One redline of a base with the changes of each reviewer. Clean copies are compared, of tracked copies the marks are used. `reviewers` names them in the order of the copies; `policy` says what becomes of edits of one place.',
  fields: [
    { name: 'base', role: 'original', description: 'What the reviewers were given, at most 50 MB.' },
    {
      name: 'copies',
      role: 'modified',
      most: MOST_COPIES,
      description: 'Their copies, at most 50 MB each.',
    },
  ],
  options: combineOptions,
  optionsName: 'CombineOptions',
  toOptions: (options, now) => ({
    date: wordDate(now),
    ...combinationOptions(options),
    limits: RESULT_LIMITS,
  }),
  later: {
    result: 'The result is a report with links.',
    of: ({ inputs: { base, copies }, named }, options) => {
      const sent = copies.map((bytes, at) => ({ bytes, input: copyInput(at), name: named.copies?.[at] }));
      const request: CombinationRequest = {
        base: { input: 'base', name: named.base?.[0] || UNNAMED },
        copies: sent.map(({ input, name }) => ({ input, name: name || UNNAMED })),
        ...{ options: combinationOptions(options), keep: null },
      };
      const files = Object.fromEntries(sent.map(({ input, bytes }) => [input, bytes]));
      return { asked: { kind: COMBINATION, request }, inputs: { base, ...files } };
    },
  },
  answers: documentAnswers('combined.docx', combineReportSchema),
});

/** What changes documents: edits, comments, cleaning. */
export function addEditOperations(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  addOperation(app, services, editOperation);
  addOperation(app, services, commentsOperation);
  addOperation(app, services, scrubOperation);
  addOperation(app, services, combineOperation);
}

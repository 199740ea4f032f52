import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { CHANGE_KINDS, type ChangeFilter, type ChangeList, changesCsv } from '../../redline/index.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import { documentAnswers, jsonAnswer, textAnswer } from './answers.ts';
import { addOperation, operation } from './operation.ts';
import { RESULT_LIMITS } from './shared.ts';

/** Ids of tens of thousands of changes. */
const OPTIONS_BYTES = 1024 * 1024;
const MOST_IDS = 50_000;
const MOST_DECISIONS = 50_000;

const fields = [
  {
    name: 'document',
    role: 'document',
    description: 'A Word document with tracked changes, at most 50 MB.',
  },
] as const;

const text = z.string().min(1).max(1000);
const moment = z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()]);

export const filterSchema = z
  .strictObject({
    ids: z.array(z.string().max(64)).max(MOST_IDS).optional(),
    authors: z.array(z.string().max(1000)).max(1000).optional(),
    kinds: z.array(z.enum(CHANGE_KINDS)).optional(),
    from: moment.optional().openapi({ description: 'Changes of this moment and later.' }),
    to: moment.optional().openapi({ description: 'Changes before this moment.' }),
    text: text.optional().openapi({ description: 'Stands in the text before or after, in any case.' }),
    clause: text.optional().openapi({ description: 'A clause and what is below it.', example: '4.2' }),
    story: text.optional().openapi({ description: 'A story or a kind of them.', example: 'footnote' }),
  })
  .openapi('ChangeFilter', {
    description: 'Every condition that is given must hold; none takes all changes.',
  });

/** What the form says, without the conditions that it leaves out. */
function filterOf(given: z.output<typeof filterSchema>): ChangeFilter {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const positionSchema = z.object({
  part: z.string(),
  paragraph: z.number().int(),
  paragraphId: z.string().nullable(),
  offset: z.number().int(),
});

const changeSchema = z
  .object({
    id: z.string(),
    kind: z.enum(CHANGE_KINDS),
    author: z.string(),
    date: z.string().nullable(),
    story: z.string(),
    clause: z.string(),
    heading: z.string(),
    before: z.string(),
    after: z.string(),
    format: z.object({ before: z.string(), after: z.string() }).nullable(),
    position: positionSchema,
    movedTo: positionSchema.nullable(),
    revisions: z.array(z.string()),
    within: z.string().nullable(),
  })
  .openapi('Change');

const listSchema = z
  .object({ changes: z.array(changeSchema), total: z.number().int(), authors: z.array(z.string()) })
  .openapi('Changes');

const ids = z.array(z.string());
export const decisionReportSchema = z
  .object({ accepted: ids, rejected: ids, gone: ids, left: z.number().int() })
  .openapi('DecisionReport', {
    description: '`gone` stood in changes that went. `left` counts the changes that nobody decided.',
  });

export const decideOptions = z.strictObject({
  decisions: z
    .array(z.strictObject({ verdict: z.enum(['accept', 'reject']), changes: filterSchema }))
    .min(1)
    .max(MOST_DECISIONS),
});

export const changesOperation = operation({
  path: '/v1/changes',
  operation: 'changes',
  summary: 'List the tracked changes of a document',
  description:
    'Every logical change of a document of any editor, in document order. Its id names it also after other changes were decided and after the document was saved anew.',
  fields,
  options: z.strictObject({ filter: filterSchema.prefault({}) }),
  optionsName: 'ChangesOptions',
  optionsBytes: OPTIONS_BYTES,
  toOptions: ({ filter }) => ({ limits: RESULT_LIMITS, filter: filterOf(filter) }),
  answers: [
    jsonAnswer('The changes.', listSchema),
    textAnswer(
      'As CSV, one change a row.',
      {
        'Content-Type': 'text/csv; charset=utf-8; header=present',
        'Content-Disposition': 'attachment; filename="changes.csv"',
      },
      ({ changes }: ChangeList) => changesCsv(changes),
    ),
  ],
});

export const decideOperation = operation({
  path: '/v1/decisions',
  operation: 'decide',
  summary: 'Accept and reject tracked changes',
  description:
    'Carries out all decisions or none. What is said of a change by its id goes before what a filter without ids says of it.',
  fields,
  options: decideOptions,
  optionsName: 'DecideOptions',
  optionsBytes: OPTIONS_BYTES,
  toOptions: ({ decisions }) => ({
    limits: RESULT_LIMITS,
    decisions: decisions.map(({ verdict, changes }) => ({ verdict, changes: filterOf(changes) })),
  }),
  answers: documentAnswers('document.docx', decisionReportSchema),
});

/** What lists changes and decides them. */
export function addChangeOperations(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  addOperation(app, services, changesOperation);
  addOperation(app, services, decideOperation);
}

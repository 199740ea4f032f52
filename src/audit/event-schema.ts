import { EVENT_FIELDS, EVENT_FORMAT } from './event.ts';
import { EVENT_TYPES } from './event-types.ts';

const text = (description: string) => ({ type: 'string', description });
const orNull = (description: string) => ({ type: ['string', 'null'], description });
const number = (description: string) => ({ type: ['integer', 'null'], minimum: 1, description });
const hash = (description: string) => ({ type: 'string', pattern: '^[0-9a-f]{64}$', description });

/** An event as a JSON Schema (draft 2020-12), the same for exports, the API and the tables. */
export const EVENT_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Event of the audit trail',
  type: 'object',
  required: EVENT_FIELDS,
  additionalProperties: false,
  properties: {
    tenant: text('Whose chain it stands in.'),
    sequence: { type: 'integer', minimum: 1, description: 'Without a gap in each tenant.' },
    id: text('The same whenever the same is reported.'),
    at: { type: 'string', format: 'date-time', description: 'When it happened, in UTC.' },
    type: { enum: Object.keys(EVENT_TYPES), description: 'What was done, or tried.' },
    outcome: { enum: ['done', 'refused', 'failed'] },
    reason: orNull('Why: words of the policy, or the code of a problem.'),
    actorKind: { enum: ['operator', 'person', 'key', 'service-account', 'link', 'service', 'nobody'] },
    actor: text('Who: stable within the tenant, no name.'),
    credential: text('What proved it: the id of a session or key, never a secret.'),
    address: orNull('The IP address that it came from; of people sealed under their key.'),
    requestId: text('The request, as in its answer and in the log.'),
    object: orNull('What it was done to.'),
    document: orNull('The document that it is about; of a redline the one that it is kept with.'),
    version: number('Of the object.'),
    commit: number('The number of the commit to the object.'),
    details: orNull(
      'Facts of this type of event, as JSON: whose part in a document was changed, by whom something was allowed.',
    ),
    format: { type: 'integer', minimum: 1, maximum: EVENT_FORMAT },
    previous: hash('The hash of the event before it; zeros before the first.'),
    hash: hash('SHA-256 of the canonical JSON (RFC 8785) of all other fields.'),
  },
} as const;

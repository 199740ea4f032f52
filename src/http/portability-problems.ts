import type { DocumentsErrorCode } from '../documents/index.ts';
import type { ProblemKind } from './problem-kind.ts';

type PortabilityCode = Extract<
  DocumentsErrorCode,
  `exports/${string}` | `imports/${string}` | `tenants/${string}`
>;

/** What goes out as an archive, and comes in as one. */
export const PORTABILITY_PROBLEMS: Readonly<Record<PortabilityCode, ProblemKind>> = {
  'exports/not-found': {
    status: 404,
    title: 'There is no such export',
    advice: 'An export can be fetched for a day. POST /v1/exports makes another one.',
  },
  'exports/not-ready': {
    status: 409,
    title: 'The export is not ready',
    advice: 'GET /v1/exports/{id} tells how far it is, and when it is ready.',
  },
  'exports/too-many': {
    status: 409,
    title: 'There are too many exports',
    advice: 'Fetch those that there are; each goes after a day.',
  },
  'exports/too-many-versions': {
    status: 409,
    title: 'A document has more versions than an archive holds',
    advice: 'Fetch that document by its versions: GET /v1/documents/{id}/versions.',
  },
  'imports/damaged': {
    status: 422,
    title: 'The archive is not whole, or not what it says',
    advice:
      'Fetch it again. The member "details" counts what is here of it: documents that came before the damage; sent again, they are not taken twice. Its audit trail is not kept.',
  },
  'imports/conflict': {
    status: 409,
    title: 'Something else stands under the ids of a document',
    advice: 'Import the archive into another organisation.',
  },
  'tenants/moving': {
    status: 503,
    title: 'The organisation is being moved to another region',
    advice: 'Send the request again after the seconds that the header Retry-After names.',
  },
  'tenants/elsewhere': {
    status: 421,
    title: 'The organisation is served elsewhere',
    advice: 'Send the request to the address for the region that the member "details" names.',
  },
  'tenants/not-movable': {
    status: 409,
    title: 'The organisation cannot be moved there',
    advice: 'redline admin move-tenant says what stands in the way.',
  },
  'imports/not-found': {
    status: 404,
    title: 'Nothing of such an archive is kept here',
    advice: 'The answer to POST /v1/imports names the archive.',
  },
};

import type { DocumentsErrorCode } from '../documents/index.ts';
import type { OutsideFailure } from '../kit/index.ts';
import { CONTENT_PROBLEMS } from './content-problems.ts';
import { PORTABILITY_PROBLEMS } from './portability-problems.ts';
import type { ProblemKind } from './problem-kind.ts';

/** What a part outside of the process did not do, as a problem. */
export type OutsideCode = `storage/${OutsideFailure}`;

/** Kept documents, and the stores and keys behind them. */
export const DOCUMENT_PROBLEMS: Readonly<Record<DocumentsErrorCode | OutsideCode, ProblemKind>> = {
  ...CONTENT_PROBLEMS,
  ...PORTABILITY_PROBLEMS,
  'documents/not-found': {
    status: 404,
    title: 'There is no such document',
    advice: 'GET /v1/documents lists those that you may read.',
  },
  'documents/refused': {
    status: 403,
    title: 'Your role in the document does not allow that',
    advice:
      'The member "role" of the document says what you are. Ask an owner of the document for another role.',
  },
  'members/not-found': {
    status: 404,
    title: 'The document has no such member',
    advice: 'GET /v1/documents/{id}/members lists its members.',
  },
  'members/exists': {
    status: 409,
    title: 'They are a member of the document already',
    advice: 'PATCH /v1/documents/{id}/members/{member} gives them another role.',
  },
  'members/last-owner': {
    status: 409,
    title: 'The document would have no owner',
    advice: 'Make somebody else an owner first, or transfer the document.',
  },
  'documents/version-not-found': {
    status: 404,
    title: 'The document has no such version',
    advice: 'GET /v1/documents/{id}/versions lists its versions.',
  },
  'documents/stale': {
    status: 412,
    title: 'The document was changed by someone else',
    advice:
      'The member "details" names the version of the document that you know (expected) and the one that is current. Read the document again, then decide.',
  },
  'leases/held': {
    status: 423,
    title: 'Somebody works on it alone',
    advice:
      'The member "details" names who, and until when. GET /v1/documents/{id}/leases lists all of them; owners and administrators may end one.',
  },
  'leases/lost': {
    status: 412,
    title: 'The lease is over',
    advice: 'Take another one, read the document again, then decide.',
  },
  'leases/not-found': {
    status: 404,
    title: 'There is no such lease',
    advice: 'GET /v1/documents/{id}/leases lists those that are not over.',
  },
  'leases/too-many': {
    status: 409,
    title: 'Too many parts of the document are held',
    advice: 'Wait for some to end, or take the document when all have.',
  },
  'documents/deleted': {
    status: 410,
    title: 'The document is deleted',
    advice: 'POST /v1/documents/{id}/restore brings it back.',
  },
  'documents/not-word': {
    status: 409,
    title: 'The document is not a Word document',
    advice: 'PDFs and pictures are kept; only Word documents can be compared, edited and shown.',
  },
  'documents/no-result': {
    status: 404,
    title: 'The version was made by no operation',
    advice:
      'Uploads, copies and restored versions have no result. The member "origin" of a version says what made it.',
  },
  'redlines/not-found': {
    status: 404,
    title: 'The document has no such redline',
    advice: 'GET /v1/documents/{id}/redlines lists those that it has.',
  },
  'redlines/deleted': {
    status: 410,
    title: 'The redline is deleted',
    advice: 'POST /v1/documents/{id}/redlines/{redline}/restore brings it back.',
  },
  'redlines/no-certificate': {
    status: 404,
    title: 'The redline has no certificate',
    advice:
      'A comparison of two documents has one. How copies were combined is said by the result of version 1.',
  },
  'documents/not-deleted': {
    status: 409,
    title: 'The document is not deleted',
    advice: 'There is nothing to restore. Earlier versions are restored under /versions/{number}/restore.',
  },
  'documents/held': {
    status: 409,
    title: 'The document is under a legal hold',
    advice: 'Nothing of it can be deleted until an administrator releases it.',
  },
  'documents/not-held': {
    status: 409,
    title: 'The document is not under a legal hold',
    advice: 'There is nothing to release.',
  },
  'documents/retained': {
    status: 409,
    title: 'The document must be kept longer',
    advice:
      'The member "details" names the time and the rule. What would shorten that time (a label taken away, a version of another type) is refused too.',
  },
  'retention/stale': {
    status: 412,
    title: 'The rules were changed by someone else',
    advice: 'GET /v1/retention again, then decide.',
  },
  'documents/quota-exceeded': {
    status: 403,
    title: 'The organisation keeps as much as it may',
    advice:
      'Ask its administrator for more, or have documents removed for good. The member "details" names the quota.',
  },
  'documents/full': {
    status: 409,
    title: 'The document has as many versions as it may have',
    advice: 'Copy the document and go on with the copy.',
  },
  'documents/invalid': {
    status: 400,
    title: 'What was said of the document cannot be kept',
    advice: 'The member "details" names the field.',
  },
  'documents/other-request': {
    status: 422,
    title: 'The idempotency key belongs to another request',
    advice: 'Send a new Idempotency-Key with every new request, and the same one only to repeat it.',
  },
  'links/invalid': {
    status: 404,
    title: 'There is nothing under this link',
    advice: 'See whether the link was copied whole, or ask whoever sent it for a new one.',
  },
  'links/expired': {
    status: 410,
    title: 'The time of the link is over',
    advice: 'Ask whoever sent it for a new one.',
  },
  'links/revoked': {
    status: 410,
    title: 'The link was revoked',
    advice: 'Ask whoever sent it for a new one.',
  },
  'links/not-found': {
    status: 404,
    title: 'There is no such link',
    advice: 'It has expired or was revoked. Links that are alive are listed under the document.',
  },
  'links/too-many': {
    status: 409,
    title: 'The document has too many links',
    advice: 'Revoke some that nobody needs any more, or wait until they expire.',
  },
  'erasures/not-found': {
    status: 404,
    title: 'There is no such erasure, or no certificate of it yet',
    advice:
      'POST /v1/erasures erases a document or a person; the certificate is there when its state is done.',
  },
  'erasures/no-person': {
    status: 404,
    title: 'There is no such person',
    advice: 'People are named by id: GET /v1/people lists them.',
  },
  'erasures/owns-documents': {
    status: 409,
    title: 'The person alone owns documents',
    advice: 'Give each to somebody else (POST /v1/documents/{id}/transfers), or erase it; then ask again.',
  },
  'documents/unclear': {
    status: 503,
    title: 'It is not known whether the change was made',
    advice: 'Send the same request with the same Idempotency-Key: it is not done twice.',
  },
  'storage/unavailable': {
    status: 503,
    title: 'A part that the service needs does not answer',
    advice:
      'Nothing was changed. Send the request again after the seconds that the header Retry-After names.',
  },
  'storage/unclear': {
    status: 503,
    title: 'The store did not say whether it kept what was sent',
    advice: 'Send the same request with the same Idempotency-Key: it is not done twice.',
  },
  'storage/full': {
    status: 507,
    title: 'There is no room left in the store',
    advice: 'Nothing was changed. Make room on the machine of the service.',
  },
  'storage/damaged': {
    status: 500,
    title: 'What is stored is not what was written',
    advice:
      'Nothing of it is given out. Report it with the request id; a copy may be had from an earlier version.',
  },
  'storage/refused': {
    status: 503,
    title: 'The store or the keys refuse the service',
    advice: 'Report it with the request id: a key may be destroyed, or a right missing.',
  },
};

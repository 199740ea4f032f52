import type { ProblemKind } from './problem-kind.ts';

/** What can be wrong with a request itself, or with what it asks for. */
export type RequestErrorCode =
  | 'request/malformed'
  | 'request/invalid'
  | 'request/not-multipart'
  | 'request/not-json'
  | 'request/field-missing'
  | 'request/field-repeated'
  | 'request/field-unknown'
  | 'request/too-large'
  | 'request/headers-too-large'
  | 'request/timeout'
  | 'request/not-acceptable'
  | 'request/not-found'
  | 'request/method-not-allowed'
  | 'request/host-not-allowed'
  | 'request/origin-not-allowed'
  | 'request/precondition-required'
  | 'request/precondition-failed'
  | 'request/range-not-satisfiable'
  | 'request/page-token'
  | 'request/idempotency-key'
  | 'request/still-running'
  | 'request/tus-version'
  | 'request/not-tus'
  | 'comparison/not-found'
  | 'comparison/expired'
  | 'comparison/no-room'
  | 'sample/not-found'
  | 'audit/not-found'
  | 'audit/not-signed'
  | 'internal';

/** Requests themselves, and what is only there for an hour. */
export const REQUEST_PROBLEMS: Readonly<Record<RequestErrorCode, ProblemKind>> = {
  'request/invalid': {
    status: 400,
    title: 'A parameter or member is not as it should be',
    advice: 'The detail names it; /docs has the description of every request.',
  },
  'request/malformed': {
    status: 400,
    title: 'The request cannot be read',
    advice: 'Let a library write the request, such as FormData in JavaScript or "curl -F".',
  },
  'request/not-multipart': {
    status: 415,
    title: 'The request is not a form with files',
    advice: 'Send multipart/form-data with the fields "original" and "modified".',
  },
  'request/not-json': {
    status: 415,
    title: 'The body is not JSON',
    advice: 'Send the header "Content-Type: application/json" with a body of JSON.',
  },
  'request/field-missing': {
    status: 400,
    title: 'A field is missing',
    advice: 'Send both documents, as the fields "original" and "modified".',
  },
  'request/field-repeated': {
    status: 400,
    title: 'A field is there more than once',
    advice: 'Send one document in "original", one in "modified", and "options" at most once.',
  },
  'request/field-unknown': {
    status: 400,
    title: 'A field is not known',
    advice: 'Only "original", "modified" and "options" are read.',
  },
  'request/too-large': {
    status: 413,
    title: 'The request is too large',
    advice: 'Each document may have 50 MB, the options 16 kB.',
  },
  'request/headers-too-large': {
    status: 431,
    title: 'The headers of the request are too large',
    advice: 'All headers together may have 16 kB.',
  },
  'request/timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    advice: 'Send the request again over a faster connection.',
  },
  'request/not-acceptable': {
    status: 406,
    title: 'The result cannot be had in the form asked for',
    advice: 'Ask for a Word document or for application/json in the header Accept.',
  },
  'request/not-found': {
    status: 404,
    title: 'There is nothing under this address',
    advice: 'All addresses are listed in /docs.',
  },
  'request/method-not-allowed': {
    status: 405,
    title: 'The address does not know this method',
    advice: 'The header Allow lists the methods that it knows.',
  },
  'request/host-not-allowed': {
    status: 421,
    title: 'The request was meant for another host',
    advice:
      'Until there is a sign-in, the service answers only to 127.0.0.1, localhost and [::1] with its port.',
  },
  'request/origin-not-allowed': {
    status: 403,
    title: 'The request comes from another site',
    advice: 'Only the pages of this service may change anything through a browser.',
  },
  'request/precondition-required': {
    status: 428,
    title: 'The request must say which state of the document it is about',
    advice: 'Send the ETag of the document that you read in the header If-Match.',
  },
  'request/precondition-failed': {
    status: 412,
    title: 'The header If-Match names no state of this document',
    advice: 'Send the ETag of the document as it was answered, one, in quotes.',
  },
  'request/range-not-satisfiable': {
    status: 416,
    title: 'The range does not lie within the content',
    advice: 'The header Content-Range names the size of the content.',
  },
  'request/page-token': {
    status: 400,
    title: 'The page token does not belong to this list',
    advice: 'Use nextPageToken of the page before, with the same filters and the same order.',
  },
  'request/idempotency-key': {
    status: 400,
    title: 'The header Idempotency-Key cannot be used',
    advice: 'Send 1 to 255 printable ASCII characters, such as a UUID.',
  },
  'request/still-running': {
    status: 409,
    title: 'The same request is being worked on',
    advice:
      'Send it again after the seconds that the header Retry-After names: it then gets the answer of the first.',
  },
  'request/tus-version': {
    status: 412,
    title: 'The upload protocol has another version',
    advice: 'Send the header "Tus-Resumable: 1.0.0", or let a tus client do it.',
  },
  'request/not-tus': {
    status: 415,
    title: 'The body is not a piece of an upload',
    advice: 'Send the header "Content-Type: application/offset+octet-stream", or let a tus client do it.',
  },
  'comparison/not-found': {
    status: 404,
    title: 'There is no such comparison',
    advice:
      'Results can be fetched for one hour, those of operations for longer. Compare the documents again.',
  },
  'comparison/expired': {
    status: 410,
    title: 'The comparison is no longer kept',
    advice:
      'Results can be fetched for one hour, those of operations for longer. Compare the documents again.',
  },
  'comparison/no-room': {
    status: 503,
    title: 'There is no room to keep another result',
    advice: 'Ask for the Word document itself (header Accept), or wait: results are kept for one hour only.',
  },
  'audit/not-found': {
    status: 404,
    title: 'The trail has no such event',
    advice: 'GET /v1/audit lists the events of your organisation.',
  },
  'audit/not-signed': {
    status: 409,
    title: 'No checkpoint holds the event yet',
    advice: 'Checkpoints are signed once a minute. Ask again in a minute.',
  },
  'sample/not-found': {
    status: 404,
    title: 'There is no such sample',
    advice: 'The samples are made by "npm run build".',
  },
  internal: {
    status: 500,
    title: 'Something went wrong inside the service',
    advice: 'Report it with the request id; the log has more under it.',
  },
};

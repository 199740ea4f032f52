import type { DocumentPermission } from '../../src/access/index.ts';
import { file, word } from './kept.ts';

// What every route below a document asks of a role, and a request of it that is good enough to be decided.

interface DocumentRoute {
  readonly permission: DocumentPermission;
  /** Sent as JSON; a form for a file. */
  readonly body?: object;
  readonly form?: () => FormData;
}

const read: DocumentRoute = { permission: 'document.read' };
const edit: DocumentRoute = { permission: 'document.edit' };
const link: DocumentRoute = { permission: 'document.link' };
const MARK = { op: 'comment', at: { quote: 'x' }, text: 'y' };
const DECISIONS = { decisions: [{ verdict: 'accept', changes: {} }] };
/** A version that is not there: whoever may ask is told so, and no engine has to run. */
const NO_VERSION = { version: 99 };

/** Of documents and of redlines alike. */
function alike(one: string): Record<string, DocumentRoute> {
  const shown = ['blackline', 'changes', 'comments', 'html', 'pdf', 'report', 'content', 'versions'];
  const readings = [...shown, 'versions/{number}', 'versions/{number}/content', 'versions/{number}/result'];
  return {
    [`get ${one}`]: read,
    ...Object.fromEntries(readings.map((name) => [`get ${one}/${name}`, read])),
    [`patch ${one}`]: { ...edit, body: { name: 'y' } },
    [`post ${one}/decisions`]: { ...edit, body: DECISIONS },
    [`post ${one}/edits`]: { ...edit, body: { edits: [MARK] } },
    [`post ${one}/scrubs`]: { ...edit, body: {} },
    [`post ${one}/versions/{number}/restore`]: edit,
    [`get ${one}/links`]: link,
    [`post ${one}/links`]: { ...link, body: NO_VERSION },
    [`delete ${one}/links`]: link,
    [`delete ${one}/links/{link}`]: link,
    [`post ${one}/comments`]: { permission: 'document.comment', body: { edits: [MARK] } },
  };
}

/** By the route as the OpenAPI document writes it. */
export const DOCUMENT_ROUTES: Readonly<Record<string, DocumentRoute>> = {
  ...alike('/v1/documents/{id}'),
  ...alike('/v1/documents/{id}/redlines/{redline}'),
  'delete /v1/documents/{id}': { permission: 'document.delete' },
  'post /v1/documents/{id}/restore': { permission: 'document.delete' },
  'post /v1/documents/{id}/copies': { ...read, body: { version: 99 } },
  'post /v1/documents/{id}/versions': { ...edit, form: () => file(word('x')) },
  'get /v1/documents/{id}/members': { permission: 'members.read' },
  'post /v1/documents/{id}/members': { permission: 'members.write', body: { person: 'p', role: 'viewer' } },
  'patch /v1/documents/{id}/members/{member}': { permission: 'members.write', body: { role: 'viewer' } },
  'delete /v1/documents/{id}/members/{member}': { permission: 'members.write' },
  'post /v1/documents/{id}/transfers': { permission: 'ownership.transfer', body: { to: { person: 'p' } } },
  'get /v1/documents/{id}/hold': { permission: 'document.hold' },
  'put /v1/documents/{id}/hold': { permission: 'document.hold', body: { reason: 'x' } },
  'delete /v1/documents/{id}/hold': { permission: 'document.hold' },
  'get /v1/documents/{id}/leases': read,
  'post /v1/documents/{id}/leases': { ...edit, body: {} },
  'patch /v1/documents/{id}/leases/{lease}': { permission: 'document.comment', body: {} },
  // Nobody has it: whoever asks would break somebody's.
  'delete /v1/documents/{id}/leases/{lease}': { permission: 'leases.break' },
  'get /v1/documents/{id}/redlines': read,
  'post /v1/documents/{id}/redlines': { ...edit, body: { original: NO_VERSION, modified: NO_VERSION } },
  'post /v1/documents/{id}/redlines/combinations': {
    ...edit,
    body: { base: NO_VERSION, copies: [NO_VERSION], options: { reviewers: ['A'] } },
  },
  'delete /v1/documents/{id}/redlines/{redline}': edit,
  'post /v1/documents/{id}/redlines/{redline}/restore': edit,
  'get /v1/documents/{id}/redlines/{redline}/certificate': read,
};

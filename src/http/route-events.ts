import type { EventType } from '../audit/index.ts';

/** What a request is in the audit trail. */
export interface RouteEvent {
  readonly type: EventType;
  /** What succeeded is recorded by the commit that did it: the request is an event only when it did not. */
  readonly committed?: true;
}

/** Every route under `/v1`, and those that sign somebody in or out. A test holds it to the table of the policy. */
export const ROUTE_EVENTS: Readonly<Record<string, RouteEvent>> = {
  'get /v1/me': { type: 'self.read' },
  'get /v1/sessions': { type: 'session.listed' },
  'delete /v1/sessions/{id}': { type: 'session.ended' },
  'get /v1/people': { type: 'person.listed' },
  'patch /v1/people/{id}': { type: 'person.changed' },
  'get /v1/api-keys': { type: 'key.listed' },
  'post /v1/api-keys': { type: 'key.created' },
  'get /v1/api-keys/{id}': { type: 'key.read' },
  'delete /v1/api-keys/{id}': { type: 'key.revoked' },
  'post /v1/api-keys/{id}/rotations': { type: 'key.rotated' },
  'get /v1/service-accounts': { type: 'service-account.listed' },
  'get /v1/service-accounts/{id}': { type: 'service-account.read' },
  'post /v1/service-accounts': { type: 'service-account.created' },
  'patch /v1/service-accounts/{id}': { type: 'service-account.changed' },
  'post /v1/service-accounts/{id}/keys': { type: 'key.created' },
  ...rows('audit.read', 'get /v1/audit…', ['', '/events/{sequence}', '/checkpoints']),
  'get /v1/audit/events/{sequence}/proof': { type: 'audit.proved' },
  'get /v1/audit/export': { type: 'audit.exported' },
  'get /v1/links/{token}': { type: 'link.opened' },
  ...rows('comparison.made', 'post /v1/…', [
    ...['blacklines', 'changes', 'combinations', 'comments', 'comparisons'],
    ...['decisions', 'edits', 'html', 'pdfs', 'reports', 'scrubs', 'verifications'],
  ]),
  ...rows('result.read', 'get /v1/comparisons/{id}…', ['', '/html', '/redline']),
  'post /v1/batches': committed('operation.created'),
  'get /v1/batches': { type: 'operation.listed' },
  'get /v1/batches/{id}': { type: 'operation.read' },
  'post /v1/batches/{id}/cancel': { type: 'operation.cancelled' },
  'post /v1/batches/{id}/retries': { type: 'operation.replayed' },
  ...rows('result.read', 'get /v1/batches/{id}…', ['/archive', '/report']),
  ...rows('result.read', 'get /v1/results/{id}…', ['', '/document']),
  'get /v1/samples/{name}/{version}': { type: 'sample.read' },
  'get /v1/documents': { type: 'document.listed' },
  'post /v1/documents': committed('document.created'),
  'patch /v1/documents/{id}': committed('document.updated'),
  'post /v1/documents/{id}/copies': committed('document.copied'),
  'post /v1/documents/{id}/versions': committed('version.added'),
  'get /v1/documents/{id}/redlines': { type: 'redline.listed' },
  'post /v1/documents/{id}/redlines': committed('redline.created'),
  'post /v1/documents/{id}/redlines/combinations': committed('redline.created'),
  'patch /v1/documents/{id}/redlines/{redline}': committed('redline.updated'),
  'get /v1/documents/{id}/redlines/{redline}/certificate': { type: 'certificate.read' },
  ...below('/v1/documents/{id}', 'document'),
  ...below('/v1/documents/{id}/redlines/{redline}', 'redline'),
  'get /v1/documents/{id}/members': { type: 'member.listed' },
  'post /v1/documents/{id}/members': committed('member.added'),
  'patch /v1/documents/{id}/members/{member}': committed('member.changed'),
  'delete /v1/documents/{id}/members/{member}': committed('member.removed'),
  'post /v1/documents/{id}/transfers': committed('ownership.given'),
  'get /v1/documents/{id}/leases': { type: 'lease.listed' },
  'post /v1/documents/{id}/leases': { type: 'lease.taken' },
  'patch /v1/documents/{id}/leases/{lease}': { type: 'lease.renewed' },
  'delete /v1/documents/{id}/leases/{lease}': { type: 'lease.ended' },
  'get /v1/retention': { type: 'retention.read' },
  'put /v1/retention': { type: 'retention.changed' },
  'post /v1/retention/sweeps': { type: 'retention.swept' },
  'get /v1/documents/{id}/hold': { type: 'hold.read' },
  'put /v1/documents/{id}/hold': committed('hold.set'),
  'delete /v1/documents/{id}/hold': committed('hold.released'),
  'get /v1/groups': { type: 'group.listed' },
  'post /v1/groups': { type: 'group.created' },
  'get /v1/groups/{id}': { type: 'group.read' },
  'patch /v1/groups/{id}': { type: 'group.changed' },
  'delete /v1/groups/{id}': { type: 'group.deleted' },
  'get /v1/operations': { type: 'operation.listed' },
  'get /v1/operations/{id}': { type: 'operation.read' },
  'get /v1/operations/events': { type: 'operation.followed' },
  'get /v1/operations/{id}/events': { type: 'operation.followed' },
  'get /v1/operations/{id}/result': { type: 'result.read' },
  'post /v1/operations/{id}/cancel': { type: 'operation.cancelled' },
  'post /v1/operations/{id}/replay': { type: 'operation.replayed' },
  ...rows('webhook.listed', 'get /v1/webhook…', ['s', '-events']),
  'post /v1/webhooks': { type: 'webhook.created' },
  ...rows('webhook.read', 'get /v1/webhooks/{id}…', ['', '/deliveries']),
  'patch /v1/webhooks/{id}': { type: 'webhook.changed' },
  'delete /v1/webhooks/{id}': { type: 'webhook.deleted' },
  'post /v1/webhooks/{id}/rotations': { type: 'webhook.rotated' },
  'post /v1/webhooks/{id}/tests': { type: 'webhook.tested' },
  'post /v1/webhooks/{id}/replays': { type: 'webhook.replayed' },
  'post /v1/exports': { type: 'export.started' },
  'get /v1/exports/{id}': { type: 'export.read' },
  'get /v1/exports/{id}/content': { type: 'export.downloaded' },
  'post /v1/imports': { type: 'import.made' },
  'get /v1/imports/{id}/evidence': { type: 'import.evidence-read' },
  'post /v1/erasures': committed('document.erased'),
  'get /v1/erasures/{id}': { type: 'erasure.read' },
  'get /v1/erasures/{id}/certificate': { type: 'erasure.read' },
  'post /v1/uploads': { type: 'upload.started' },
  'get /v1/uploads/{id}': { type: 'upload.read' },
  'patch /v1/uploads/{id}': { type: 'upload.continued' },
  'delete /v1/uploads/{id}': { type: 'upload.removed' },
  'post /auth/link': { type: 'session.opened' },
  'post /auth/local': { type: 'session.opened' },
  'post /auth/password': { type: 'password.set' },
  'put /auth/password': { type: 'password.changed' },
  'get /auth/callback': { type: 'session.opened' },
  'post /auth/refresh': { type: 'session.renewed' },
  'post /auth/sign-out': { type: 'session.closed' },
  'post /auth/back-channel-logout': { type: 'person.signed-out' },
};

/** What documents and kept redlines have alike. */
function below(one: string, noun: 'document' | 'redline'): Record<string, RouteEvent> {
  const shown = ['blackline', 'changes', 'comments', 'html', 'pdf', 'report'];
  return {
    [`get ${one}`]: { type: `${noun}.read` },
    [`delete ${one}`]: committed(`${noun}.deleted`),
    [`post ${one}/restore`]: committed(`${noun}.restored`),
    [`get ${one}/links`]: { type: 'link.listed' },
    [`post ${one}/links`]: committed('link.created'),
    [`delete ${one}/links`]: committed('links.revoked'),
    [`delete ${one}/links/{link}`]: committed('link.revoked'),
    ...rows('content.shown', `get ${one}/…`, shown),
    ...rows('content.downloaded', `get ${one}/…`, ['content', 'versions/{number}/content']),
    [`get ${one}/versions`]: { type: 'version.listed' },
    ...rows('version.read', `get ${one}/versions/{number}…`, ['', '/result']),
    [`post ${one}/comments`]: committed('version.commented'),
    [`post ${one}/decisions`]: committed('version.decided'),
    [`post ${one}/edits`]: committed('version.edited'),
    [`post ${one}/scrubs`]: committed('version.scrubbed'),
    [`post ${one}/versions/{number}/restore`]: committed('version.restored'),
  };
}

function committed(type: EventType): RouteEvent {
  return { type, committed: true };
}

function rows(type: EventType, pattern: string, names: readonly string[]): Record<string, RouteEvent> {
  return Object.fromEntries(names.map((name) => [pattern.replace('…', name), { type }]));
}

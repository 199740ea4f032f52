import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import {
  AccessError,
  type Action,
  type DecidedDocument,
  decide,
  type Principal,
  signInRequired,
} from '../access/index.ts';
import type { Library } from '../documents/index.ts';
import { noteDecision } from './decisions.ts';
import type { HttpEnv } from './services.ts';

/** Which action every route under `/v1` is; `open`: it looks at something else than who asks. A test holds it to the OpenAPI document. */
export const ROUTE_ACTIONS: Readonly<Record<string, Action | 'open'>> = {
  'get /v1/me': 'self',
  'get /v1/sessions': 'sessions',
  'delete /v1/sessions/{id}': 'sessions',
  'get /v1/people': 'people',
  'patch /v1/people/{id}': 'people',
  'get /v1/api-keys': 'keys',
  'post /v1/api-keys': 'keys',
  'get /v1/api-keys/{id}': 'keys',
  'delete /v1/api-keys/{id}': 'keys',
  'post /v1/api-keys/{id}/rotations': 'keys',
  ...rows('services', ['', '/{id}'], 'get /v1/service-accounts…'),
  'post /v1/service-accounts': 'services',
  'patch /v1/service-accounts/{id}': 'services',
  'post /v1/service-accounts/{id}/keys': 'services',
  ...rows('audit', ['', '/events/{sequence}', '/events/{sequence}/proof'], 'get /v1/audit…'),
  ...rows('audit', ['/export', '/checkpoints'], 'get /v1/audit…'),
  // The token in the address was signed for whoever has it.
  'get /v1/links/{token}': 'open',
  ...rows('compare', ['blacklines', 'changes', 'combinations', 'comments', 'comparisons'], 'post /v1/…'),
  ...rows(
    'compare',
    ['decisions', 'edits', 'html', 'pdfs', 'reports', 'scrubs', 'verifications'],
    'post /v1/…',
  ),
  ...rows('compare', ['', '/html', '/redline'], 'get /v1/comparisons/{id}…'),
  'get /v1/batches': 'compare',
  ...rows('compare', ['', '/archive', '/report'], 'get /v1/batches/{id}…'),
  ...rows('compare', ['', '/{id}/cancel', '/{id}/retries'], 'post /v1/batches…'),
  ...rows('compare', ['', '/document'], 'get /v1/results/{id}…'),
  'get /v1/samples/{name}/{version}': 'compare',
  'get /v1/documents': 'documents.read',
  'post /v1/documents': 'documents.write',
  'patch /v1/documents/{id}': 'documents.write',
  'post /v1/documents/{id}/copies': 'documents.write',
  'post /v1/documents/{id}/versions': 'documents.write',
  'get /v1/documents/{id}/members': 'documents.read',
  'post /v1/documents/{id}/members': 'documents.share',
  'patch /v1/documents/{id}/members/{member}': 'documents.share',
  'delete /v1/documents/{id}/members/{member}': 'documents.share',
  'post /v1/documents/{id}/transfers': 'documents.share',
  'get /v1/documents/{id}/leases': 'documents.read',
  'post /v1/documents/{id}/leases': 'documents.write',
  ...rows('documents.write', ['patch', 'delete'], '… /v1/documents/{id}/leases/{lease}'),
  'get /v1/retention': 'retention.read',
  'put /v1/retention': 'retention.manage',
  'post /v1/retention/sweeps': 'retention.manage',
  ...rows('retention.manage', ['get', 'put', 'delete'], '… /v1/documents/{id}/hold'),
  'get /v1/groups': 'groups',
  'post /v1/groups': 'groups.manage',
  ...rows('groups.manage', ['get', 'patch', 'delete'], '… /v1/groups/{id}'),
  'get /v1/documents/{id}/redlines': 'documents.read',
  'post /v1/documents/{id}/redlines': 'documents.write',
  'patch /v1/documents/{id}/redlines/{redline}': 'documents.write',
  'post /v1/documents/{id}/redlines/combinations': 'documents.write',
  'get /v1/documents/{id}/redlines/{redline}/certificate': 'documents.read',
  ...below('/v1/documents/{id}'),
  ...below('/v1/documents/{id}/redlines/{redline}'),
  ...rows('operations', ['', '/events', '/{id}', '/{id}/events', '/{id}/result'], 'get /v1/operations…'),
  ...rows('operations', ['cancel', 'replay'], 'post /v1/operations/{id}/…'),
  'get /v1/webhook-events': 'webhooks',
  ...rows('webhooks', ['get', 'post'], '… /v1/webhooks'),
  ...rows('webhooks', ['get', 'patch', 'delete'], '… /v1/webhooks/{id}'),
  ...rows('webhooks', ['rotations', 'tests', 'replays'], 'post /v1/webhooks/{id}/…'),
  'get /v1/webhooks/{id}/deliveries': 'webhooks',
  'post /v1/exports': 'exports',
  ...rows('exports', ['', '/content'], 'get /v1/exports/{id}…'),
  'post /v1/imports': 'imports',
  'get /v1/imports/{id}/evidence': 'imports',
  'post /v1/erasures': 'erasures',
  'get /v1/erasures/{id}': 'erasures',
  'get /v1/erasures/{id}/certificate': 'erasures',
  'post /v1/uploads': 'documents.write',
  'get /v1/uploads/{id}': 'documents.write',
  'patch /v1/uploads/{id}': 'documents.write',
  'delete /v1/uploads/{id}': 'documents.write',
};

/** What documents and kept redlines have alike. */
function below(one: string): Record<string, Action> {
  const shown = ['blackline', 'changes', 'comments', 'html', 'pdf', 'report', 'content', 'versions'];
  const version = ['', '/content', '/result'];
  const made = ['comments', 'decisions', 'edits', 'scrubs', 'restore', 'versions/{number}/restore'];
  return {
    [`get ${one}`]: 'documents.read',
    [`delete ${one}`]: 'documents.write',
    ...rows('documents.read', shown, `get ${one}/…`),
    ...rows('documents.read', version, `get ${one}/versions/{number}…`),
    ...rows('documents.write', made, `post ${one}/…`),
    // Who may make links sees which ones there are.
    ...rows('documents.write', ['get', 'post', 'delete'], `… ${one}/links`),
    [`delete ${one}/links/{link}`]: 'documents.write',
  };
}

function rows(action: Action, names: readonly string[], pattern: string): Record<string, Action> {
  return Object.fromEntries(names.map((name) => [pattern.replace('…', name), action]));
}

/** Refuses what the policy does not allow, and writes down why. What stands in no row nobody who signed in may do. */
export function guard(library: Library): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const route = routeOf(c);
    const action = ROUTE_ACTIONS[route ?? ''];
    const document = /^\/v1\/documents\/([^/]+)/.exec(c.req.path)?.[1] ?? null;
    if (route !== undefined && action !== 'open') await assertAllowed(c, library, action, document);
    await next();
  };
}

/** For documents that a request names elsewhere than in its address. @throws {AccessError} `access/refused`. */
export async function assertMayRead(c: Context<HttpEnv>, library: Library, document: string): Promise<void> {
  await assertAllowed(c, library, 'documents.read', document);
}

/** The same for what something is kept with. @throws {AccessError} `access/refused`. */
export async function assertMayWrite(c: Context<HttpEnv>, library: Library, document: string): Promise<void> {
  await assertAllowed(c, library, 'documents.write', document);
}

/** For what others have at work. @throws {AccessError} `access/refused`. */
export async function assertMayOversee(c: Context<HttpEnv>, library: Library): Promise<void> {
  await assertAllowed(c, library, 'operations.manage', null);
}

/** For archives of everything. @throws {AccessError} `access/refused`. */
export async function assertMayExportAll(c: Context<HttpEnv>, library: Library): Promise<void> {
  await assertAllowed(c, library, 'exports.all', null);
}

/** @throws {AccessError} `access/refused`. */
async function assertAllowed(
  c: Context<HttpEnv>,
  library: Library,
  action: Action | undefined,
  document: string | null,
): Promise<void> {
  const principal = c.get('principal');
  if (principal === undefined) throw signInRequired();
  const about = await aboutOf(principal, library, document);
  const decision = decide(principal, action ?? null, about);
  noteDecision(c, decision);
  if (decision.outcome === 'allow') return;
  throw new AccessError('access/refused', 'Your role or the scopes of the key do not allow that.');
}

/** A document's labels are read only for those whom they tell apart. One that is missing has none, as it has for strangers. */
async function aboutOf(
  { actor, key }: Principal,
  library: Library,
  document: string | null,
): Promise<DecidedDocument | null> {
  if (document === null) return null;
  const isAsked = key !== null && key.labels !== null;
  return { id: document, labels: isAsked ? await library.labelsOf(actor, document) : [] };
}

/** What the request is; `undefined` for what stands in no row. */
export function actionOf(c: Context<HttpEnv>): Action | 'open' | undefined {
  return ROUTE_ACTIONS[routeOf(c) ?? ''];
}

/** As the OpenAPI document writes it; `undefined` where no route answers. */
export function routeOf(c: Context<HttpEnv>): string | undefined {
  const found = matchedRoutes(c).find(({ method }) => method !== 'ALL');
  if (found === undefined) return undefined;
  const path = found.path.replace(/:(\w+)(?:\{[^}]*\})?/g, '{$1}');
  return `${found.method.toLowerCase()} ${path}`;
}

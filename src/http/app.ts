import { OpenAPIHono, type z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { noteSmall } from './arriving.ts';
import { auditRequests, intendChanges } from './audit-requests.ts';
import { shareWith } from './cors.ts';
import { RequestError } from './errors.ts';
import { doOnce } from './idempotency.ts';
import { countArrivals } from './later.ts';
import { authenticate, locate } from './principal.ts';
import { limitAtOnce, limitRates } from './rates.ts';
import { identify, logRequests, patternOf } from './request-log.ts';
import { answerProblem } from './responses.ts';
import { guard } from './route-policy.ts';
import { addApiKeyRoutes } from './routes/api-keys.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addAuthRoutes } from './routes/auth.ts';
import { addBatchRoutes } from './routes/batches.ts';
import { addComparisonRoutes } from './routes/comparisons.ts';
import { addDocumentRoutes } from './routes/documents.ts';
import { addErasureRoutes } from './routes/erasures.ts';
import { addExportRoutes } from './routes/exports.ts';
import { addGroupRoutes } from './routes/groups.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addImportRoutes } from './routes/imports.ts';
import { addLeaseRoutes } from './routes/leases.ts';
import { addLinkRoutes } from './routes/links.ts';
import { addLongWorkRoutes } from './routes/long-work.ts';
import { addMemberRoutes } from './routes/members.ts';
import { addOperationRoutes } from './routes/operations.ts';
import { addPageRoutes } from './routes/pages.ts';
import { addPeopleRoutes } from './routes/people.ts';
import { addRedlineRoutes } from './routes/redlines.ts';
import { addResultRoutes } from './routes/results.ts';
import { addRetentionRoutes } from './routes/retention.ts';
import { addSampleRoutes } from './routes/samples.ts';
import { addServiceAccountRoutes } from './routes/service-accounts.ts';
import { addUploadRoutes } from './routes/uploads.ts';
import { addWebRoutes } from './routes/web.ts';
import { addWebhookRoutes } from './routes/webhooks.ts';
import { guardPages, stayLocal } from './security.ts';
import type { HttpEnv, HttpServices } from './services.ts';

/** A year, where people reach the service through TLS (RFC 6797). */
const HSTS = 'max-age=31536000; includeSubDomains';

/** The whole HTTP interface over what a role provides. */
export function createApp(services: HttpServices): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>({ defaultHook: refuseInvalid });
  app.onError((error, c) => answerProblem(foreseen(error), c, services.log));
  app.notFound((c) =>
    answerProblem(
      new RequestError('request/not-found', 'There is nothing under this address.'),
      c,
      services.log,
    ),
  );
  app.use(identify, locate(services.proxies), logRequests(services.log), guardPages);
  app.use(async (c, next) => {
    const requestId = c.get('requestId');
    c.set('noteFailure', (error) => services.integrity.note(error, { requestId, route: patternOf(c) }));
    await next();
    if (services.origin().startsWith('https:')) c.res.headers.set('Strict-Transport-Security', HSTS);
    if (services.stopping()) c.res.headers.set('Connection', 'close');
  });
  app.use('/v1/*', noteSmall(services.precedence), shareWith(services.sites));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const headers = { Allow: methods.join(', ') };
        const error = new RequestError(
          'request/method-not-allowed',
          'The method is not one of this address.',
          headers,
        );
        return answerProblem(error, c, services.log);
      },
    }),
  );
  app.use(stayLocal(services.port, services.origin));
  for (const path of ['/v1/*', '/auth/*']) app.use(path, auditRequests(services));
  app.use('/v1/*', authenticate(services.access), limitRates(services.access));
  app.use('/v1/*', limitAtOnce(services.access), guard(services.library));
  app.use('/v1/*', countArrivals(services.arrivals), intendChanges(services));
  app.use('/v1/*', doOnce(services.library.requests, services.log));
  for (const add of [addComparisonRoutes, addBatchRoutes]) add(app, services);
  addDocumentRoutes(app, services);
  addLeaseRoutes(app, services);
  addLinkRoutes(app, services);
  addMemberRoutes(app, services);
  addRetentionRoutes(app, services);
  addErasureRoutes(app, services);
  addRedlineRoutes(app, services);
  addUploadRoutes(app, services);
  addExportRoutes(app, services);
  addImportRoutes(app, services);
  addOperationRoutes(app, services);
  addLongWorkRoutes(app, services);
  addResultRoutes(app, services);
  addSampleRoutes(app, services);
  addAuthRoutes(app, services);
  addPeopleRoutes(app, services);
  addGroupRoutes(app, services);
  addApiKeyRoutes(app, services);
  addServiceAccountRoutes(app, services);
  for (const add of [addWebhookRoutes, addAuditRoutes]) add(app, services);
  addHealthRoutes(app, services);
  addPageRoutes(app);
  addWebRoutes(app, services);
  return app;
}

/** What the framework itself finds wrong with a body, as one of ours. */
function foreseen(error: unknown): unknown {
  if (!(error instanceof HTTPException)) return error;
  if (error.status === 400) return new RequestError('request/malformed', 'The body is not JSON.');
  if (error.status === 415) return new RequestError('request/not-json', 'The body must be application/json.');
  return error;
}

/** A parameter, query or body that is not as the API's description says. */
function refuseInvalid(result: { readonly success: boolean; readonly error?: z.ZodError }): void {
  if (result.success || result.error === undefined) return;
  const faults = result.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  );
  throw new RequestError('request/invalid', `The request is not as it should be. ${faults.join('; ')}`);
}

import type { Context, MiddlewareHandler } from 'hono';
import { SERVICE_TENANT } from '../access/index.ts';
import { EVENT_TYPES, type Happening } from '../audit/index.ts';
import { describeError } from '../kit/index.ts';
import { answerProblem } from './responses.ts';
import { ROUTE_EVENTS, type RouteEvent } from './route-events.ts';
import { routeOf } from './route-policy.ts';
import type { HttpEnv, HttpServices } from './services.ts';

const REFUSING = [401, 403, 429];
const CREATED = 201;
/** Who is turned away for asking too often is an event once in so long: otherwise asking would fill the trail. */
const RATE_EVERY_MS = 60_000;
const MOST_TOLD = 10_000;

/**
 * The one place where requests become events. What was done is kept before the answer is sent, or there is none; what was
 * refused or failed is kept as soon as the store takes it.
 */
export function auditRequests({ trail, log, clock }: HttpServices): MiddlewareHandler<HttpEnv> {
  const told = new Map<string, number>();
  return async (c, next) => {
    await next();
    const event = ROUTE_EVENTS[routeOf(c) ?? ''];
    if (event === undefined) return;
    const happening = happeningOf(c, event);
    const intent = c.get('intent');
    if (happening.outcome !== 'done') {
      // Where that is not kept either, a sweep says that nobody knows what became of it.
      if (intent !== undefined) return await intent.settle(happening).catch(() => {});
      const isRate = c.get('problemCode') === 'access/rate-limited';
      if (!isRate || !isTold(told, happening, clock())) trail.recordLater(happening);
      return;
    }
    try {
      const [own, ...others] = doneBy(c, event, happening);
      if (intent === undefined || own === undefined) await trail.record(...doneBy(c, event, happening));
      else await Promise.all([intent.settle(own), trail.record(...others)]);
    } catch (error) {
      log.error('event not kept', { requestId: c.get('requestId'), ...describeError(error) });
      await c.res.body?.cancel().catch(() => {});
      c.res = undefined;
      c.res = answerProblem(error, c, log);
      trail.recordLater({ ...happening, outcome: 'failed', reason: c.get('problemCode') ?? null });
    }
  };
}

/**
 * Keeps beforehand what is about to be changed of people, sessions, groups and keys: a process that dies in between leaves no change
 * without an event. Behind whatever turns requests away.
 */
export function intendChanges({ trail }: HttpServices): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const event = ROUTE_EVENTS[routeOf(c) ?? ''];
    const isChange = c.req.method !== 'GET' && event !== undefined && event.committed !== true;
    if (isChange && EVENT_TYPES[event.type].kind === 'access') {
      c.set('intent', await trail.intend(happeningOf(c, event, null)));
    }
    await next();
  };
}

/** What a request did that no commit says. */
function doneBy(c: Context<HttpEnv>, { committed }: RouteEvent, happening: Happening): Happening[] {
  // A request sent again gets the first answer: that was read, not done.
  const isRepeated = c.res.headers.has('idempotent-replayed');
  const own = isRepeated
    ? [{ ...happening, type: 'answer.repeated' } as const]
    : committed === true
      ? []
      : [happening];
  const read = (c.get('decisions') ?? []).flatMap(({ outcome, object }) =>
    outcome === 'allow' && object !== null ? [object] : [],
  );
  const others = new Set(read.filter((one) => one !== parametersOf(c).id));
  return [
    ...own,
    ...[...others].map((id) => ({ ...happening, type: 'content.shown', object: id, document: id }) as const),
  ];
}

/** @param answer `null` before there is one. */
function happeningOf(c: Context<HttpEnv>, { type }: RouteEvent, answer: Response | null = c.res): Happening {
  const principal = c.get('principal');
  const audited = c.get('audited') ?? {};
  const requestId = c.get('requestId');
  const address = c.get('address');
  const decision = c.get('decision');
  const problemCode = c.get('problemCode');
  const nobody = { tenant: SERVICE_TENANT, kind: 'nobody', id: 'nobody', credential: 'none' } as const;
  const known = audited.actor ?? principal?.actor;
  const status = answer?.status ?? 200;
  const outcome = status < 400 ? 'done' : REFUSING.includes(status) ? 'refused' : 'failed';
  return {
    type,
    outcome,
    reason:
      outcome === 'done'
        ? (decision?.reason ?? null)
        : reasonOf(decision?.outcome, decision?.reason, problemCode),
    actor:
      known === undefined
        ? { ...nobody, address, requestId }
        : { ...known, address: known.address ?? address },
    // Of an organisation that others serve nothing is written down.
    ...(problemCode === 'tenants/elsewhere' ? {} : objectOf(c, answer)),
    ...(decision?.via == null ? {} : { details: { via: decision.via } }),
    ...(audited.details === undefined ? {} : { details: audited.details }),
    ...(audited.type === undefined ? {} : { type: audited.type }),
    ...(audited.object === undefined ? {} : { object: audited.object }),
    ...(audited.document === undefined ? {} : { document: audited.document }),
    ...(audited.version === undefined ? {} : { version: audited.version }),
  };
}

/** Words of the policy where it refused, else the problem's code. */
function reasonOf(outcome: string | undefined, reason: string | undefined, code = 'internal'): string {
  return outcome === 'deny' && reason !== undefined && code === 'access/refused' ? reason : code;
}

/** From the address of the request, or from that of what it made. Whatever a client writes there is no id comes in. */
function objectOf(
  c: Context<HttpEnv>,
  answer: Response | null,
): Pick<Happening, 'object' | 'document' | 'version'> {
  const { id, redline, number } = parametersOf(c);
  const made = answer?.status === CREATED ? answer.headers.get('location')?.split('/').at(-1) : undefined;
  const isBelow = c.req.path.startsWith('/v1/documents/');
  const version = Number(number ?? c.req.query('version'));
  return {
    object: idOf(redline ?? id ?? made),
    document: isBelow ? idOf(id) : null,
    version: Number.isSafeInteger(version) && version > 0 ? version : null,
  };
}

/** By the route's own pattern: the framework knows them only where the route itself was reached. */
function parametersOf(c: Context<HttpEnv>): Readonly<Record<string, string | undefined>> {
  const given = c.req.path.split('/');
  const pattern = routeOf(c)?.split(' ')[1]?.split('/') ?? [];
  return Object.fromEntries(
    pattern.flatMap((name, at) => (name.startsWith('{') ? [[name.slice(1, -1), given[at]]] : [])),
  );
}

function idOf(given: string | undefined): string | null {
  return given !== undefined && /^[\w-]{1,100}$/.test(given) ? given : null;
}

/** Whether so many turned away were told of lately. */
function isTold(told: Map<string, number>, { actor }: Happening, now: number): boolean {
  const who = actor.kind === 'nobody' ? (actor.address ?? '') : `${actor.tenant} ${actor.credential}`;
  const last = told.get(who);
  if (last !== undefined && now - last < RATE_EVERY_MS) return true;
  if (told.size >= MOST_TOLD) told.clear();
  told.set(who, now);
  return false;
}

import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Access } from '../../access/index.ts';
import {
  type AuditEvent,
  type AuditQuery,
  checkpointsAfter,
  type EventType,
  type ExportFormat,
  proveEvent,
} from '../../audit/index.ts';
import { exportedEvents } from '../audit-export.ts';
import { actorOf } from '../conditions.ts';
import { begun } from '../content.ts';
import { RequestError } from '../errors.ts';
import { decodePageToken, encodePageToken } from '../page-token.ts';
import type { HttpEnv, HttpServices } from '../services.ts';
import * as api from './audit-api.ts';
import { serve } from './serve.ts';

const FRESH = { 'Cache-Control': 'no-store' };
const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
};
const RETRY_AFTER = { 'Retry-After': '60' };

/** The trail of the tenant of whoever asks. The policy says who may. */
export function addAuditRoutes(app: OpenAPIHono<HttpEnv>, services: HttpServices): void {
  const { trail, checkpoints: place, access } = services;
  const shown = async (events: readonly AuditEvent[]) => await opened(access, events);
  app.openapi(api.listEvents, async (c) => {
    const { order, pageSize: size, pageToken, ...filters } = c.req.valid('query');
    noteFilters(c, filters);
    const query = { ...(await queryOf(c, access, filters)), descending: order === 'descending' };
    const after = pageToken === undefined ? {} : { after: Number(decodePageToken(pageToken, query).value) };
    // Asked for first: what comes meanwhile is no reason to claim less.
    const view = await trail.reach(query.tenant);
    const { events, next } = await trail.list({ ...query, size, ...after });
    const nextPageToken = next === null ? null : encodePageToken({ value: String(next), id: '' }, query);
    return c.json({ events: await shown(events), nextPageToken, view }, 200, FRESH);
  });
  app.openapi(api.getEvent, async (c) => {
    const { sequence } = c.req.valid('param');
    const event = await trail.event(actorOf(c).tenant, sequence);
    if (event === null) throw noSuchEvent();
    c.set('audited', { object: event.id, details: { sequence } });
    const [one = { ...event, openedAddress: null }] = await shown([event]);
    return c.json(one, 200, FRESH);
  });
  app.openapi(api.proveOne, async (c) => {
    const { sequence } = c.req.valid('param');
    const proof = await proveEvent(trail, place, actorOf(c).tenant, sequence);
    if (proof === 'missing') throw noSuchEvent();
    if (proof === 'unsigned')
      throw new RequestError('audit/not-signed', 'No checkpoint holds this event.', RETRY_AFTER);
    c.set('audited', { object: proof.event.id, details: { sequence } });
    const { path, keys } = proof;
    return c.json({ ...proof, path: [...path], keys: [...keys] }, 200, FRESH);
  });
  app.openapi(api.listCheckpoints, async (c) => {
    const { after, pageSize } = c.req.valid('query');
    const found =
      place === null
        ? { checkpoints: [], keys: [] }
        : await checkpointsAfter(place, actorOf(c).tenant, after, pageSize);
    c.set('audited', { details: { checkpoints: after } });
    const { checkpoints, keys } = found;
    const next = checkpoints.at(-1)?.last ?? after;
    return c.json({ checkpoints: [...checkpoints], keys: [...keys], next }, 200, FRESH);
  });
  addExport(app, services);
}

function addExport(app: OpenAPIHono<HttpEnv>, { trail, access }: HttpServices): void {
  serve(app, api.exportEvents, async (c) => {
    const { format, after, ...filters } = api.exportEvents.request.query.parse(c.req.query());
    noteFilters(c, { ...filters, ...(after > 0 ? { after } : {}), format });
    const query = await queryOf(c, access, filters);
    const { through } = await trail.reach(query.tenant);
    const body = await begun(c, exportedEvents(trail, query, { format, after, through }));
    return c.body(body, 200, {
      ...FRESH,
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="redline-audit.${format}"`,
      'Redline-Through': String(through),
    });
  });
}

type Filters = { readonly [Name in keyof api.GivenFilters]: api.GivenFilters[Name] | undefined };

async function queryOf(
  c: Context<HttpEnv>,
  access: Access,
  { type, from, before, address, ...equal }: Filters,
) {
  const { tenant } = actorOf(c);
  const given = Object.entries(equal).filter(([, value]) => value !== undefined);
  return {
    tenant,
    ...(address === undefined
      ? {}
      : { addresses: await access.addresses.looksOf(tenant, address, equal.actor) }),
    ...(Object.fromEntries(given) as Pick<AuditQuery, 'outcome' | 'actor' | 'credential' | 'object'>),
    ...(type === undefined ? {} : { types: type.split(',') as EventType[] }),
    // Events say their time with milliseconds, and are compared as texts.
    ...(from === undefined ? {} : { from: new Date(from).toISOString() }),
    ...(before === undefined ? {} : { before: new Date(before).toISOString() }),
  };
}

/** What was asked for is a fact of the event, but for addresses: those are of people. */
function noteFilters(
  c: Context<HttpEnv>,
  filters: Readonly<Record<string, string | number | undefined>>,
): void {
  const given = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, name === 'address' ? 'given' : value] as const],
  );
  if (given.length > 0) c.set('audited', { details: Object.fromEntries(given) });
}

/** Addresses of people are opened for who may read the trail; what an export takes along is as it was hashed. */
async function opened(access: Access, events: readonly AuditEvent[]) {
  const [first] = events;
  if (first === undefined) return [];
  const addresses = await access.addresses.open(
    first.tenant,
    events.map(({ address }) => address),
  );
  return events.map((event, at) => ({ ...event, openedAddress: addresses[at] ?? null }));
}

function noSuchEvent(): RequestError {
  return new RequestError('audit/not-found', 'There is no event of that sequence.');
}

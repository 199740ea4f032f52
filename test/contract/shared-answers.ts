import type {
  Cache,
  Channel,
  IdentityProvider,
  IssuerKeys,
  RateLimits,
  Session,
  Sessions,
} from '../../src/access/index.ts';
import type { LockedPlace, RegionalSink } from '../../src/audit/index.ts';
import type { Lease, Leases, Scanner, Web } from '../../src/documents/index.ts';
import type { JobQueue, TakenJob } from '../../src/jobs/index.ts';

/** Answers a call in the part's mood, with this result where it is well. */
type Answer = <T>(call: string, result: T) => Promise<T>;

export const RULE = { limit: 1, periodMs: 1000, burst: 1 };
export const CHECKS = { state: '', nonce: '', verifier: '', redirectUri: '' };
export const NAME = { tenant: 't', id: 's_1' };
export const JOB: TakenJob = {
  ...{ id: 'o_1', tenant: 't', priority: 'normal' },
  ...{ token: '', attempt: 1, addedAt: 0 },
};
export const LEASE: Lease = {
  ...{ tenant: 't', document: 'd_1', clause: null, id: 'l_1', owner: { kind: 'person', id: 'p' } },
  ...{ fence: 1, takenAt: 0, expiresAt: 1 },
};
export const SESSION: Session = {
  ...NAME,
  person: 'p',
  method: 'oidc',
  createdAt: 0,
  usedAt: 0,
  expiresAt: 1,
  idleMs: 1,
  device: '',
  address: null,
};

/** A queue that answers as the part does. */
function queueOf(answer: Answer): JobQueue {
  const none = { count: 0, oldestMs: null };
  const waiting = { express: none, normal: none, batch: none };
  return {
    add: () => answer('add', undefined),
    take: () => answer('take', JOB),
    renew: () => answer('renew', true),
    finish: () => answer('finish', true),
    retry: () => answer('retry', true),
    release: () => answer('release', true),
    bury: () => answer('bury', true),
    remove: () => answer('remove', undefined),
    missing: () => answer('missing', []),
    dead: () => answer('dead', []),
    replay: () => answer('replay', true),
    announce: () => answer('announce', undefined),
    state: () => answer('state', { waiting, delayed: 0, active: 0, dead: 0, workers: 0, slots: 0 }),
    probe: () => answer('probe', undefined),
  };
}

/** What processes share, as the part behind the guard answers. */
export function sharedOf(answer: Answer) {
  const probe = () => answer('probe', undefined);
  const sessions: Sessions = {
    open: () => answer('open', undefined),
    find: () => answer('find', null),
    rotate: () => answer('rotate', { outcome: 'unknown' } as const),
    list: () => answer('list', []),
    end: () => answer('end', true),
    endAll: () => answer('endAll', 1),
    probe,
  };
  const verdict = { allowed: true, remaining: 0, resetMs: 0, retryAfterMs: 0 };
  const rateLimits: RateLimits = {
    take: () => answer('take', verdict),
    enter: () => answer('enter', true),
    leave: () => answer('leave', undefined),
    probe,
  };
  const cache: Cache = {
    get: () => answer('get', null),
    set: () => answer('set', undefined),
    take: () => answer('take', null),
    delete: () => answer('delete', undefined),
    probe,
  };
  const channel: Channel = {
    publish: () => answer('publish', undefined),
    subscribe: () => answer('subscribe', () => {}),
    probe,
  };
  const queue = queueOf(answer);
  const leases: Leases = {
    take: () => answer('take', { outcome: 'taken', lease: LEASE } as const),
    renew: () => answer('renew', LEASE),
    release: () => answer('release', true),
    list: () => answer('list', []),
    probe,
  };
  const claims = {
    issuer: '',
    subject: '',
    email: null,
    emailVerified: true,
    hostedDomain: null,
    name: null,
    groups: [],
  };
  const identity: IdentityProvider = {
    begin: () => answer('begin', ''),
    finish: () => answer('finish', claims),
  };
  const issuerKeys: IssuerKeys = { issuer: '', fetch: () => answer('fetch', { keys: [] }) };
  return { sessions, rateLimits, cache, channel, queue, leases, identity, issuerKeys };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The web, whatever is asked of it. */
export function webOf(answer: <T>(call: string, result: T) => Promise<T>): Web {
  async function* nothing(): AsyncIterable<Uint8Array> {}
  const found = { status: 200, location: null, size: null, body: nothing(), close: () => {} };
  return {
    resolve: () => answer('resolve', ['192.0.2.1']),
    get: () => answer('get', found),
    post: () => answer('post', { status: 200, retryAfter: null }),
  };
}

/** A scanner that reads everything and finds nothing. */
export function scannerOf(answer: <T>(call: string, result: T) => Promise<T>): Scanner {
  return {
    scan: async (body) => {
      for await (const _ of body);
      return await answer('scan', { verdict: 'clean', name: null, engine: 'clamav' } as const);
    },
    probe: () => answer('probe', undefined),
  };
}

/** A sink of events that answers as the part does. */
export function sinkOf(answer: <T>(call: string, result: T) => Promise<T>): RegionalSink {
  return {
    prepare: () => answer('prepare', undefined),
    append: () => answer('append', undefined),
    last: () => answer('last', 0),
    known: () => answer('known', new Set<string>()),
    gaps: () => answer('gaps', []),
    rows: () => answer('rows', 0),
    remove: () => answer('remove', true),
    list: () => answer('list', { events: [], next: null }),
    probe: () => answer('probe', undefined),
  };
}

/** A place of checkpoints that answers as the part does. */
export function placeOf(answer: <T>(call: string, result: T) => Promise<T>): LockedPlace {
  return {
    add: () => answer('add', true),
    read: () => answer('read', null),
    list: () => answer('list', []),
  };
}

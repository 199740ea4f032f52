import type { Cache, Channel, RateLimits, Sessions } from '../access/index.ts';
import type { Leases } from '../documents/index.ts';
import { Outside, type OutsideParts } from '../kit/index.ts';
import { guardedJobQueue } from './guarded-job-queue.ts';
import { QUEUE_LIMITS, SHARED_LIMITS } from './outside-limits.ts';
import type { Shared } from './shared.ts';

const question = (name: string) => ({ name, changes: false });
const change = (name: string) => ({ name, changes: true });
const PROBE = { name: 'probe', changes: false, repeatable: false };

/** The same, each part spared and given up on in time as docs/outside-calls.md says. */
export function guardedShared(shared: Shared, parts: OutsideParts): Shared {
  const outside = (port: string) => new Outside(port, SHARED_LIMITS, parts);
  return {
    remote: shared.remote,
    sessions: guardedSessions(shared.sessions, outside('Sessions')),
    rateLimits: guardedRateLimits(shared.rateLimits, outside('RateLimits')),
    cache: guardedCache(shared.cache, outside('Cache')),
    channel: guardedChannel(shared.channel, outside('Channel')),
    queue: guardedJobQueue(shared.queue, new Outside('JobQueue', QUEUE_LIMITS, parts)),
    leases: guardedLeases(shared.leases, outside('Leases')),
    regional: shared.regional,
    close: () => shared.close(),
  };
}

export function guardedSessions(sessions: Sessions, outside: Outside): Sessions {
  return {
    open: (session, token) => outside.call(change('open'), () => sessions.open(session, token)),
    find: (name, now) => outside.call(question('find'), () => sessions.find(name, now)),
    rotate: (name, presented, next, now) =>
      outside.call(change('rotate'), () => sessions.rotate(name, presented, next, now)),
    list: (tenant, person, now) => outside.call(question('list'), () => sessions.list(tenant, person, now)),
    end: (name) => outside.call(change('end'), () => sessions.end(name)),
    endAll: (tenant, person) => outside.call(change('endAll'), () => sessions.endAll(tenant, person)),
    probe: () => outside.call(PROBE, () => sessions.probe()),
  };
}

export function guardedRateLimits(rateLimits: RateLimits, outside: Outside): RateLimits {
  return {
    take: (key, rule, cost) => outside.call(change('take'), () => rateLimits.take(key, rule, cost)),
    // Nobody asks twice for a place: a second try that found the first one's would be turned away by itself.
    enter: (place, most, lifetimeMs) =>
      outside.call({ ...change('enter'), repeatable: false }, () =>
        rateLimits.enter(place, most, lifetimeMs),
      ),
    leave: (place) => outside.call(change('leave'), () => rateLimits.leave(place)),
    probe: () => outside.call(PROBE, () => rateLimits.probe()),
  };
}

export function guardedLeases(leases: Leases, outside: Outside): Leases {
  return {
    take: (asked) => outside.call(change('take'), () => leases.take(asked)),
    renew: (name, lifetimeMs) => outside.call(change('renew'), () => leases.renew(name, lifetimeMs)),
    release: (name) => outside.call(change('release'), () => leases.release(name)),
    list: (tenant, document) => outside.call(question('list'), () => leases.list(tenant, document)),
    probe: () => outside.call(PROBE, () => leases.probe()),
  };
}

export function guardedCache(cache: Cache, outside: Outside): Cache {
  return {
    get: (key) => outside.call(question('get'), () => cache.get(key)),
    set: (key, value, lifetimeMs) => outside.call(change('set'), () => cache.set(key, value, lifetimeMs)),
    take: (key) => outside.call(change('take'), () => cache.take(key)),
    delete: (key) => outside.call(change('delete'), () => cache.delete(key)),
    probe: () => outside.call(PROBE, () => cache.probe()),
  };
}

export function guardedChannel(channel: Channel, outside: Outside): Channel {
  return {
    publish: (topic, message) => outside.call(change('publish'), () => channel.publish(topic, message)),
    subscribe: (topic, listen) =>
      outside.call({ ...question('subscribe'), discard: (end: () => void) => end() }, () =>
        channel.subscribe(topic, listen),
      ),
    probe: () => outside.call(PROBE, () => channel.probe()),
  };
}

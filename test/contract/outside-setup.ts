import type { BlobInfo, KeyService, StoredBlob, VersionedBlobStore } from '../../src/documents/index.ts';
import { Outside, OutsideError, type OutsideEvent, type OutsideParts } from '../../src/kit/index.ts';
import {
  AUDIT_LIMITS,
  guardedAuditSink,
  guardedCache,
  guardedChannel,
  guardedIdentityProvider,
  guardedIssuerKeys,
  guardedJobQueue,
  guardedKeyService,
  guardedLeases,
  guardedLockedPlace,
  guardedRateLimits,
  guardedScanner,
  guardedSessions,
  guardedVersionedBlobStore,
  guardedWeb,
  HEADS_LIMITS,
  IDENTITY_LIMITS,
  KEYS_LIMITS,
  QUEUE_LIMITS,
  SCANNER_LIMITS,
  SHARED_LIMITS,
  WEB_LIMITS,
} from '../../src/platform/index.ts';
import { VirtualTime } from '../support/time.ts';
import {
  all,
  CHECKS,
  JOB,
  LEASE,
  NAME,
  placeOf,
  RULE,
  SESSION,
  scannerOf,
  sharedOf,
  sinkOf,
  webOf,
} from './shared-answers.ts';

/** How the part behind the guard behaves: answers, fails, or never answers. */
export type Mood = 'well' | 'unavailable' | 'silent';

export const bytes = Uint8Array.of(1, 2, 3);
export const NEVER = new AbortController().signal;
export const blob = (name: string): BlobInfo => ({ name, size: 3, generation: '1', attributes: {} });

/** One for each port that is guarded. */
function outsidesWith(parts: OutsideParts) {
  return {
    BlobStore: new Outside('BlobStore', HEADS_LIMITS, parts),
    KeyService: new Outside('KeyService', KEYS_LIMITS, parts),
    Scanner: new Outside('Scanner', SCANNER_LIMITS, parts),
    Sessions: new Outside('Sessions', SHARED_LIMITS, parts),
    RateLimits: new Outside('RateLimits', SHARED_LIMITS, parts),
    Cache: new Outside('Cache', SHARED_LIMITS, parts),
    Channel: new Outside('Channel', SHARED_LIMITS, parts),
    JobQueue: new Outside('JobQueue', QUEUE_LIMITS, parts),
    Leases: new Outside('Leases', SHARED_LIMITS, parts),
    IdentityProvider: new Outside('IdentityProvider', IDENTITY_LIMITS, parts),
    IssuerKeys: new Outside('IssuerKeys', IDENTITY_LIMITS, parts),
    Web: new Outside('Web', WEB_LIMITS, parts),
    AuditSink: new Outside('AuditSink', AUDIT_LIMITS, parts),
    LockedPlace: new Outside('LockedPlace', AUDIT_LIMITS, parts),
  };
}

export function setUp() {
  const time = new VirtualTime();
  const asked: string[] = [];
  const events: OutsideEvent[] = [];
  const part = { mood: 'well' as Mood };
  const parts = {
    clock: time.clock,
    timer: time.timer,
    random: () => 0,
    sink: (_: string, event: OutsideEvent) => events.push(event),
  };
  const answer = async <T>(call: string, result: T): Promise<T> => {
    asked.push(call);
    if (part.mood === 'unavailable') throw new OutsideError('Part', 'unavailable', 'down');
    return part.mood === 'silent' ? await new Promise<never>(() => {}) : result;
  };
  const stored = (): StoredBlob => ({ ...blob('a'), body: new Blob([bytes]).stream() });
  async function* listed(call: string) {
    yield* await answer(call, [blob('a'), blob('b')]);
  }
  const store: VersionedBlobStore = {
    write: async (name, body) => {
      if (!(body instanceof Uint8Array)) for await (const _ of body);
      return answer('write', blob(name));
    },
    stat: (name) => answer('stat', blob(name)),
    read: () => answer('read', stored()),
    delete: () => answer('delete', true),
    list: () => listed('list'),
    probe: () => answer('probe', undefined),
    purge: () => answer('purge', 1),
    prune: () => answer('prune', 1),
    generations: () => listed('generations'),
  };
  const wrapped = { version: '1', bytes };
  const keys: KeyService = {
    create: () => answer('create', undefined),
    wrap: () => answer('wrap', wrapped),
    unwrap: () => answer('unwrap', new Uint8Array(32).fill(7)),
    rotate: () => answer('rotate', '2'),
    primary: () => answer('primary', '2'),
    destroy: () => answer('destroy', undefined),
    probe: () => answer('probe', undefined),
  };
  const outside = outsidesWith(parts);
  const shared = sharedOf(answer);
  const guarded = {
    BlobStore: guardedVersionedBlobStore(store, outside.BlobStore),
    KeyService: guardedKeyService(keys, outside.KeyService),
    Scanner: guardedScanner(scannerOf(answer), outside.Scanner),
    Sessions: guardedSessions(shared.sessions, outside.Sessions),
    RateLimits: guardedRateLimits(shared.rateLimits, outside.RateLimits),
    Cache: guardedCache(shared.cache, outside.Cache),
    Channel: guardedChannel(shared.channel, outside.Channel),
    JobQueue: guardedJobQueue(shared.queue, outside.JobQueue, time),
    Leases: guardedLeases(shared.leases, outside.Leases),
    IdentityProvider: guardedIdentityProvider(shared.identity, outside.IdentityProvider),
    IssuerKeys: guardedIssuerKeys(shared.issuerKeys, outside.IssuerKeys),
    Web: guardedWeb(webOf(answer), () => outside.Web),
    AuditSink: guardedAuditSink(sinkOf(answer), outside.AuditSink),
    LockedPlace: guardedLockedPlace(placeOf(answer), outside.LockedPlace),
  };
  return { time, asked, events, part, outside, guarded, wrapped, store };
}

export type SetUp = ReturnType<typeof setUp>;

export async function* inPieces(): AsyncGenerator<Uint8Array> {
  yield bytes;
  yield bytes;
}

export const CALLS: Record<string, (use: SetUp['guarded'], wrapped: SetUp['wrapped']) => Promise<unknown>> = {
  'BlobStore write': ({ BlobStore }) => BlobStore.write('a', bytes, { ifGeneration: '0' }),
  'BlobStore write of a stream': ({ BlobStore }) => BlobStore.write('a', inPieces(), { ifGeneration: '0' }),
  'BlobStore stat': ({ BlobStore }) => BlobStore.stat('a'),
  'BlobStore read': ({ BlobStore }) => BlobStore.read('a'),
  'BlobStore delete': ({ BlobStore }) => BlobStore.delete('a'),
  'BlobStore list': ({ BlobStore }) => all(BlobStore.list('')),
  'BlobStore generations': ({ BlobStore }) => all(BlobStore.generations('a')),
  'BlobStore prune': ({ BlobStore }) => BlobStore.prune('a', { newest: 1, before: 0 }),
  'BlobStore purge': ({ BlobStore }) => BlobStore.purge('a'),
  'BlobStore probe': ({ BlobStore }) => BlobStore.probe(),
  'KeyService create': ({ KeyService }) => KeyService.create('acme'),
  'KeyService wrap': ({ KeyService }) => KeyService.wrap('acme', bytes, bytes),
  'KeyService unwrap': ({ KeyService }, wrapped) => KeyService.unwrap('acme', wrapped, bytes),
  'KeyService rotate': ({ KeyService }) => KeyService.rotate('acme'),
  'KeyService primary': ({ KeyService }) => KeyService.primary('acme'),
  'KeyService destroy': ({ KeyService }) => KeyService.destroy('acme', '1'),
  'KeyService probe': ({ KeyService }) => KeyService.probe(),
  'Scanner scan': ({ Scanner }) => Scanner.scan(inPieces(), new AbortController().signal),
  'Scanner probe': ({ Scanner }) => Scanner.probe(),
  'JobQueue add': ({ JobQueue }) => JobQueue.add([JOB]),
  'JobQueue take': ({ JobQueue }) => JobQueue.take({ worker: 'w', lockMs: 1, waitMs: 0 }, NEVER),
  'JobQueue renew': ({ JobQueue }) => JobQueue.renew(JOB, 1),
  'JobQueue finish': ({ JobQueue }) => JobQueue.finish(JOB),
  'JobQueue retry': ({ JobQueue }) => JobQueue.retry(JOB, 1),
  'JobQueue release': ({ JobQueue }) => JobQueue.release(JOB),
  'JobQueue bury': ({ JobQueue }) => JobQueue.bury(JOB, 'test/broken'),
  'JobQueue remove': ({ JobQueue }) => JobQueue.remove(JOB.id),
  'JobQueue missing': ({ JobQueue }) => JobQueue.missing([]),
  'JobQueue dead': ({ JobQueue }) => JobQueue.dead({ after: null, limit: 1 }),
  'JobQueue replay': ({ JobQueue }) => JobQueue.replay(JOB.id),
  'JobQueue announce': ({ JobQueue }) => JobQueue.announce({ worker: 'w', slots: 1 }, 1),
  'JobQueue state': ({ JobQueue }) => JobQueue.state(),
  'JobQueue probe': ({ JobQueue }) => JobQueue.probe(),
  'Leases take': ({ Leases }) => Leases.take({ ...LEASE, lifetimeMs: 1, above: 0 }),
  'Leases renew': ({ Leases }) => Leases.renew(LEASE, 1),
  'Leases release': ({ Leases }) => Leases.release(LEASE),
  'Leases list': ({ Leases }) => Leases.list('t', 'd_1'),
  'Leases probe': ({ Leases }) => Leases.probe(),
  'Sessions open': ({ Sessions }) => Sessions.open(SESSION, ''),
  'Sessions find': ({ Sessions }) => Sessions.find(NAME, 0),
  'Sessions rotate': ({ Sessions }) => Sessions.rotate(NAME, '', '', 0),
  'Sessions list': ({ Sessions }) => Sessions.list('t', null, 0),
  'Sessions end': ({ Sessions }) => Sessions.end(NAME),
  'Sessions endAll': ({ Sessions }) => Sessions.endAll('t', 'p'),
  'Sessions probe': ({ Sessions }) => Sessions.probe(),
  'RateLimits take': ({ RateLimits }) => RateLimits.take('a', RULE, 1),
  'RateLimits enter': ({ RateLimits }) => RateLimits.enter({ key: 'a', id: '0' }, 1, 1),
  'RateLimits leave': ({ RateLimits }) => RateLimits.leave({ key: 'a', id: '0' }),
  'RateLimits probe': ({ RateLimits }) => RateLimits.probe(),
  'Cache get': ({ Cache }) => Cache.get('a'),
  'Cache set': ({ Cache }) => Cache.set('a', 'b', 1),
  'Cache take': ({ Cache }) => Cache.take('a'),
  'Cache delete': ({ Cache }) => Cache.delete('a'),
  'Cache probe': ({ Cache }) => Cache.probe(),
  'Channel publish': ({ Channel }) => Channel.publish('a', 'b'),
  'Channel subscribe': ({ Channel }) => Channel.subscribe('a', () => {}),
  'Channel probe': ({ Channel }) => Channel.probe(),
  'Web resolve': ({ Web }) => Web.resolve('a.test', NEVER),
  'Web get': ({ Web }) => Web.get(new URL('https://a.test'), '192.0.2.1', NEVER),
  'Web post': ({ Web }) => Web.post(new URL('https://a.test'), '192.0.2.1', { headers: {}, body: '' }, NEVER),
  'AuditSink prepare': ({ AuditSink }) => AuditSink.prepare(),
  'AuditSink append': ({ AuditSink }) => AuditSink.append([]),
  'AuditSink last': ({ AuditSink }) => AuditSink.last('t'),
  'AuditSink known': ({ AuditSink }) => AuditSink.known('t', ['e']),
  'AuditSink gaps': ({ AuditSink }) => AuditSink.gaps('t', 1),
  'AuditSink list': ({ AuditSink }) => AuditSink.list({ tenant: 't', descending: false, size: 1 }),
  'AuditSink rows': ({ AuditSink }) => AuditSink.rows('t'),
  'AuditSink remove': ({ AuditSink }) => AuditSink.remove('t', 1),
  'AuditSink probe': ({ AuditSink }) => AuditSink.probe(),
  'LockedPlace add': ({ LockedPlace }) => LockedPlace.add('t/1', ''),
  'LockedPlace read': ({ LockedPlace }) => LockedPlace.read('t/1'),
  'LockedPlace list': ({ LockedPlace }) => LockedPlace.list('t/'),
  'IssuerKeys fetch': ({ IssuerKeys }) => IssuerKeys.fetch(),
  'IdentityProvider begin': ({ IdentityProvider }) => IdentityProvider.begin(CHECKS),
  'IdentityProvider finish': ({ IdentityProvider }) =>
    IdentityProvider.finish(new URL('https://a.test'), CHECKS, 0),
};

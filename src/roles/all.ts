import type { Access } from '../access/index.ts';
import type { Trail } from '../audit/index.ts';
import {
  type Erasures,
  Examiner,
  type Exports,
  type Library,
  MOST_UPLOAD_BYTES,
  type Results,
} from '../documents/index.ts';
import { createApp, Precedence, UploadMemory } from '../http/index.ts';
import { EnginePool, PrintShop } from '../jobs/index.ts';
import { describeError, Integrity } from '../kit/index.ts';
import { guardPlatform } from '../platform/index.ts';
import { openAccess } from './access.ts';
import { openErasures } from './erasures.ts';
import { openExports } from './exports.ts';
import { HttpServer } from './http-server.ts';
import { openLibrary, placeOf, tenantsOf } from './library.ts';
import { logOutside } from './outside-events.ts';
import { sweepRetention } from './retention.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { auditLag, checkpointRegularly, openTrail, relayRegularly } from './trail.ts';
import { watchVitals } from './vitals.ts';

/** How often expired results are looked for. */
const SWEEP_EVERY_MS = 5 * 60_000;
/** How often what takes long and does not press is done; the first time an hour after the start. */
const DAILY_MS = 24 * 3_600_000;
const FIRST_DAILY_MS = 3_600_000;
/** Milliseconds that fetching a document from elsewhere may take. */
const FETCH_MS = 60_000;
/** Uploads that are read at once: enough for one to be sealed while others are written. */
const UPLOAD_PLACES = 4;
const MEGABYTE = 1024 * 1024;

/** Everything in one process: the HTTP interface, the engine's threads and the sweeps. */
export async function startAll(given: RoleContext): Promise<RunningRole> {
  const { config, log, clock } = given;
  const platform = guardPlatform(given.platform, { sink: logOutside(log) });
  const context = { ...given, platform };
  const integrity = new Integrity(log);
  const library = await openLibrary({ ...context, integrity });
  const results = library.results(config.resultsMb * MEGABYTE);
  const trail = await openTrail(context, library);
  const rights = rightsOf(context, library, trail);
  const pool = openPool(context);
  const vitals = watchVitals();
  const server = new HttpServer();
  const origin = () => config.signIn.origin ?? server.url;
  const access = await openAccess(context, library, origin);
  const endListening = await access.listen();
  const app = createApp({
    access,
    origin,
    sites: config.signIn.sites,
    proxies: config.proxies,
    pool,
    results,
    library,
    trail,
    auditLag: auditLag(context, trail),
    ...rights,
    checkpoints: platform.checkpoints,
    examiner: new Examiner(platform.scanner),
    web: platform.web,
    remote: { ...config.fetch, mostBytes: MOST_UPLOAD_BYTES, timeMs: FETCH_MS },
    blobs: placeOf(context).spool,
    prints: new PrintShop(platform.printer),
    uploads: new UploadMemory(config.uploadMemoryMb * MEGABYTE),
    precedence: new Precedence(UPLOAD_PLACES),
    clock,
    log,
    integrity,
    assetsDirectory: config.assetsDirectory,
    port: () => server.port,
    vitals: vitals.read,
    stopping: () => server.stopping,
  });
  try {
    await server.listen(app.fetch, config.host, config.port);
  } catch (error) {
    vitals.stop();
    await pool.close();
    throw error;
  }
  const endSweeps = sweepRegularly(context, { results, library, access, integrity, trail, ...rights });
  const relay = relayRegularly(trail, log, integrity);
  const signing = checkpointRegularly(context, library, trail);
  const stopAccepting = async () => {
    endSweeps();
    endListening();
    vitals.stop();
    pool.stop();
    server.stop();
  };
  return {
    url: server.url,
    home: origin(),
    link: linkOf(access, origin()),
    shutdown: [
      { name: 'stop accepting', deadlineMs: 1000, run: stopAccepting },
      { name: 'drain', deadlineMs: 20_000, run: () => server.drained() },
      { name: 'deliver events', deadlineMs: 5000, run: () => relay.end() },
      { name: 'sign events', deadlineMs: 5000, run: () => signing.end() },
      { name: 'cut connections', deadlineMs: 2000, run: () => server.cut() },
      { name: 'end pool', deadlineMs: 5000, run: () => pool.close() },
      { name: 'forget keys', deadlineMs: 1000, run: async () => library.close() },
    ],
  };
}

/** What people may ask for: all that is kept of theirs, and that it is gone. */
function rightsOf(
  context: RoleContext,
  library: Library,
  trail: Trail,
): { exports: Exports; erasures: Erasures } {
  const exports = openExports(context, library, trail);
  return { exports, erasures: openErasures(context, library, trail, exports) };
}

/** What is looked after while the service runs. */
interface Swept {
  readonly results: Results;
  readonly library: Library;
  readonly access: Access;
  readonly integrity: Integrity;
  readonly trail: Trail;
  readonly exports: Exports;
  readonly erasures: Erasures;
}

/** What signs in once; the secret stands behind the `#`, so that no server and no log of one sees it. */
function linkOf(access: Access, origin: string): string | null {
  const secret = access.issueLink();
  return secret === null ? null : `${origin}/#link=${secret}`;
}

function openPool({ config, engineScript }: RoleContext): EnginePool {
  return new EnginePool({
    threads: config.workers,
    queueLength: config.queueLength,
    deadlineMs: config.deadlineMs,
    memoryMb: config.workerMemoryMb,
    ...(engineScript === undefined ? {} : { script: engineScript }),
  });
}

/** @returns how many keys were wrapped anew. */
async function rewrapAll(library: Library, config: RoleContext['config']): Promise<number> {
  let count = 0;
  for (const tenant of tenantsOf(config)) count += (await library.keys.rewrap(tenant)).keys;
  return count;
}

/** Removes what expired or was left behind, and follows other processes, now and every few minutes. @returns how to end that. */
function sweepRegularly(
  context: Pick<RoleContext, 'log' | 'clock' | 'config'>,
  { results, library, access, integrity, trail, exports, erasures }: Swept,
): () => void {
  const { log, clock, config } = context;
  const chores = [
    { name: 'expired results', run: () => results.sweep() },
    { name: 'expired uploads', run: () => library.uploads.sweep() },
    { name: 'expired answers', run: () => library.requests.sweep() },
    { name: 'expired exports', run: () => exports.sweep() },
    { name: 'contents left behind', run: async () => (await library.sweep()).purged },
    { name: 'keys of tokens', run: () => access.keys.tend() },
    { name: 'keys wrapped anew', run: () => rewrapAll(library, config) },
    { name: 'documents followed', run: () => library.follow() },
    { name: 'events left behind', run: () => trail.sweep() },
    { name: 'erasures begun', run: () => erasures.resume(tenantsOf(config)) },
  ];
  const daily = [
    { name: 'retention', run: () => sweepRetention(context, library, trail) },
    { name: 'old heads', run: () => library.prune() },
    { name: 'old announcements', run: () => trail.prune() },
    { name: 'gaps in the audit sink', run: () => trail.fill() },
  ];
  let dailyAt = clock() + FIRST_DAILY_MS;
  const sweep = async (): Promise<void> => {
    const isDue = clock() >= dailyAt;
    if (isDue) dailyAt = clock() + DAILY_MS;
    for (const { name, run } of isDue ? [...chores, ...daily] : chores) {
      try {
        const count = await run();
        if (count > 0) log.info('swept', { chore: name, count });
      } catch (error) {
        integrity.note(error, { chore: name });
        log.error('sweep failed', { chore: name, ...describeError(error) });
      }
    }
  };
  void sweep();
  const timer = setInterval(() => void sweep(), SWEEP_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

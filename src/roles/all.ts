import type { Access } from '../access/index.ts';
import { Examiner, MOST_UPLOAD_BYTES } from '../documents/index.ts';
import { createApp, type HttpServices, Precedence, UploadMemory } from '../http/index.ts';
import { QueueWatch, type Worker } from '../jobs/index.ts';
import { openAccess } from './access.ts';
import { announceRegularly } from './announcing.ts';
import { type Core, openCore } from './core.ts';
import { HttpServer } from './http-server.ts';
import { placeOf } from './library.ts';
import { serveMetrics } from './metrics.ts';
import type { RoleContext, ServingRole, ShutdownPhase } from './role.ts';
import { sweepRegularly } from './sweeps.ts';
import { auditLag, checkpointRegularly, relayRegularly } from './trail.ts';
import { watchVitals } from './vitals.ts';
import { deliverRegularly } from './webhooks.ts';
import { beginWork, GRACE_MS, putBackRegularly } from './work.ts';

/** Milliseconds that fetching a document from elsewhere may take. */
const FETCH_MS = 60_000;
/** Uploads that are read at once: enough for one to be sealed while others are written, and fewer while somebody waits for less. */
const UPLOAD_PLACES = { alone: 4, beside: 2 } as const;
const MEGABYTE = 1024 * 1024;

/** Everything in one process: the HTTP interface, the engine's threads, what takes longer and the sweeps. */
export async function startAll(given: RoleContext): Promise<ServingRole> {
  return await serve(await openCore(given), true);
}

/** The HTTP interface: what takes longer than a request is done by workers. */
export async function startApi(given: RoleContext): Promise<ServingRole> {
  return await serve(await openCore(given), false);
}

async function serve(core: Core, works: boolean): Promise<ServingRole> {
  const { context, integrity, library, operations, pool } = core;
  const { config } = context;
  const vitals = watchVitals();
  const server = new HttpServer();
  const origin = () => config.signIn.origin ?? server.url;
  const access = await openAccess(context, library, origin);
  const endings = [await access.listen(), await operations.listen()];
  const app = createApp({ ...servicesOf(core, access, server), vitals: vitals.read });
  try {
    endings.push((await serveMetrics(context, pool, auditLag(context, core.trail))).close);
    await server.listen(app.fetch, config.host, config.port);
  } catch (error) {
    for (const end of endings) end();
    vitals.stop();
    await pool.close();
    throw error;
  }
  // What begins with its first use begins now: the first who come may be many.
  void placeOf(context)
    .spool.probe()
    .catch((error: unknown) => integrity.note(error));
  endings.push(sweepRegularly(context, { ...core, access }));
  endings.push(putBackRegularly(operations, context, integrity));
  const worker = works ? beginWork(context, core) : null;
  const deliveries = works ? deliverRegularly(core.deliverer) : null;
  if (works) endings.push(announceRegularly(context));
  const stopAccepting = async () => {
    for (const end of endings) end();
    worker?.stop();
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
      ...endOf(core, server, worker, deliveries),
    ],
  };
}

function servicesOf(core: Core, access: Access, server: HttpServer): Omit<HttpServices, 'vitals'> {
  const { context, trail } = core;
  const { config, platform, clock, log } = context;
  return {
    ...core,
    access,
    origin: () => config.signIn.origin ?? server.url,
    sites: config.signIn.sites,
    proxies: config.proxies,
    auditLag: auditLag(context, trail),
    queueWatch: new QueueWatch(platform.shared.queue, clock),
    checkpoints: platform.checkpoints,
    examiner: new Examiner(platform.scanner),
    web: platform.web,
    remote: { ...config.fetch, mostBytes: MOST_UPLOAD_BYTES, timeMs: FETCH_MS },
    blobs: placeOf(context).spool,
    uploads: new UploadMemory(config.uploadMemoryMb * MEGABYTE),
    precedence: new Precedence(UPLOAD_PLACES.alone, UPLOAD_PLACES.beside),
    clock,
    log,
    assetsDirectory: config.assetsDirectory,
    port: () => server.port,
    stopping: () => server.stopping,
  };
}

/** What follows when nothing more is accepted. */
function endOf(
  { context, integrity, library, trail, pool }: Core,
  server: HttpServer,
  worker: Worker | null,
  deliveries: { end(): Promise<void> } | null,
): ShutdownPhase[] {
  const relay = relayRegularly(trail, context.log, integrity);
  const signing = checkpointRegularly(context, library, trail);
  const handBack = async () => worker?.end(GRACE_MS);
  return [
    { name: 'drain', deadlineMs: 20_000, run: () => server.drained() },
    { name: 'finish or hand back', deadlineMs: GRACE_MS + 5000, run: handBack },
    { name: 'end deliveries', deadlineMs: 5000, run: async () => deliveries?.end() },
    { name: 'deliver events', deadlineMs: 5000, run: () => relay.end() },
    { name: 'sign events', deadlineMs: 5000, run: () => signing.end() },
    { name: 'cut connections', deadlineMs: 2000, run: () => server.cut() },
    { name: 'end pool', deadlineMs: 5000, run: () => pool.close() },
    { name: 'forget keys', deadlineMs: 1000, run: async () => library.close() },
  ];
}

/** What signs in once; the secret stands behind the `#`, so that no server and no log of one sees it. */
function linkOf(access: Access, origin: string): string | null {
  const secret = access.issueLink();
  return secret === null ? null : `${origin}/#link=${secret}`;
}

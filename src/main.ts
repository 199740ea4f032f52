import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { People, SealedAddresses } from './access/index.ts';
import type { Happening, Trail } from './audit/index.ts';
import { type Config, ConfigError, type Environment, readConfig, widenThreadPool } from './config.ts';
import type { AllErasures, Library, Mover } from './documents/index.ts';
import type { JobQueue, Operations } from './jobs/index.ts';
import {
  createLog,
  describeError,
  Integrity,
  type Log,
  OutsideError,
  systemClock,
  systemRandom,
} from './kit/index.ts';
import { openEmbeddedPlatform } from './platform/embedded/index.ts';
import type { BucketLifecycle } from './platform/gcp/index.ts';
import { guardPlatform, type Platform } from './platform/index.ts';
import {
  openErasures,
  openExports,
  openLibrary,
  openMover,
  openOperations,
  openTrail,
  ROLES,
  type RoleContext,
  type ShutdownPhase,
  shutDown,
  tuneRuntime,
} from './roles/index.ts';

/** Exit codes of the process; those of the command line (docs) where they overlap. */
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/**
 * Serves until a signal ends it: reads the configuration, builds the platform, starts the role, owns the shutdown.
 * `node dist/main.js` calls it; so does `redline serve`, with what its options set.
 *
 * @returns the process's exit code.
 */
export async function run(overrides: Environment = {}): Promise<number> {
  try {
    widenThreadPool();
    tuneRuntime();
    const config = readConfig(overrides);
    return await serve(config, createLog(config.logLevel));
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    return error instanceof ConfigError ? EXIT.usage : EXIT.failed;
  }
}

/**
 * Works with the documents of an installation beside the service, which may run meanwhile, for whoever looks after it on its
 * machine: what is about to be done is kept in the audit trail before, and what became of it behind it.
 *
 * @throws {ConfigError | OutsideError}
 */
export async function withOperator<Result>(
  overrides: Environment,
  deed: (Pick<Happening, 'type'> & Partial<Pick<Happening, 'object' | 'details'>>) & {
    readonly tenant: string;
  },
  work: (library: Library, config: Config, jobs: Jobs) => Promise<Result>,
): Promise<Result> {
  const isNew = !READINGS.has(deed.type);
  return await beside(overrides, isNew, async (context, library) => {
    const trail = await openTrail(context, library);
    const operations = openOperations(context, library, trail, new Integrity(context.log));
    const { tenant, ...said } = deed;
    const requestId = `cli-${Buffer.from(systemRandom(12)).toString('hex')}`;
    const actor = { ...OPERATOR_HERE, tenant, requestId };
    const happening = { ...said, actor, outcome: 'done', reason: 'operator' } as const;
    const intent = await trail.intend(happening);
    try {
      const { queue } = context.platform.shared;
      const result = await work(library, context.config, { queue, operations });
      await intent.settle(happening);
      return result;
    } catch (error) {
      await intent.settle({ ...happening, outcome: 'failed', reason: 'operator' }).catch(() => {});
      throw error;
    } finally {
      // Otherwise the service that runs, or the next one, finds it.
      await trail.advance().catch((error) => context.log.warn('audit sink behind', describeError(error)));
    }
  });
}

/** What is only looked at: where no service ever was there is nothing to see, and nothing is made. */
const READINGS: ReadonlySet<Happening['type']> = new Set([
  'operation.listed',
  'person.listed',
  'tenant-key.read',
]);

/** What takes longer than a request. */
interface Jobs {
  readonly queue: JobQueue;
  readonly operations: Operations;
}

/** Whoever may use the machine and the folder; nobody asks who that is. */
const OPERATOR_HERE = { kind: 'operator', id: 'operator', credential: 'machine', address: null } as const;

/** Works with the audit trail, after what was left has been brought into it. */
export async function withTrail<Result>(
  overrides: Environment,
  work: (trail: Trail, addresses: SealedAddresses) => Promise<Result>,
): Promise<Result> {
  return await beside(overrides, false, async (context, library) => {
    const people = new People(library.records, context.clock, systemRandom);
    return await work(await openTrail(context, library), new SealedAddresses(people));
  });
}

/**
 * What the buckets of the cloud do with what is old, beside what the settings say.
 *
 * @param apply has them do that.
 * @throws {ConfigError | OutsideError}
 */
export async function tendBuckets(
  overrides: Environment,
  apply: boolean,
): Promise<readonly BucketLifecycle[]> {
  const { gcp } = readConfig(overrides);
  if (gcp === null) throw new ConfigError('There are no buckets: REDLINE_PLATFORM is not gcp.');
  const { tendLifecycles } = await import('./platform/gcp/index.ts');
  return await tendLifecycles(gcp, apply);
}

/** Moves tenants between regions beside the service. @param region is opened too; on one machine nobody need be in it before. */
export async function withMover<Result>(
  overrides: Environment,
  region: string | null,
  work: (mover: Mover) => Promise<Result>,
): Promise<Result> {
  const moving = async (context: RoleContext, library: Library): Promise<Result> =>
    work(openMover(context, library, await openTrail(context, library)));
  return await beside(overrides, false, moving, region);
}

/** The same with what erases for good. */
export async function withErasures<Result>(
  overrides: Environment,
  work: (erasures: AllErasures) => Promise<Result>,
): Promise<Result> {
  return await beside(overrides, false, async (context, library) => {
    const trail = await openTrail(context, library);
    return await work(openErasures(context, library, trail, openExports(context, library, trail)));
  });
}

/** @param isNew whether a folder is made where there is none. @param region that is opened whoever is in it. */
async function beside<Result>(
  overrides: Environment,
  isNew: boolean,
  work: (context: RoleContext, library: Library) => Promise<Result>,
  region: string | null = null,
): Promise<Result> {
  const config = readConfig(overrides);
  if (!isNew && config.gcp === null && !existsSync(config.dataDirectory))
    throw new ConfigError(
      `There is no service's folder at ${config.dataDirectory}: name it with --data or REDLINE_DATA. What a running service tells is asked of it with --server or REDLINE_SERVER.`,
    );
  const log = createLog(config.logLevel);
  const opened = await openPlatform(config, log, region);
  try {
    const context = { config, platform: guardPlatform(opened, {}), clock: systemClock, log };
    const library = await openLibrary(context);
    try {
      return await work(context, library);
    } finally {
      library.close();
    }
  } finally {
    await opened.close();
    log.flush();
  }
}

/** Each platform is loaded only when it is chosen: the clients of the cloud take a while. */
async function openPlatform(config: Config, log: Log, region: string | null = null): Promise<Platform> {
  const machine = {
    ...config,
    region,
    warn: (message: string) => log.warn('redis could be safer', { part: 'JobQueue', reason: message }),
  };
  if (config.gcp === null) return await openEmbeddedPlatform(config.dataDirectory, machine);
  const { openGcpPlatform } = await import('./platform/gcp/index.ts');
  const warn = (message: string) =>
    log.warn('storage could be cheaper', { part: 'BlobStore', reason: message });
  return await openGcpPlatform(
    config.dataDirectory,
    { ...config.gcp, residencies: config.residencies, serves: config.serves, warn },
    machine,
  );
}

async function serve(config: Config, log: Log): Promise<number> {
  const signalled = firstSignal();
  const platform = await openPlatform(config, log);
  const phases: ShutdownPhase[] = [{ name: 'close platform', deadlineMs: 5000, run: () => platform.close() }];
  try {
    const context = { config, platform, log, clock: systemClock };
    if (config.role === 'worker') {
      const role = await (await ROLES.worker())(context);
      phases.unshift(...role.shutdown);
      process.stdout.write('Redline works: it takes operations from the queue. Ctrl+C ends it.\n');
      log.info('started', {});
    } else {
      const role = await (await ROLES[config.role]())(context);
      phases.unshift(...role.shutdown);
      process.stdout.write(
        `Redline is ready: open ${role.link ?? role.home} in your browser. Ctrl+C ends it.\n`,
      );
      log.info('started', { port: Number(new URL(role.url).port) });
    }
    log.info('stopping', { signal: await signalled });
    return EXIT.done;
  } finally {
    await shutDown(phases, log);
    log.info('stopped');
    log.flush();
  }
}

/** Resolves with the first signal to end; the second one ends the process at once. */
function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    const onSignal = (signal: NodeJS.Signals, number: number) => {
      if (seen) process.exit(128 + number);
      seen = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof OutsideError) return error.message;
  const { code, port, path } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Set PORT to another one, or to 0 for any that is free.`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} may not be used. Set PORT to one above 1023.`;
  if (code !== undefined && path !== undefined) return `The data folder cannot be used (${code}): ${path}`;
  const { errorName, stack } = describeError(error);
  return `Redline could not start (${errorName}).\n${stack ?? ''}`;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exit(await run());
}

import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place, Residency } from '../../documents/index.ts';
import { type Clock, OutsideError, systemClock, systemRandom } from '../../kit/index.ts';
import { type ClamdAddress, ClamdScanner } from '../clamd/index.ts';
import { MemoryRateLimits } from '../memory-rate-limits.ts';
import { type OidcClient, OpenIdProvider, PublishedKeys } from '../oidc/index.ts';
import type { Platform } from '../platform.ts';
import { openRedis } from '../redis/index.ts';
import type { Shared } from '../shared.ts';
import { NodeWeb } from '../web/index.ts';
import { DirectoryBlobStore } from './directory-blob-store.ts';
import { FileLog } from './file-log.ts';
import { KeyRing } from './key-ring.ts';
import { KindsBlobStore } from './kinds-blob-store.ts';
import { LockedDirectory } from './locked-directory.ts';
import { LogFolder } from './log-folder.ts';
import { MemoryCache } from './memory-cache.ts';
import { MemoryChannel } from './memory-channel.ts';
import { ObjectDatabase } from './object-database.ts';
import { openProgramPrinter, type PrinterOptions } from './program-printer.ts';
import { SqliteAuditSink } from './sqlite-audit-sink.ts';
import { SqliteBlobStore } from './sqlite-blob-store.ts';
import { SqliteCatalogue } from './sqlite-catalogue.ts';
import { SqliteJobQueue } from './sqlite-job-queue.ts';
import { SqliteLeases } from './sqlite-leases.ts';
import { SqliteSessions } from './sqlite-sessions.ts';
import { structureScanner } from './structure-scanner.ts';

export { DirectoryBlobStore } from './directory-blob-store.ts';
export { FileLog } from './file-log.ts';
export { KeyRing } from './key-ring.ts';
export { KindsBlobStore } from './kinds-blob-store.ts';
export { LockedDirectory } from './locked-directory.ts';
export { LogFolder } from './log-folder.ts';
export { MemoryCache } from './memory-cache.ts';
export { MemoryChannel } from './memory-channel.ts';
export { ObjectDatabase } from './object-database.ts';
export { openProgramPrinter, type PrinterOptions } from './program-printer.ts';
export { SqliteAuditSink } from './sqlite-audit-sink.ts';
export { SqliteBlobStore } from './sqlite-blob-store.ts';
export { SqliteCatalogue } from './sqlite-catalogue.ts';
export { SqliteJobQueue } from './sqlite-job-queue.ts';
export { SqliteLeases } from './sqlite-leases.ts';
export { SqliteSessions } from './sqlite-sessions.ts';
export { structureScanner } from './structure-scanner.ts';

/** Nothing that makes PDFs. */
const NO_PROGRAMS: PrinterOptions = { office: null, browser: null, deadlineMs: 0, memoryMb: 0 };

/** What lies in a database beside the folder of heads, and beside the spool: decision 0202. */
const HEAD_ROWS = new Map([
  ['operations', Number.POSITIVE_INFINITY],
  ['inputs', 256 * 1024],
]);
const SPOOL_ROWS = new Map([
  ['pending', Number.POSITIVE_INFINITY],
  ['idempotency', Number.POSITIVE_INFINITY],
  ['shelves', Number.POSITIVE_INFINITY],
]);

/** Regions that a folder of their own can be made for. */
const RESIDENCIES = ['us', 'eu'] as const;

export interface EmbeddedOptions extends MachineOptions {
  /** Tenants whose documents are kept in another region than `local`. */
  readonly residencies?: ReadonlyMap<string, Residency>;
  /** One that is opened too, whoever is in it. */
  readonly region?: Residency | null;
  /** Regions whose tenants are worked for; `null`, as by default: all. Nothing of another one is opened. */
  readonly serves?: ReadonlySet<Residency> | null;
  /** Protects the ring of keys; `null` leaves it to the rights of its file. */
  readonly passphrase?: string | null;
}

export interface MachineOptions {
  readonly printer?: PrinterOptions;
  /** Where clamd listens; with `null` nothing looks for malware. */
  readonly clamd?: ClamdAddress | null;
  /** Addresses of Redis, for several processes on one folder; with `null` nothing is shared but the sessions. */
  readonly redis?: readonly string[] | null;
  /** Where people prove who they are. */
  readonly signIn?: { readonly oidc: OidcClient | null; readonly tokenIssuer?: string | null };
  /** What rates and the cache go by where nothing is shared; the system's clock by default. */
  readonly clock?: Clock;
  /** Told what is set up less than well there. */
  readonly warn?: (message: string) => void;
}

/**
 * Everything on one machine, for one person or a small office.
 *
 * @param directory absolute; made with access for its owner only when it is not there, used again when it is.
 * @throws {OutsideError} when what is there cannot be used: rights, passphrase, a newer format.
 */
export async function openEmbeddedPlatform(
  directory: string,
  {
    passphrase = null,
    residencies = new Map(),
    region = null,
    serves = null,
    ...options
  }: EmbeddedOptions = {},
): Promise<Platform> {
  const databases: ObjectDatabase[] = [];
  const regions = new Map([['local', await openPlace(directory, passphrase, databases)]]);
  for (const residency of RESIDENCIES) {
    const folder = join(directory, residency);
    if (serves !== null && !serves.has(residency)) continue;
    // One that nobody is in any more is opened too, so that it is noticed whose documents it holds.
    const isNeeded =
      serves !== null || [region, ...residencies.values()].includes(residency) || (await isThere(folder));
    if (isNeeded) regions.set(residency, await openPlace(folder, passphrase, databases));
  }
  const { clock = systemClock } = options;
  const outboxes = new Map<Residency, FileLog>();
  for (const residency of regions.keys()) {
    const folder = join(folderOf(directory, residency), 'outbox');
    outboxes.set(residency, new FileLog(await LogFolder.open(folder), { clock, random: systemRandom }));
  }
  const machine = await openMachine(
    directory,
    {
      all: [...regions.keys()].filter((one) => serves?.has(one) ?? true),
      sinks: [...regions.keys()],
      serves,
    },
    options,
  );
  const close = async (): Promise<void> => {
    for (const outbox of outboxes.values()) await outbox.close();
    for (const database of databases) await database.close();
    await machine.close();
  };
  return {
    ...machine,
    close,
    regions,
    outboxes,
    checkpoints: new LockedDirectory(join(directory, 'checkpoints')),
  };
}

/** @param opened gets what is to be closed at the end. */
async function openPlace(
  directory: string,
  passphrase: string | null,
  opened: ObjectDatabase[],
): Promise<Place> {
  const spool = await DirectoryBlobStore.open(join(directory, 'blobs'), false);
  const heads = await DirectoryBlobStore.open(join(directory, 'heads'), true);
  const contents = await DirectoryBlobStore.open(join(directory, 'contents'), true);
  const secrets = await DirectoryBlobStore.open(join(directory, 'secrets'), false);
  await assertRing(join(directory, 'keys'), heads);
  const keys = await KeyRing.open(join(directory, 'keys'), passphrase);
  const rows = await ObjectDatabase.open(join(directory, 'work.sqlite'));
  opened.push(rows);
  return {
    ...{ contents, secrets, keys },
    heads: await KindsBlobStore.open(heads, new SqliteBlobStore(rows, 'heads', true), HEAD_ROWS),
    spool: await KindsBlobStore.open(spool, new SqliteBlobStore(rows, 'spool', false), SPOOL_ROWS),
  };
}

async function isThere(folder: string): Promise<boolean> {
  return await stat(folder).then(
    () => true,
    () => false,
  );
}

/**
 * What every platform has of the machine that it runs on: programs, connections, and catalogues that can be made again.
 *
 * @param directory absolute; made where it is not there.
 * @param residencies all that are served, the default one first, and those whose events are looked up here. `serves` is `null` where
 *   those are all that there are; else their work waits apart from that of others.
 */
export async function openMachine(
  directory: string,
  residencies: {
    readonly all: readonly Residency[];
    readonly sinks: readonly Residency[];
    readonly serves?: ReadonlySet<Residency> | null;
  },
  {
    printer = NO_PROGRAMS,
    clamd = null,
    redis = null,
    signIn = { oidc: null },
    clock = systemClock,
    warn = () => {},
  }: MachineOptions = {},
): Promise<Omit<Platform, 'regions' | 'checkpoints' | 'outboxes'>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { serves = null } = residencies;
  if (serves === null && !residencies.all.includes('local')) await removeCommon(directory);
  for (const residency of new Set([...residencies.all, ...residencies.sinks]))
    await mkdir(folderOf(directory, residency), { recursive: true, mode: 0o700 });
  const catalogues = eachOf(residencies.all, (residency) =>
    SqliteCatalogue.open(join(folderOf(directory, residency), 'catalogue.sqlite')),
  );
  const audit = eachOf(residencies.sinks, (residency) =>
    SqliteAuditSink.open(join(folderOf(directory, residency), 'audit.sqlite')),
  );
  const shared =
    redis === null
      ? sharedHere(directory, residencies.all, queueOf(directory, serves), clock)
      : openRedis(redis, null, warn, serves);
  return {
    catalogues,
    audit,
    eventFiles: audit,
    scanner: clamd === null ? structureScanner : new ClamdScanner(clamd),
    web: new NodeWeb(),
    printer: openProgramPrinter(printer),
    shared,
    issuerKeys: typeof signIn.tokenIssuer === 'string' ? new PublishedKeys(signIn.tokenIssuer) : null,
    providerKeys: signIn.oidc === null ? null : new PublishedKeys(signIn.oidc.issuer),
    identity: signIn.oidc === null ? null : new OpenIdProvider(signIn.oidc),
    close: async () => {
      for (const catalogue of catalogues.values()) catalogue.close();
      for (const sink of audit.values()) sink.close();
      await shared.close();
    },
  };
}

function eachOf<Made>(
  residencies: readonly Residency[],
  make: (residency: Residency) => Made,
): Map<Residency, Made> {
  return new Map(residencies.map((residency) => [residency, make(residency)]));
}

/** Where a region has all that is its own: that of all else for `local`. */
function folderOf(directory: string, residency: Residency): string {
  return residency === 'local' ? directory : join(directory, residency);
}

/** Files of releases before decision 0210, which had those of all regions in one: they are made again, each in its region. */
async function removeCommon(directory: string): Promise<void> {
  for (const name of ['catalogue', 'sessions', 'leases'])
    for (const end of ['', '-wal', '-shm'])
      await rm(join(directory, `${name}.sqlite${end}`), { force: true });
}

/** Where work waits: that of some regions in the folder of the first of them. */
function queueOf(directory: string, serves: ReadonlySet<Residency> | null): string {
  if (serves === null) return join(directory, 'queue.sqlite');
  const names = [...serves].toSorted();
  return join(folderOf(directory, names[0] ?? 'local'), `queue-${names.join('-')}.sqlite`);
}

/** What nobody but this machine needs. */
function sharedHere(
  directory: string,
  residencies: readonly Residency[],
  queueFile: string,
  clock: Clock,
): Shared {
  const open = (residency: Residency) => ({
    sessions: SqliteSessions.open(join(folderOf(directory, residency), 'sessions.sqlite')),
    leases: SqliteLeases.open(join(folderOf(directory, residency), 'leases.sqlite'), clock),
  });
  const regional = eachOf(residencies, open);
  const [first] = regional.values();
  if (first === undefined) throw new TypeError('There is no region.');
  const queue = SqliteJobQueue.open(queueFile, clock);
  return {
    remote: false,
    ...first,
    regional: residencies.length > 1 ? regional : null,
    rateLimits: new MemoryRateLimits(clock),
    cache: new MemoryCache(clock),
    channel: new MemoryChannel(),
    queue,
    close: async () => {
      for (const { sessions, leases } of regional.values()) {
        sessions.close();
        leases.close();
      }
      queue.close();
    },
  };
}

/** A new ring beside documents that an old one sealed would look like a good start, and open none of them. */
async function assertRing(folder: string, heads: DirectoryBlobStore): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  if (files.some((name) => name.startsWith('ring.'))) return;
  for await (const _ of heads.list('heads/')) {
    throw new OutsideError(
      'KeyService',
      'refused',
      'The ring of keys is missing, and documents are kept that only it can open. Put the folder "keys" back from a backup, or start with another data folder.',
    );
  }
}

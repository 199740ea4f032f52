import { mkdir, readdir, stat } from 'node:fs/promises';
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
import { LockedDirectory } from './locked-directory.ts';
import { LogFolder } from './log-folder.ts';
import { MemoryCache } from './memory-cache.ts';
import { MemoryChannel } from './memory-channel.ts';
import { openProgramPrinter, type PrinterOptions } from './program-printer.ts';
import { SqliteAuditSink } from './sqlite-audit-sink.ts';
import { SqliteCatalogue } from './sqlite-catalogue.ts';
import { SqliteJobQueue } from './sqlite-job-queue.ts';
import { SqliteLeases } from './sqlite-leases.ts';
import { SqliteSessions } from './sqlite-sessions.ts';
import { structureScanner } from './structure-scanner.ts';

export { DirectoryBlobStore } from './directory-blob-store.ts';
export { FileLog } from './file-log.ts';
export { KeyRing } from './key-ring.ts';
export { LockedDirectory } from './locked-directory.ts';
export { LogFolder } from './log-folder.ts';
export { MemoryCache } from './memory-cache.ts';
export { MemoryChannel } from './memory-channel.ts';
export { openProgramPrinter, type PrinterOptions } from './program-printer.ts';
export { SqliteAuditSink } from './sqlite-audit-sink.ts';
export { SqliteCatalogue } from './sqlite-catalogue.ts';
export { SqliteJobQueue } from './sqlite-job-queue.ts';
export { SqliteLeases } from './sqlite-leases.ts';
export { SqliteSessions } from './sqlite-sessions.ts';
export { structureScanner } from './structure-scanner.ts';

/** Nothing that makes PDFs. */
const NO_PROGRAMS: PrinterOptions = { office: null, browser: null, deadlineMs: 0, memoryMb: 0 };

/** Regions that a folder of their own can be made for. */
const RESIDENCIES = ['us', 'eu'] as const;

export interface EmbeddedOptions extends MachineOptions {
  /** Tenants whose documents are kept in another region than `local`. */
  readonly residencies?: ReadonlyMap<string, Residency>;
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
  { passphrase = null, residencies = new Map(), ...options }: EmbeddedOptions = {},
): Promise<Platform> {
  const regions = new Map([['local', await openPlace(directory, passphrase)]]);
  for (const residency of RESIDENCIES) {
    const folder = join(directory, residency);
    // One that nobody is in any more is opened too, so that it is noticed whose documents it holds.
    const isNeeded = [...residencies.values()].includes(residency) || (await isThere(folder));
    if (isNeeded) regions.set(residency, await openPlace(folder, passphrase));
  }
  const { clock = systemClock } = options;
  const outboxes = new Map<Residency, FileLog>();
  for (const residency of regions.keys()) {
    const folder = join(residency === 'local' ? directory : join(directory, residency), 'outbox');
    outboxes.set(residency, new FileLog(await LogFolder.open(folder), { clock, random: systemRandom }));
  }
  const machine = await openMachine(directory, [...regions.keys()], options);
  const close = async (): Promise<void> => {
    for (const outbox of outboxes.values()) await outbox.close();
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

async function openPlace(directory: string, passphrase: string | null): Promise<Place> {
  const spool = await DirectoryBlobStore.open(join(directory, 'blobs'), false);
  const heads = await DirectoryBlobStore.open(join(directory, 'heads'), true);
  const contents = await DirectoryBlobStore.open(join(directory, 'contents'), true);
  const secrets = await DirectoryBlobStore.open(join(directory, 'secrets'), false);
  await assertRing(join(directory, 'keys'), heads);
  const keys = await KeyRing.open(join(directory, 'keys'), passphrase);
  return { heads, contents, secrets, spool, keys };
}

async function isThere(folder: string): Promise<boolean> {
  return await stat(folder).then(
    () => true,
    () => false,
  );
}

/**
 * What every platform has of the machine that it runs on: programs, connections, and a catalogue that can be made again.
 *
 * @param directory absolute; made where it is not there.
 * @param residencies those whose events are looked up here.
 */
export async function openMachine(
  directory: string,
  residencies: readonly Residency[],
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
  const catalogue = SqliteCatalogue.open(join(directory, 'catalogue.sqlite'));
  const audit = new Map<Residency, SqliteAuditSink>();
  for (const residency of residencies) audit.set(residency, await openSink(directory, residency));
  const shared = redis === null ? sharedHere(directory, clock) : openRedis(redis, null, warn);
  return {
    catalogue,
    audit,
    scanner: clamd === null ? structureScanner : new ClamdScanner(clamd),
    web: new NodeWeb(),
    printer: openProgramPrinter(printer),
    shared,
    issuerKeys: typeof signIn.tokenIssuer === 'string' ? new PublishedKeys(signIn.tokenIssuer) : null,
    providerKeys: signIn.oidc === null ? null : new PublishedKeys(signIn.oidc.issuer),
    identity: signIn.oidc === null ? null : new OpenIdProvider(signIn.oidc),
    close: async () => {
      catalogue.close();
      for (const sink of audit.values()) sink.close();
      await shared.close();
    },
  };
}

/** In the folder of the region, which is that of all else for `local`. */
async function openSink(directory: string, residency: Residency): Promise<SqliteAuditSink> {
  const folder = residency === 'local' ? directory : join(directory, residency);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return SqliteAuditSink.open(join(folder, 'audit.sqlite'));
}

/** What nobody but this machine needs. */
function sharedHere(directory: string, clock: Clock): Shared {
  const sessions = SqliteSessions.open(join(directory, 'sessions.sqlite'));
  const queue = SqliteJobQueue.open(join(directory, 'queue.sqlite'), clock);
  const leases = SqliteLeases.open(join(directory, 'leases.sqlite'), clock);
  return {
    remote: false,
    sessions,
    rateLimits: new MemoryRateLimits(clock),
    cache: new MemoryCache(clock),
    channel: new MemoryChannel(),
    queue,
    leases,
    close: async () => {
      sessions.close();
      queue.close();
      leases.close();
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

import { KeyManagementServiceClient } from '@google-cloud/kms';
import type { LockedPlace, RegionalSink } from '../../audit/index.ts';
import type { Place, Residency } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { type MachineOptions, openMachine } from '../embedded/index.ts';
import type { Platform } from '../platform.ts';
import { BigQueryAuditSink } from './bigquery-audit-sink.ts';
import { type BucketNeeds, checkBucket } from './bucket-check.ts';
import { CloudKeys } from './cloud-keys.ts';
import { GcsBlobStore } from './gcs-blob-store.ts';
import { type BucketLifecycle, DEFAULT_TIERS, type Tiers, tendLifecycle } from './lifecycle.ts';
import { LockedBucket, routedPlace } from './locked-bucket.ts';
import { StorageCalls } from './storage-calls.ts';
import { WarehouseCalls } from './warehouse-calls.ts';

/** Where the data of one residency are. */
export interface CloudPlaces {
  readonly residency: 'us' | 'eu';
  /** Buckets, as docs/cloud-storage.md asks for them. */
  readonly heads: string;
  readonly contents: string;
  readonly spool: string;
  readonly secrets: string;
  /** `projects/…/locations/…/keyRings/…` */
  readonly keyRing: string;
  /** Where events of the audit trail are looked up; `null`: on the machine. */
  readonly dataset: { readonly project: string | null; readonly dataset: string } | null;
  /** A bucket for checkpoints of the audit trail, in all places or in none; `null`: nothing is signed. */
  readonly checkpoints: string | null;
}

export interface CloudOptions {
  /** The first one is where documents are kept of tenants for whom nothing else is said. */
  readonly places: readonly CloudPlaces[];
  readonly project: string | null;
  /** When contents should go to cheaper classes. */
  readonly tiers?: Tiers;
  /** Tenants that are in another place than the first. */
  readonly residencies?: ReadonlyMap<string, string>;
  /** Regions whose tenants are worked for; `null`, as by default: all. */
  readonly serves?: ReadonlySet<string> | null;
  /** Is told of what works, and costs more than it needs to. */
  readonly warn?: (message: string) => void;
}

/** Clients, where they are not to be made out of the surroundings: for other endpoints than Google's. */
export interface CloudClients {
  readonly storage?: StorageCalls;
  readonly keys?: KeyManagementServiceClient;
  readonly warehouse?: WarehouseCalls;
}

/**
 * Cloud Storage and Cloud KMS, and a machine for the rest. Every bucket and every key ring is asked for before anything is
 * served.
 *
 * @param directory absolute: what this machine keeps, all of which can be made again.
 * @throws {OutsideError} `refused`, naming everything that is wrong; `unavailable`.
 */
export async function openGcpPlatform(
  directory: string,
  options: CloudOptions,
  machineOptions: MachineOptions,
  clients: CloudClients = {},
): Promise<Platform> {
  const { project, serves = null, tiers = DEFAULT_TIERS, warn = () => {} } = options;
  // In the first one is what is nobody's: keys of tokens, say.
  const places = options.places.filter((place, at) => at === 0 || isIn(serves, place));
  const calls = clients.storage ?? new StorageCalls(project === null ? {} : { projectId: project });
  const client =
    clients.keys ?? new KeyManagementServiceClient(project === null ? {} : { projectId: project });
  const sinks = sinksOf({ ...options, places }, clients);
  await assertUsable(places, { calls, client, tiers }, warn);
  await assertSinks(sinks, warn);
  const onMachine = places.flatMap(({ residency }) => (sinks.has(residency) ? [] : [residency]));
  const machine = await openMachine(
    directory,
    {
      all: places.flatMap((place) => (isIn(serves, place) ? [place.residency] : [])),
      sinks: onMachine,
      serves,
    },
    machineOptions,
  );
  const store = (bucket: string) => new GcsBlobStore(calls, bucket);
  return {
    ...machine,
    // In the order of the places: the first one is that of tenants for whom nothing is said.
    audit: new Map(
      places.flatMap(({ residency }): [Residency, RegionalSink][] => {
        const sink = sinks.get(residency) ?? machine.audit.get(residency);
        return sink === undefined ? [] : [[residency, sink]];
      }),
    ),
    checkpoints: checkpointsOf(options, calls),
    outboxes: null,
    regions: new Map(places.map((place) => regionOf(place, store, client))),
    close: async () => {
      await machine.close();
      // One that was handed in is its owner's to close.
      if (clients.keys === undefined) await client.close();
    },
  };
}

function isIn(serves: ReadonlySet<string> | null, { residency }: CloudPlaces): boolean {
  return serves === null || serves.has(residency);
}

/** Those places that have a dataset. */
function sinksOf({ places, project }: CloudOptions, clients: CloudClients): Map<Residency, RegionalSink> {
  const calls = clients.warehouse ?? new WarehouseCalls(project === null ? {} : { projectId: project });
  return new Map(
    places.flatMap(({ residency, dataset }): [Residency, RegionalSink][] =>
      dataset === null ? [] : [[residency, new BigQueryAuditSink(calls, { ...dataset, residency })]],
    ),
  );
}

/** What is set up wrong is said at once. What does not answer is not waited for: events are delivered later. */
async function assertSinks(
  sinks: ReadonlyMap<Residency, RegionalSink>,
  warn: (message: string) => void,
): Promise<void> {
  for (const [residency, sink] of sinks) {
    await sink.prepare().catch((error: unknown) => {
      if (!(error instanceof OutsideError) || error.failure === 'refused') throw error;
      warn(`${residency}, events: ${error.message}`);
    });
  }
}

function checkpointsOf(
  { places, residencies = new Map() }: CloudOptions,
  calls: StorageCalls,
): LockedPlace | null {
  const buckets = places.flatMap(({ residency, checkpoints }): [Residency, LockedPlace][] =>
    checkpoints === null ? [] : [[residency, new LockedBucket(calls, checkpoints)]],
  );
  return buckets.length === 0 ? null : routedPlace(new Map(buckets), residencies);
}

/** Its buckets remove earlier generations by their lifecycle. */
function regionOf(
  { residency, heads, contents, spool, secrets, keyRing }: CloudPlaces,
  store: (bucket: string) => GcsBlobStore,
  client: KeyManagementServiceClient,
): [Residency, Place] {
  const stores = {
    ...{ heads: store(heads), contents: store(contents) },
    ...{ spool: store(spool), secrets: store(secrets) },
  };
  return [residency, { ...stores, keys: new CloudKeys({ client, keyRing }), prunesItself: true }];
}

/** @throws {OutsideError} with the faults of all places, one a line; what could not be asked stands among them. */
async function assertUsable(
  places: readonly CloudPlaces[],
  {
    calls,
    client,
    tiers,
  }: { readonly calls: StorageCalls; readonly client: KeyManagementServiceClient; readonly tiers: Tiers },
  warn: (message: string) => void,
): Promise<void> {
  const checked = (residency: 'us' | 'eu', use: BucketNeeds['use'], bucket: string) => ({
    what: `${residency}, ${use}`,
    run: async () => (await checkBucket(calls, bucket, { residency, use }, tiers)).forEach(warn),
  });
  const checks = places.flatMap(({ residency, keyRing, ...buckets }) => [
    ...(['heads', 'contents', 'spool', 'secrets'] as const).map((use) =>
      checked(residency, use, buckets[use]),
    ),
    ...(buckets.checkpoints === null ? [] : [checked(residency, 'checkpoints', buckets.checkpoints)]),
    { what: `${residency}, keys in ${keyRing}`, run: () => new CloudKeys({ client, keyRing }).probe() },
  ]);
  const faults: OutsideError[] = [];
  for (const { what, run } of checks) {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      const { port, failure, message } = error;
      faults.push(new OutsideError(port, failure, `${what}: ${message}`, { cause: error }));
    }
  }
  const [worst] = faults.toSorted((a) => (a.failure === 'refused' ? -1 : 1));
  if (worst === undefined) return;
  const list = faults.map(({ message }) => `  ${message}`).join('\n');
  throw new OutsideError(worst.port, worst.failure, `Redline cannot start in the cloud:\n${list}`);
}

/**
 * Compares the lifecycle of every bucket with the settings, and sets it where it is asked to.
 *
 * @throws {OutsideError}
 */
export async function tendLifecycles(
  { places, project, tiers = DEFAULT_TIERS }: CloudOptions,
  apply: boolean,
  calls = new StorageCalls(project === null ? {} : { projectId: project }),
): Promise<readonly BucketLifecycle[]> {
  const found: BucketLifecycle[] = [];
  for (const place of places)
    for (const use of ['heads', 'contents', 'spool', 'secrets'] as const)
      found.push(await tendLifecycle(calls, place[use], { use, tiers, apply }));
  return found;
}

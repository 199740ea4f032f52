import { KeyManagementServiceClient } from '@google-cloud/kms';
import type { Place, Residency } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { type MachineOptions, openMachine } from '../embedded/index.ts';
import type { Platform } from '../platform.ts';
import { checkBucket } from './bucket-check.ts';
import { CloudKeys } from './cloud-keys.ts';
import { GcsBlobStore } from './gcs-blob-store.ts';
import { StorageCalls } from './storage-calls.ts';

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
}

export interface CloudOptions {
  /** The first one is where documents are kept of tenants for whom nothing else is said. */
  readonly places: readonly CloudPlaces[];
  readonly project: string | null;
  /** Is told of what works, and costs more than it needs to. */
  readonly warn?: (message: string) => void;
}

/** Clients, where they are not to be made out of the surroundings: for other endpoints than Google's. */
export interface CloudClients {
  readonly storage?: StorageCalls;
  readonly keys?: KeyManagementServiceClient;
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
  { places, project, warn = () => {} }: CloudOptions,
  machineOptions: MachineOptions,
  clients: CloudClients = {},
): Promise<Platform> {
  const calls = clients.storage ?? new StorageCalls(project === null ? {} : { projectId: project });
  const client =
    clients.keys ?? new KeyManagementServiceClient(project === null ? {} : { projectId: project });
  await assertUsable(places, calls, client, warn);
  const machine = await openMachine(
    directory,
    places.map(({ residency }) => residency),
    machineOptions,
  );
  const store = (bucket: string) => new GcsBlobStore(calls, bucket);
  return {
    ...machine,
    checkpoints: null,
    regions: new Map(places.map((place) => regionOf(place, store, client))),
    close: async () => {
      await machine.close();
      // One that was handed in is its owner's to close.
      if (clients.keys === undefined) await client.close();
    },
  };
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
  calls: StorageCalls,
  client: KeyManagementServiceClient,
  warn: (message: string) => void,
): Promise<void> {
  const checks = places.flatMap(({ residency, keyRing, ...buckets }) => [
    ...(['heads', 'contents', 'spool', 'secrets'] as const).map((use) => ({
      what: `${residency}, ${use}`,
      run: async () => (await checkBucket(calls, buckets[use], { residency, use })).forEach(warn),
    })),
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

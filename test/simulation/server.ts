import { People } from '../../src/access/index.ts';
import { Trail, type TrailParts } from '../../src/audit/index.ts';
import { recordsOf } from '../../src/documents/commit-records.ts';
import {
  type AllErasures,
  type Ambient,
  CommitHistory,
  ContentStore,
  DataKeys,
  DocumentKeys,
  Documents,
  HeadStore,
  pruneHeads,
  Requests,
  sweepContents,
  TenantKeys,
  UploadStore,
  Uploads,
} from '../../src/documents/index.ts';
import { LeaseBook } from '../../src/documents/leases/lease-book.ts';
import { LinkKeys } from '../../src/documents/link-keys.ts';
import { LINK_LIFETIME_MS, Links } from '../../src/documents/links.ts';
import { sweepSecrets } from '../../src/documents/lone-secrets.ts';
import { Members } from '../../src/documents/members.ts';
import { Records } from '../../src/documents/records.ts';
import { Redlines } from '../../src/documents/redlines.ts';
import { Holds } from '../../src/documents/retention/holds.ts';
import { Rewrapping } from '../../src/documents/rewrapping.ts';
import { FileLog } from '../../src/platform/embedded/index.ts';
import { actorOf, TENANT } from './actor.ts';
import { simulatedErasures } from './erasing.ts';
import type { Faults } from './faults.ts';
import { SimulatedKeys, type Vault } from './keys.ts';
import { type LeaseTable, SimulatedLeases } from './leases.ts';
import { type LogFiles, SimulatedLogs } from './log-files.ts';
import type { Proofs } from './proofs.ts';
import type { QueueTable, Wire } from './queue.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { SimulatedSink, type SinkRows } from './sink.ts';
import { Working } from './working.ts';
import { type Disk, type Sight, SimulatedStore } from './world.ts';

/** Keys leave the cache when they are asked for after their time. */
const NEVER = () => () => {};
/** So few versions in a page that some documents come to have pages of pages. */
const PAGE_SIZE = 2;
/** So few keys in a run that most passes take several. */
const KEYS_A_RUN = 8;
const KEYS_A_COMMIT = 4;
/** So few bytes in a file that it holds some groups of records. */
const LOG_BYTES = 2000;
/** Fewer than a real service keeps; as long as anybody may ask again what became of a request. */
const KEPT = { generations: 1, ms: 8 * 24 * 3_600_000 };

export interface Disks {
  readonly heads: Disk;
  readonly contents: Disk;
  readonly spool: Disk;
  readonly secrets: Disk;
}

/** All that outlives processes. */
export interface Outside {
  readonly disks: Disks;
  readonly vault: Vault;
  /** Where what happens is kept until a chain has it; `null`: as objects among the heads. */
  readonly logs: LogFiles | null;
  /** What auditors see. */
  readonly events: SinkRows;
  /** How far chores are, where processes share that; `null`: each one remembers its own. */
  readonly positions: Map<string, string> | null;
  /** Who works on what alone. */
  readonly leases: LeaseTable;
  /** Keys that sign. */
  readonly proofs: Proofs;
  /** Which operation is looked at next, and what processes tell each other of them. */
  readonly queue: QueueTable;
  readonly wire: Wire;
  /** What should not go wrong where nobody waits. */
  readonly alarms: string[];
}

/** The room `documents` as one process has it. */
export class Server {
  readonly process: Process;
  readonly heads: HeadStore;
  readonly contents: ContentStore;
  readonly documents: Documents;
  readonly redlines: Redlines;
  readonly members: Members;
  readonly holds: Holds;
  readonly leases: LeaseBook;
  readonly uploads: Uploads;
  readonly requests: Requests;
  readonly links: Links;
  readonly keys: TenantKeys;
  readonly trail: Trail;
  readonly records: Records;
  readonly people: People;
  readonly gone: AllErasures;
  readonly working: Working;
  readonly dataKeys: DataKeys;
  readonly ambient: Ambient;
  readonly #headBlobs: SimulatedStore;
  readonly #contentBlobs: SimulatedStore;
  readonly #secretBlobs: SimulatedStore;

  constructor(
    process: Process,
    scheduler: Scheduler,
    outside: Outside,
    faults: () => Faults,
    sight: Sight = 'kept',
  ) {
    this.process = process;
    const { disks, vault, positions, leases: table } = outside;
    const ambient = ambientOf(scheduler, process);
    this.ambient = ambient;
    const service = new SimulatedKeys(vault, scheduler, process, faults);
    const held = { ...ambient, timer: NEVER, lifetimeMs: 60_000 };
    const dataKeys = new DataKeys(service, held);
    this.dataKeys = dataKeys;
    const store = (disk: Disk) => new SimulatedStore(disk, scheduler, process, faults, sight);
    const secrets = store(disks.secrets);
    this.#secretBlobs = secrets;
    const keys = new DocumentKeys({ ...held, secrets, service, dataKeys, ambient });
    this.#contentBlobs = store(disks.contents);
    this.#headBlobs = store(disks.heads);
    this.heads = new HeadStore(this.#headBlobs, keys, ambient, PAGE_SIZE);
    this.contents = new ContentStore(this.#contentBlobs, keys, ambient);
    // A real service keeps pruned heads for as long as any relay may sleep.
    const whole = new SimulatedStore(disks.heads, scheduler, process, faults, 'old');
    this.trail = new Trail({
      ...outboxOf(outside, scheduler, process, faults),
      ...{ store: this.#headBlobs, ambient },
      commits: new CommitHistory(whole, new HeadStore(whole, keys, ambient, PAGE_SIZE)),
    });
    this.heads.onCommit = ({ head }) => this.trail.committed(recordsOf(head));
    const leases = new SimulatedLeases(table, scheduler, process, faults);
    const stores = { heads: this.heads, contents: this.contents, ambient, leases, committed: async () => {} };
    this.leases = new LeaseBook(leases, stores);
    this.documents = new Documents(stores);
    this.redlines = new Redlines(stores, this.documents);
    this.members = new Members(stores);
    this.holds = new Holds(stores);
    this.uploads = new Uploads(new UploadStore(store(disks.spool), dataKeys, ambient), ambient);
    this.requests = new Requests(store(disks.spool), dataKeys, ambient);
    const linkKeys = new LinkKeys(this.#headBlobs, dataKeys, ambient, LINK_LIFETIME_MS.most);
    this.links = new Links(stores, linkKeys);
    this.records = new Records({ heads: this.#headBlobs, secrets }, dataKeys, ambient);
    this.people = new People(this.records, ambient.clock, ambient.random);
    const { heads, members, records, requests, trail } = this;
    const blobs = { heads: this.#headBlobs, spool: store(disks.spool) };
    const work = {
      process,
      scheduler,
      outside,
      faults,
      ambient,
      ...blobs,
      keys: dataKeys,
      trail,
      library: this,
    };
    this.working = new Working(work);
    const operations = this.working.store;
    this.gone = simulatedErasures({
      ...{ process, scheduler, faults, ambient, proofs: outside.proofs },
      ...{ heads, members, records, requests, trail, keys, operations, spool: blobs.spool },
      stores: { heads: this.#headBlobs, contents: this.#contentBlobs },
    });
    this.keys = new TenantKeys({
      ...{ service, held: keys, heads: this.#headBlobs, secrets },
      holders: [linkKeys, this.records, operations],
      rewrapping: new Rewrapping(this.heads, keys, ambient, actorOf(process.name), KEYS_A_COMMIT),
      catalogue: catalogueOf(positions ?? new Map(), scheduler, process),
      ...{ residency: 'local', clock: ambient.clock },
    });
  }

  /** All that a process does now and then because nobody asked for it. */
  async sweep(): Promise<void> {
    const actor = actorOf(this.process.name);
    await this.uploads.sweep();
    await this.requests.sweep();
    await this.working.tend();
    await sweepContents(this.heads, this.#contentBlobs, this.ambient, actor);
    await sweepSecrets(this.#headBlobs, this.#secretBlobs, this.ambient);
  }

  /** Goes on with what was begun and cut short. */
  async finish(): Promise<void> {
    await this.gone.erasures.begun.resume([TENANT]);
    await this.gone.personErasures.begun.resume([TENANT]);
  }

  async prune(): Promise<void> {
    await pruneHeads(this.#headBlobs, { newest: KEPT.generations, before: this.ambient.clock() - KEPT.ms });
  }

  /** One run of it. @returns how many keys nobody can unwrap. */
  async rewrap(): Promise<number> {
    return (await this.keys.rewrap(TENANT, KEYS_A_RUN)).lost;
  }
}

function ambientOf(scheduler: Scheduler, process: Process): Ambient {
  return {
    clock: () => Math.floor(scheduler.now) + process.skewMs,
    random: (size: number) => scheduler.bytes(size),
    pause: () => scheduler.wait(process),
  };
}

/** Where the trail of a process keeps what happens, and what shows it to auditors. */
function outboxOf(
  { logs, events }: Outside,
  scheduler: Scheduler,
  process: Process,
  faults: () => Faults,
): Pick<TrailParts, 'log' | 'sink'> {
  const ambient = { ...ambientOf(scheduler, process), fileBytes: LOG_BYTES };
  return {
    log: logs && new FileLog(new SimulatedLogs(logs, scheduler, process, faults), ambient),
    sink: new SimulatedSink(events, scheduler, process, faults),
  };
}

function catalogueOf(positions: Map<string, string>, scheduler: Scheduler, process: Process) {
  return {
    position: async (name: string): Promise<string | null> => {
      await scheduler.wait(process);
      return positions.get(name) ?? null;
    },
    setPosition: async (name: string, position: string): Promise<void> => {
      await scheduler.wait(process);
      positions.set(name, position);
    },
  };
}

import {
  type Ambient,
  ContentStore,
  DataKeys,
  Documents,
  HeadStore,
  Requests,
  sweepContents,
  UploadStore,
  Uploads,
} from '../../src/documents/index.ts';
import { Redlines } from '../../src/documents/redlines.ts';
import { actorOf } from './actor.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { type Disk, type Faults, SimulatedKeys, SimulatedStore } from './world.ts';

/** Keys leave the cache when they are asked for after their time. */
const NEVER = () => () => {};
/** So few versions in a page that some documents come to have pages of pages. */
const PAGE_SIZE = 2;

export interface Disks {
  readonly heads: Disk;
  readonly contents: Disk;
  readonly spool: Disk;
}

/** The room `documents` as one process has it. */
export class Server {
  readonly process: Process;
  readonly heads: HeadStore;
  readonly contents: ContentStore;
  readonly documents: Documents;
  readonly redlines: Redlines;
  readonly uploads: Uploads;
  readonly requests: Requests;
  readonly ambient: Ambient;
  readonly #contentBlobs: SimulatedStore;

  constructor(process: Process, scheduler: Scheduler, disks: Disks, faults: () => Faults) {
    this.process = process;
    const ambient = {
      clock: () => scheduler.now + process.skewMs,
      random: (size: number) => scheduler.bytes(size),
      pause: () => scheduler.wait(process),
    };
    this.ambient = ambient;
    const keys = new DataKeys(new SimulatedKeys(scheduler, process, faults), {
      ...ambient,
      timer: NEVER,
      lifetimeMs: 60_000,
    });
    const store = (disk: Disk) => new SimulatedStore(disk, scheduler, process, faults);
    this.#contentBlobs = store(disks.contents);
    this.heads = new HeadStore(store(disks.heads), keys, ambient, PAGE_SIZE);
    this.contents = new ContentStore(this.#contentBlobs, keys, ambient);
    const stores = { heads: this.heads, contents: this.contents, ambient, committed: async () => {} };
    this.documents = new Documents(stores);
    this.redlines = new Redlines(stores, this.documents);
    this.uploads = new Uploads(new UploadStore(store(disks.spool), keys, ambient), ambient);
    this.requests = new Requests(store(disks.spool), keys, ambient);
  }

  /** All that a process does now and then because nobody asked for it. */
  async sweep(): Promise<void> {
    const actor = actorOf(this.process.name);
    await this.uploads.sweep();
    await this.requests.sweep();
    await sweepContents(this.heads, this.#contentBlobs, this.ambient, actor);
  }
}

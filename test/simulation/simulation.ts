import type { Actor } from '../../src/access/index.ts';
import {
  type Ambient,
  ContentStore,
  DataKeys,
  Documents,
  DocumentsError,
  type Head,
  HeadStore,
  sweepContents,
} from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { type Process, Scheduler } from './scheduler.ts';
import { Disk, type Faults, NO_FAULTS, SimulatedKeys, SimulatedStore } from './world.ts';

/** A request of a client, which asks again under the same operation until it knows. */
interface Task {
  readonly operation: string;
  readonly kind: 'create' | 'label' | 'version' | 'restore' | 'remove' | 'undelete' | 'copy' | 'sweep';
  /** What it is about; of copies the one that is copied. */
  readonly document: string | null;
  /** Who tries; when that one is dead, another may. */
  owner: Process;
  /** How often it was begun. */
  tries: number;
  /** `refused`: the client was told that nothing happened, and asks no more. */
  outcome: 'open' | 'done' | 'refused';
}

/** What a run left behind, and what clients were told. */
export interface History {
  readonly seed: number;
  readonly steps: number;
  readonly tasks: readonly Task[];
  /** Heads by document, oldest first. */
  readonly documents: ReadonlyMap<string, readonly Head[]>;
  /** Operations that the journal names. */
  readonly journal: ReadonlySet<string>;
  /** Names of stored contents after the last sweep. */
  readonly contents: ReadonlySet<string>;
  /** Versions whose bytes do not come back as they were written. */
  readonly unreadable: readonly string[];
  readonly crashes: number;
  /** What a client found that no client should. */
  readonly alarms: readonly string[];
}

const TENANT = 't';
const KINDS = [
  'create',
  'label',
  'label',
  'version',
  'version',
  'restore',
  'remove',
  'undelete',
  'copy',
  'sweep',
] as const;
/** Keys leave the cache when they are asked for after their time. */
const NEVER = () => () => {};
const DAY_MS = 24 * 3_600_000;
const MOST_TRIES = 12;

/** The real code over a world that the seed disturbs. */
export async function simulate(seed: number): Promise<History> {
  const scheduler = new Scheduler(seed);
  const disks = { heads: new Disk(), contents: new Disk() };
  const hard = scheduler.random() * 0.25;
  const rate = () => (scheduler.chance(0.5) ? scheduler.random() * hard : 0);
  let faults: Faults = {
    refused: rate(),
    lost: rate(),
    vanished: rate(),
    late: rate(),
    twice: rate(),
    full: rate() / 4,
  };
  const crashing = rate() / 8;
  const run = new Run(scheduler, disks, () => faults);
  await scheduler.run(() => run.disturb(crashing));
  faults = NO_FAULTS;
  const judge = run.process('judge', 0);
  const told = inspect(judge, run, seed);
  await scheduler.run(() => {});
  return await told;
}

/** The room `documents` as one process has it. */
class Server {
  readonly process: Process;
  readonly heads: HeadStore;
  readonly contents: ContentStore;
  readonly contentBlobs: SimulatedStore;
  readonly documents: Documents;
  readonly ambient: Ambient;

  constructor(process: Process, scheduler: Scheduler, disks: Disks, faults: () => Faults) {
    this.process = process;
    this.ambient = {
      clock: () => scheduler.now + process.skewMs,
      random: (size) => scheduler.bytes(size),
      pause: () => scheduler.wait(process),
    };
    const keys = new DataKeys(new SimulatedKeys(scheduler, process, faults), {
      ...this.ambient,
      timer: NEVER,
      lifetimeMs: 60_000,
    });
    this.contentBlobs = new SimulatedStore(disks.contents, scheduler, process, faults);
    this.heads = new HeadStore(
      new SimulatedStore(disks.heads, scheduler, process, faults),
      keys,
      this.ambient,
    );
    this.contents = new ContentStore(this.contentBlobs, keys, this.ambient);
    this.documents = new Documents({
      ...{ heads: this.heads, contents: this.contents, ambient: this.ambient },
      committed: async () => {},
    });
  }
}

interface Disks {
  readonly heads: Disk;
  readonly contents: Disk;
}

class Run {
  readonly tasks: Task[] = [];
  readonly scheduler: Scheduler;
  readonly disks: Disks;
  readonly faults: () => Faults;
  crashes = 0;
  readonly alarms: string[] = [];
  /** Documents that somebody heard of. */
  readonly known: string[] = [];
  readonly #servers: Server[] = [];

  constructor(scheduler: Scheduler, disks: Disks, faults: () => Faults) {
    this.scheduler = scheduler;
    this.disks = disks;
    this.faults = faults;
    for (const name of ['a', 'b', 'c']) this.#start(name, () => 2 + Math.floor(scheduler.random() * 4));
  }

  process(name: string, skewMs: number): Process {
    return { name, dead: false, paused: 0, skewMs };
  }

  /** Before every step: somebody may die, sleep, or a day may pass. */
  disturb(crashing: number): void {
    const { scheduler } = this;
    if (scheduler.chance(0.004)) scheduler.now += DAY_MS * (0.5 + scheduler.random());
    if (scheduler.chance(0.01))
      scheduler.pick(this.#servers).process.paused = Math.floor(scheduler.random() * 60);
    if (!scheduler.chance(crashing)) return;
    const server = scheduler.pick(this.#servers);
    if (server.process.dead) return;
    server.process.dead = true;
    this.crashes += 1;
    const open = this.tasks.filter(({ outcome }) => outcome === 'open').length;
    this.#start(`${server.process.name}'`, () => (open > 0 ? 1 : 0));
  }

  #start(name: string, count: () => number): void {
    const skewMs = Math.floor((this.scheduler.random() - 0.5) * 600_000);
    const server = new Server(this.process(name, skewMs), this.scheduler, this.disks, this.faults);
    this.#servers.push(server);
    void this.#serve(server, count());
  }

  /** What clients of one process ask, one after the other; first what a dead one left open. */
  async #serve(server: Server, count: number): Promise<void> {
    const orphaned = this.tasks.filter(({ outcome, owner }) => outcome === 'open' && owner.dead);
    for (const task of orphaned) {
      if (!task.owner.dead || this.scheduler.chance(0.3)) continue;
      task.owner = server.process;
      await this.#attempt(server, task);
    }
    for (let n = 0; n < count; n += 1) {
      const kind = this.known.length === 0 ? 'create' : this.scheduler.pick(KINDS);
      const operation = `o_${server.process.name.replaceAll("'", '-')}${n}`;
      const document = this.known.length === 0 ? null : this.scheduler.pick(this.known);
      const task: Task = { operation, kind, document, owner: server.process, tries: 0, outcome: 'open' };
      this.tasks.push(task);
      await this.#attempt(server, task);
    }
  }

  async #attempt(server: Server, task: Task): Promise<void> {
    for (let attempt = 0; attempt < MOST_TRIES && task.outcome === 'open'; attempt += 1) {
      task.tries += 1;
      try {
        await this.#act(server, task);
        task.outcome = 'done';
      } catch (error) {
        if (isAlarming(error)) this.alarms.push(`${task.operation}: ${error.message}`);
        else if (saysNothingHappened(error, task) && this.scheduler.chance(0.5)) task.outcome = 'refused';
      }
    }
  }

  async #act(server: Server, { kind, operation, document }: Task): Promise<unknown> {
    const { documents, ambient } = server;
    const actor = actorOf(server.process.name);
    if (kind === 'sweep') return await sweepContents(server.heads, server.contentBlobs, ambient, actor);
    if (kind === 'create') {
      const created = await documents.create(
        { actor, operation },
        async () => ({ name: 'x', labels: [] }),
        upload(operation),
      );
      this.known.push(created.head.id);
      return created;
    }
    if (document === null) throw new Error('A task about no document.');
    const { head, generation } = await documents.get(actor, document, { deleted: true });
    if (kind === 'copy') return await documents.copy({ actor, operation }, { document });
    const change = { actor, operation, document, ifMatch: generation };
    switch (kind) {
      case 'label':
        return await documents.describe(change, { labels: [...head.labels, operation] });
      case 'version':
        return await documents.addVersion(change, upload(operation));
      case 'restore':
        return await documents.restoreVersion(change, 1);
      case 'remove':
        return await documents.remove(change);
      case 'undelete':
        return await documents.undelete(change);
    }
  }
}

function isAlarming(error: unknown): error is OutsideError {
  return error instanceof OutsideError && (error.failure === 'damaged' || error.failure === 'refused');
}

/** Whether an error means that the operation did not happen and will not. @throws what nothing should throw. */
function saysNothingHappened(error: unknown, { tries }: Task): boolean {
  if (error instanceof DocumentsError) return error.code !== 'documents/unclear';
  // What an earlier try did may still come.
  if (error instanceof OutsideError && error.failure !== 'damaged')
    return error.failure !== 'unclear' && tries === 1;
  throw error;
}

function actorOf(name: string): Actor {
  return {
    tenant: TENANT,
    kind: 'operator',
    id: name,
    credential: 'loopback',
    address: null,
    requestId: 'r',
  };
}

/** Bytes that tell which operation wrote them. */
function upload(operation: string) {
  async function* body(): AsyncIterable<Uint8Array> {
    yield Buffer.from(`content of ${operation}`);
    yield new Uint8Array(3);
  }
  return { type: 'text/plain', body: body() };
}

/** What is there when everything has come to rest, and after a last sweep a few days later. */
async function inspect(process: Process, run: Run, seed: number): Promise<History> {
  const { scheduler, disks } = run;
  const server = new Server(process, scheduler, disks, () => NO_FAULTS);
  scheduler.now += 5 * DAY_MS;
  await sweepContents(server.heads, server.contentBlobs, server.ambient, actorOf('judge'));
  const documents = new Map<string, Head[]>();
  for (const name of disks.heads.objects.keys()) {
    if (!name.startsWith('heads/')) continue;
    const id = name.split('/')[2] ?? '';
    const heads: Head[] = [];
    for await (const { head } of server.heads.history(TENANT, id)) heads.push(head);
    documents.set(id, heads);
  }
  const unreadable = await readAll(server, documents);
  return {
    seed,
    steps: scheduler.steps,
    tasks: run.tasks,
    documents,
    journal: new Set(
      [...disks.heads.objects.keys()]
        .filter((name) => name.startsWith('journal/'))
        .map((name) => name.split('/')[4] ?? ''),
    ),
    contents: new Set(disks.contents.objects.keys()),
    unreadable,
    crashes: run.crashes,
    alarms: run.alarms,
  };
}

async function readAll(server: Server, documents: ReadonlyMap<string, readonly Head[]>): Promise<string[]> {
  const unreadable: string[] = [];
  for (const [id, heads] of documents) {
    for (const version of heads.at(-1)?.versions ?? []) {
      const place = `${id} version ${version.number}`;
      try {
        const chunks: Uint8Array[] = [];
        for await (const chunk of await server.contents.read(TENANT, id, version)) chunks.push(chunk);
        if (Buffer.concat(chunks).length !== version.facts.size) unreadable.push(place);
      } catch (error) {
        if (!(error instanceof OutsideError)) throw error;
        unreadable.push(`${place}: ${error.message}`);
      }
    }
  }
  return unreadable;
}

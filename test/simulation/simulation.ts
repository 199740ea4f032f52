import { AccessError } from '../../src/access/index.ts';
import { DocumentsError } from '../../src/documents/index.ts';
import { JobError } from '../../src/jobs/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { act } from './acts.ts';
import { type Faults, NO_FAULTS } from './faults.ts';
import { type Begin, type History, inspect } from './inspect.ts';
import { Vault } from './keys.ts';
import { GOINGS, GUESTS, KINDS, type Kind, PERSONAL, REPEATABLE, WORKS } from './kinds.ts';
import { LeaseTable } from './leases.ts';
import { QueueTable } from './queue.ts';
import { type Process, Scheduler } from './scheduler.ts';
import { type Outside, Server } from './server.ts';
import type { Clients, Task } from './tasks.ts';
import { Disk } from './world.ts';

const DAY_MS = 24 * 3_600_000;
const MOST_TRIES = 12;
const MOST_AGES = 3;
/** What a process does first that begins after a long time. */
const AFTER_AGES = ['prune', 'rewrap', 'rewrap', 'retire', 'rotate', 'rewrap', 'sweep'] as const;

/** The real code over a world that the seed disturbs. */
export async function simulate(seed: number): Promise<History> {
  const scheduler = new Scheduler(seed);
  const disk = () => new Disk(scheduler);
  const outside: Outside = {
    disks: { heads: disk(), contents: disk(), spool: disk(), secrets: disk() },
    vault: new Vault(scheduler),
    logs: scheduler.chance(0.7) ? new Map() : null,
    events: new Map(),
    positions: scheduler.chance(0.5) ? new Map() : null,
    leases: new LeaseTable(scheduler),
    proofs: new Map(),
    queue: new QueueTable(scheduler),
    wire: new Set(),
    alarms: [],
  };
  const hard = scheduler.random() * 0.25;
  const rate = () => (scheduler.chance(0.5) ? scheduler.random() * hard : 0);
  let faults: Faults = {
    refused: rate(),
    lost: rate(),
    vanished: rate(),
    late: rate(),
    twice: rate(),
    cut: rate() / 4,
    full: rate() / 4,
  };
  const crashing = rate() / 8;
  const ages = scheduler.chance(0.3) ? 0.005 : 0.0005;
  const run = new Run(scheduler, outside, () => faults);
  await scheduler.run(() => run.disturb(crashing, ages));
  faults = NO_FAULTS;
  const begin: Begin = (sight, of = outside) =>
    new Server(run.process('judge', 0), scheduler, of, () => NO_FAULTS, sight);
  const { tasks, crashes, clients } = run;
  const told = inspect(begin, { seed, scheduler, outside, tasks, crashes, clients });
  await scheduler.run(() => {});
  outside.leases.close();
  outside.queue.close();
  return await told;
}

class Run {
  readonly tasks: Task[] = [];
  readonly clients: Clients;
  readonly scheduler: Scheduler;
  readonly outside: Outside;
  readonly faults: () => Faults;
  crashes = 0;
  #ages = 0;
  readonly #kinds: readonly Kind[];
  readonly #servers: Server[] = [];

  constructor(scheduler: Scheduler, outside: Outside, faults: () => Faults) {
    this.scheduler = scheduler;
    this.outside = outside;
    this.faults = faults;
    const often = scheduler.random();
    if (often < 0.25) this.#kinds = [...KINDS, ...GOINGS, ...GOINGS, ...GOINGS];
    else this.#kinds = often < 0.5 ? [...KINDS, ...WORKS, ...WORKS, ...WORKS] : KINDS;
    const { vault } = outside;
    this.clients = {
      scheduler,
      vault,
      links: [],
      known: [],
      documentOf: new Map(),
      expelled: [],
      held: [],
      met: [],
      visits: new Map(),
      forgotten: new Set(),
      landed: () => outside.disks.heads.landed,
      taken: new Map(),
      cancelled: new Set(),
      alarms: outside.alarms,
    };
    for (const name of ['a', 'b', 'c']) this.#start(name, () => 2 + Math.floor(scheduler.random() * 5));
  }

  process(name: string, skewMs: number): Process {
    return { name, dead: false, paused: 0, skewMs };
  }

  /** Before every step: somebody may die, sleep, or a day may pass. */
  disturb(crashing: number, ages: number): void {
    const { scheduler } = this;
    if (scheduler.chance(0.002)) scheduler.now += DAY_MS * (0.5 + scheduler.random());
    if (scheduler.chance(ages) && this.#ages < MOST_AGES && !scheduler.isLate) this.#letAgesPass();
    if (scheduler.chance(0.01))
      scheduler.pick(this.#servers).process.paused = Math.floor(scheduler.random() * 60);
    if (scheduler.chance(0.01)) this.outside.leases.flush();
    if (scheduler.chance(0.003)) this.outside.queue.flush();
    if (!scheduler.chance(crashing)) return;
    const server = scheduler.pick(this.#servers);
    if (server.process.dead) return;
    server.process.dead = true;
    this.crashes += 1;
    const open = this.tasks.filter(({ outcome }) => outcome === 'open').length;
    this.#start(`${server.process.name}'`, () => (open > 0 ? 1 : 0));
  }

  /** So long that nothing that was under way then goes on. */
  #letAgesPass(): void {
    const { scheduler } = this;
    this.#ages += 1;
    scheduler.now += (9 + 4 * scheduler.random()) * DAY_MS;
    for (const { process } of this.#servers.filter((server) => !server.process.dead)) {
      process.dead = true;
      this.#start(`${process.name}'`, () => 1 + Math.floor(scheduler.random() * 3), AFTER_AGES);
    }
  }

  /** @param chores what it does first. */
  #start(name: string, count: () => number, chores: readonly Kind[] = []): void {
    const skewMs = Math.floor((this.scheduler.random() - 0.5) * 600_000);
    const server = new Server(this.process(name, skewMs), this.scheduler, this.outside, this.faults);
    this.#servers.push(server);
    void this.#serve(server, count(), chores);
  }

  /** What clients of one process ask, one after the other; first what a dead one left open. */
  async #serve(server: Server, count: number, chores: readonly Kind[]): Promise<void> {
    for (const [at, kind] of chores.entries())
      await this.#attempt(server, this.#task(server, kind, `h${at}`));
    const orphaned = this.tasks.filter(({ outcome, owner }) => outcome === 'open' && owner.dead);
    for (const task of orphaned) {
      if (!task.owner.dead || this.scheduler.chance(0.3)) continue;
      task.owner = server.process;
      await this.#attempt(server, task);
    }
    for (let n = 0; n < count; n += 1) {
      const task = this.#newTask(server, n);
      this.tasks.push(task);
      // Sometimes a client sends its request again before it has an answer, and another process gets it.
      const twice = REPEATABLE.includes(task.kind) && this.scheduler.chance(0.2);
      const other = twice ? this.#other(server) : null;
      await Promise.all([this.#attempt(server, task), other === null ? null : this.#attempt(other, task)]);
      if (task.answers.length > 0 && this.scheduler.chance(0.5)) await this.#again(server, task);
    }
  }

  #newTask(server: Server, n: number): Task {
    const { known } = this.clients;
    const kind = known.length === 0 ? this.scheduler.pick(FIRST) : this.scheduler.pick(this.#kinds);
    return this.#task(server, kind, String(n));
  }

  #task(server: Server, kind: Kind, n: string): Task {
    const { known, met } = this.clients;
    const operation = `o_${server.process.name.replaceAll("'", '-')}${n}`;
    const document = known.length === 0 ? null : this.scheduler.pick(this.#choice(kind));
    const guest = GUESTS.includes(kind) && this.scheduler.chance(0.6);
    const asked = { operation, kind, document, guest, owner: server.process };
    const person = PERSONAL.includes(kind) && met.length > 0 ? this.scheduler.pick(met) : null;
    return { ...asked, person, landed: null, tries: 0, outcome: 'open', upload: null, answers: [] };
  }

  /** What a task may be about: documents that have redlines are erased more often. */
  #choice(kind: Kind): readonly string[] {
    const { known, documentOf } = this.clients;
    return kind === 'erase' && documentOf.size > 0 ? [...known, ...documentOf.keys()] : known;
  }

  #other(server: Server): Server | null {
    const others = this.#servers.filter((one) => one !== server && !one.process.dead);
    return others.length === 0 ? null : this.scheduler.pick(others);
  }

  async #attempt(server: Server, task: Task): Promise<void> {
    for (let attempt = 0; attempt < MOST_TRIES && task.outcome === 'open'; attempt += 1) {
      task.tries += 1;
      task.landed ??= this.clients.landed();
      try {
        await act(this.clients, server, task);
        task.outcome = 'done';
      } catch (error) {
        if (isAlarming(error)) this.clients.alarms.push(`${task.operation}: ${error.message}`);
        else if (this.#saysNothingHappened(error, task) && this.scheduler.chance(0.5)) {
          if (task.outcome === 'open') task.outcome = 'refused';
        }
      }
    }
  }

  /** What was answered is asked once more. */
  async #again(server: Server, task: Task): Promise<void> {
    await act(this.clients, server, task).catch((error: unknown) => {
      if (isAlarming(error)) this.clients.alarms.push(`${task.operation}: ${error.message}`);
    });
  }

  /** Whether an error means that the operation did not happen and will not. @throws what nothing should throw. */
  #saysNothingHappened(error: unknown, { tries, kind, document, guest }: Task): boolean {
    const isFirst = tries === 1;
    if (error instanceof DocumentsError) {
      // Who asks for these is told about something else, before it is looked whether an earlier try did it.
      const below = guest || OF_DOCUMENTS.includes(kind) || this.clients.documentOf.has(document ?? '');
      // What an earlier try did may have been erased since.
      const aside = /^(uploads|leases|erasures)\/|\/not-found$/.test(error.code);
      const isAside = aside || (below && error.code !== 'documents/stale');
      return error.code !== 'documents/unclear' && (isFirst || !isAside);
    }
    if (error instanceof AccessError && kind === 'visit') return false;
    if (error instanceof JobError && (kind === 'cancel' || kind === 'again')) return true;
    // What an earlier try did may still come.
    if (error instanceof OutsideError && error.failure !== 'damaged')
      return error.failure !== 'unclear' && isFirst;
    throw error;
  }
}

/** What is asked of a document even where a redline of it was picked, or begins with asking for something else. */
const OF_DOCUMENTS: readonly Kind[] = [
  'redline',
  'admit',
  'expel',
  'hold',
  'release',
  'leased',
  'erase',
  'join',
  'later',
  'batch',
];
const FIRST = ['create', 'upload', 'keyed'] as const;

function isAlarming(error: unknown): error is OutsideError {
  return error instanceof OutsideError && (error.failure === 'damaged' || error.failure === 'refused');
}

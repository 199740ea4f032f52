import type { Channel } from '../../src/access/index.ts';
import type {
  AfterDead,
  Asked,
  DeadJob,
  Job,
  JobQueue,
  Presence,
  QueueState,
  TakenJob,
} from '../../src/jobs/index.ts';
import { SqliteJobQueue } from '../../src/platform/embedded/index.ts';
import { disturbed, type Faults } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** The queue of all processes, which may forget everything at any moment. */
export class QueueTable {
  readonly #scheduler: Scheduler;
  #queue: SqliteJobQueue;
  /** When it forgot everything; milliseconds since 1970, 0 for never. */
  flushedAt = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#queue = this.#open();
  }

  get current(): JobQueue {
    return this.#queue;
  }

  flush(): void {
    this.flushedAt = this.#scheduler.now;
    this.#queue.close();
    this.#queue = this.#open();
  }

  close(): void {
    this.#queue.close();
  }

  #open(): SqliteJobQueue {
    return SqliteJobQueue.open(':memory:', () => this.#scheduler.now);
  }
}

/** One process's view of it: every call waits for its turn, and may go wrong. */
export class SimulatedQueue implements JobQueue {
  readonly #call: <Answer>(ask: (queue: JobQueue) => Promise<Answer>) => Promise<Answer>;

  constructor(table: QueueTable, scheduler: Scheduler, process: Process, faults: () => Faults) {
    this.#call = async (ask) =>
      await disturbed('JobQueue', scheduler, process, faults(), () => {
        const answer = ask(table.current);
        // Of what was sent twice, or comes late, nobody waits for the answer.
        answer.catch(() => {});
        return answer;
      });
  }

  async add(jobs: readonly Job[], delayMs = 0): Promise<void> {
    await this.#call((queue) => queue.add(jobs, delayMs));
  }

  async take(asked: Asked, signal: AbortSignal): Promise<TakenJob | null> {
    return await this.#call((queue) => queue.take(asked, signal));
  }

  async renew(job: TakenJob, lockMs: number): Promise<boolean> {
    return await this.#call((queue) => queue.renew(job, lockMs));
  }

  async finish(job: TakenJob): Promise<boolean> {
    return await this.#call((queue) => queue.finish(job));
  }

  async retry(job: TakenJob, delayMs: number): Promise<boolean> {
    return await this.#call((queue) => queue.retry(job, delayMs));
  }

  async release(job: TakenJob): Promise<boolean> {
    return await this.#call((queue) => queue.release(job));
  }

  async bury(job: TakenJob, reason: string): Promise<boolean> {
    return await this.#call((queue) => queue.bury(job, reason));
  }

  async remove(id: string): Promise<void> {
    await this.#call((queue) => queue.remove(id));
  }

  async missing(ids: readonly string[]): Promise<readonly string[]> {
    return await this.#call((queue) => queue.missing(ids));
  }

  async dead(page: { after: AfterDead | null; limit: number }): Promise<readonly DeadJob[]> {
    return await this.#call((queue) => queue.dead(page));
  }

  async replay(id: string): Promise<boolean> {
    return await this.#call((queue) => queue.replay(id));
  }

  async announce(presence: Presence, holdsMs: number): Promise<void> {
    await this.#call((queue) => queue.announce(presence, holdsMs));
  }

  async state(): Promise<QueueState> {
    return await this.#call((queue) => queue.state());
  }

  async probe(): Promise<void> {
    await this.#call((queue) => queue.probe());
  }
}

interface Listener {
  readonly process: Process;
  readonly topic: string;
  readonly hear: (message: string) => void;
}

/** Who hears what others publish. */
export type Wire = Set<Listener>;

/** One process's view of the wire: what is published reaches some who listen, and not all. */
export class SimulatedChannel implements Channel {
  readonly #wire: Wire;
  readonly #scheduler: Scheduler;
  readonly #process: Process;

  constructor(wire: Wire, scheduler: Scheduler, process: Process) {
    this.#wire = wire;
    this.#scheduler = scheduler;
    this.#process = process;
  }

  async publish(topic: string, message: string): Promise<void> {
    await this.#scheduler.wait(this.#process);
    for (const { process, topic: heard, hear } of [...this.#wire])
      if (heard === topic && !process.dead && this.#scheduler.chance(0.7)) hear(message);
  }

  async subscribe(topic: string, hear: (message: string) => void): Promise<() => void> {
    const listener = { process: this.#process, topic, hear };
    this.#wire.add(listener);
    return () => this.#wire.delete(listener);
  }

  async probe(): Promise<void> {}
}

import type { Lease, LeaseAsked, LeaseName, Leases, LeaseTaking } from '../../src/documents/index.ts';
import { SqliteLeases } from '../../src/platform/embedded/index.ts';
import { disturbed, type Faults } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** The leases of all processes, which may be lost at any moment. */
export class LeaseTable {
  readonly #scheduler: Scheduler;
  #leases: SqliteLeases;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#leases = this.#open();
  }

  get current(): Leases {
    return this.#leases;
  }

  /** Everything is gone, the counters too; that takes a moment. */
  flush(): void {
    this.#leases.close();
    this.#leases = this.#open();
    this.#scheduler.now += 1;
  }

  close(): void {
    this.#leases.close();
  }

  #open(): SqliteLeases {
    return SqliteLeases.open(':memory:', () => this.#scheduler.now);
  }
}

/** One process's view of them: every call waits for its turn, and may go wrong. */
export class SimulatedLeases implements Leases {
  readonly #table: LeaseTable;
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #faults: () => Faults;

  constructor(table: LeaseTable, scheduler: Scheduler, process: Process, faults: () => Faults) {
    this.#table = table;
    this.#scheduler = scheduler;
    this.#process = process;
    this.#faults = faults;
  }

  async take(asked: LeaseAsked): Promise<LeaseTaking> {
    return await this.#change((leases) => leases.take(asked));
  }

  async renew(name: LeaseName, lifetimeMs: number): Promise<Lease | null> {
    return await this.#change((leases) => leases.renew(name, lifetimeMs));
  }

  async release(name: LeaseName): Promise<boolean> {
    return await this.#change((leases) => leases.release(name));
  }

  async list(tenant: string, document: string): Promise<readonly Lease[]> {
    return await this.#change((leases) => leases.list(tenant, document));
  }

  async probe(): Promise<void> {
    await this.#change((leases) => leases.probe());
  }

  async #change<Answer>(apply: (leases: Leases) => Promise<Answer>): Promise<Answer> {
    return await disturbed('Leases', this.#scheduler, this.#process, this.#faults(), () =>
      apply(this.#table.current),
    );
  }
}

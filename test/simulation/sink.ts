import type { AuditEvent, AuditPage, AuditSink, SequenceRange } from '../../src/audit/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { disturbed, type Faults, NO_FAULTS } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** What the sink has, by sequence; whoever asks. */
export type SinkRows = Map<number, AuditEvent>;

/** One process's view of a sink: every call waits for its turn, and may go wrong. */
export class SimulatedSink implements AuditSink {
  readonly #rows: SinkRows;
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #faults: () => Faults;

  constructor(rows: SinkRows, scheduler: Scheduler, process: Process, faults: () => Faults) {
    this.#rows = rows;
    this.#scheduler = scheduler;
    this.#process = process;
    this.#faults = faults;
  }

  async prepare(): Promise<void> {
    await this.#ask(() => {});
  }

  async append(events: readonly AuditEvent[]): Promise<void> {
    const add = (): void => {
      for (const event of events) {
        const there = this.#rows.get(event.sequence);
        if (there !== undefined && there.hash !== event.hash) {
          throw new OutsideError('AuditSink', 'damaged', `Another event has the number ${event.sequence}.`);
        }
        this.#rows.set(event.sequence, event);
      }
    };
    await disturbed('AuditSink', this.#scheduler, this.#process, this.#faults(), add);
  }

  async last(): Promise<number> {
    return await this.#ask(() => Math.max(0, ...this.#rows.keys()));
  }

  async known(_: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const there = new Set([...this.#rows.values()].map(({ id }) => id));
    return await this.#ask(() => new Set(ids.filter((id) => there.has(id))));
  }

  async gaps(_: string, last: number): Promise<readonly SequenceRange[]> {
    const missing = Array.from({ length: last }, (_, at) => at + 1).filter((one) => !this.#rows.has(one));
    return await this.#ask(() => missing.map((one) => ({ first: one, last: one })));
  }

  async list(): Promise<AuditPage> {
    return await this.#ask(() => ({ events: [...this.#rows.values()], next: null }));
  }

  async probe(): Promise<void> {
    await this.#ask(() => {});
  }

  async #ask<Answer>(answer: () => Answer): Promise<Answer> {
    const { refused } = this.#faults();
    return await disturbed('AuditSink', this.#scheduler, this.#process, { ...NO_FAULTS, refused }, answer);
  }
}

import type { LockedPlace, NameStretch } from '../../src/audit/index.ts';
import { disturbed, type Faults } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** What is signed, whoever asks. */
export type Proofs = Map<string, string>;

/** One process's view of the place where nothing is changed: every call waits for its turn, and may go wrong. */
export class SimulatedPlace implements LockedPlace {
  readonly #proofs: Proofs;
  readonly #change: <Answer>(apply: () => Answer) => Promise<Answer>;

  constructor(proofs: Proofs, scheduler: Scheduler, process: Process, faults: () => Faults) {
    this.#proofs = proofs;
    this.#change = (apply) => disturbed('LockedPlace', scheduler, process, faults(), apply);
  }

  add(name: string, text: string): Promise<boolean> {
    return this.#change(() => !this.#proofs.has(name) && this.#proofs.set(name, text) !== undefined);
  }

  read(name: string): Promise<string | null> {
    return this.#change(() => this.#proofs.get(name) ?? null);
  }

  list(prefix: string, { from = '', before, most = Infinity }: NameStretch = {}): Promise<readonly string[]> {
    const isMeant = (name: string) =>
      name.startsWith(prefix) && name >= from && (before === undefined || name < before);
    return this.#change(() => [...this.#proofs.keys()].filter(isMeant).sort().slice(0, most));
  }
}

import { OutsideError } from '../../src/kit/index.ts';
import type { LogDisk, LogFile } from '../../src/platform/embedded/log-folder.ts';
import { disturbed, type Faults } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** Files of logs by name, whoever asks. */
export type LogFiles = Map<string, Uint8Array>;

/** One process's view of a folder of logs: every call waits for its turn, may go wrong, and may be cut short by a crash. */
export class SimulatedLogs implements LogDisk {
  readonly #files: LogFiles;
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #faults: () => Faults;

  constructor(files: LogFiles, scheduler: Scheduler, process: Process, faults: () => Faults) {
    this.#files = files;
    this.#scheduler = scheduler;
    this.#process = process;
    this.#faults = faults;
  }

  names(): Promise<readonly string[]> {
    return this.#ask(() => [...this.#files.keys()]);
  }

  async create(name: string, bytes: number): Promise<LogFile> {
    const file = new Uint8Array(bytes);
    await this.#change(() => this.#files.set(name, file));
    return { write: (frame, position) => this.#write(file, frame, position), close: async () => {} };
  }

  read(name: string): Promise<Uint8Array | null> {
    return this.#ask(() => this.#files.get(name)?.slice() ?? null);
  }

  isThere(name: string): Promise<boolean> {
    return this.#ask(() => this.#files.has(name));
  }

  rename(from: string, to: string): Promise<boolean> {
    return this.#change(() => {
      const file = this.#files.get(from);
      if (file === undefined) return false;
      this.#files.delete(from);
      this.#files.set(to, file);
      return true;
    });
  }

  async remove(name: string): Promise<void> {
    await this.#change(() => this.#files.delete(name));
  }

  /** A part of the bytes is there before all are: what is left when the process dies in between. */
  async #write(file: Uint8Array, frame: Uint8Array, position: number): Promise<void> {
    const part = Math.floor(this.#scheduler.random() * frame.length);
    file.set(frame.subarray(0, part), position);
    await this.#change(() => file.set(frame, position));
  }

  #change<Answer>(apply: () => Answer): Promise<Answer> {
    return disturbed('BlobStore', this.#scheduler, this.#process, this.#faults(), apply);
  }

  async #ask<Answer>(answer: () => Answer): Promise<Answer> {
    await this.#scheduler.wait(this.#process);
    if (this.#scheduler.chance(this.#faults().refused)) {
      throw new OutsideError('BlobStore', 'unavailable', 'simulated');
    }
    return answer();
  }
}

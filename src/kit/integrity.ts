import type { Log, LogFields } from './log.ts';
import { OutsideError } from './outside-error.ts';

/**
 * Where it comes together that something stored is not what was written: a line in the log that somebody should be woken
 * by, and a count. `integrity.damaged` is certain; `integrity.key-refused` says that the key service does not open what
 * stands before an object, because it was changed or because its key was destroyed.
 */
export class Integrity {
  readonly #log: Log;
  readonly #seen = new WeakSet<Error>();
  #failures = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Since the process began. */
  get failures(): number {
    return this.#failures;
  }

  /** Takes note of an error, once, where it is about integrity. @param fields where it was met. */
  note(error: unknown, fields: LogFields = {}): void {
    if (!(error instanceof OutsideError) || this.#seen.has(error)) return;
    const isRefusedKey = error.failure === 'refused' && error.port === 'KeyService';
    if (error.failure !== 'damaged' && !isRefusedKey) return;
    this.#seen.add(error);
    this.#failures += 1;
    const event = isRefusedKey ? 'integrity.key-refused' : 'integrity.damaged';
    this.#log.error(event, { part: error.port, ...fields });
  }
}

import { readConfig } from '../../src/config.ts';
import {
  changed,
  type Operation,
  type OperationEvent,
  type StoredOperation,
} from '../../src/documents/index.ts';
import { createLog, systemClock } from '../../src/kit/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
import { openLibrary } from '../../src/roles/index.ts';

/** An operation that another process than the service goes on with, at the same data: so what becomes of it is known. */
export class DrivenOperation {
  readonly #library: Awaited<ReturnType<typeof openLibrary>>;
  readonly #platform: Awaited<ReturnType<typeof openEmbeddedPlatform>>;
  #stored: StoredOperation;

  private constructor(
    library: Awaited<ReturnType<typeof openLibrary>>,
    platform: Awaited<ReturnType<typeof openEmbeddedPlatform>>,
    stored: StoredOperation,
  ) {
    this.#library = library;
    this.#platform = platform;
    this.#stored = stored;
  }

  /** It has one event. */
  static async open(dataDirectory: string): Promise<DrivenOperation> {
    const config = readConfig({ PORT: '0', REDLINE_DATA: dataDirectory }, {});
    const platform = await openEmbeddedPlatform(dataDirectory, config);
    const log = createLog('error', { write: () => {} });
    const library = await openLibrary({ config, platform, clock: systemClock, log });
    const actor = {
      ...({ tenant: 'local', kind: 'operator', id: 'operator', credential: 'loopback' } as const),
      ...{ address: null, requestId: 'r', subjects: [] },
    };
    const stored = await library.operations.create({
      ...{ kind: 'of nobody here', priority: 'batch', actor, request: {} },
    });
    return new DrivenOperation(library, platform, stored);
  }

  get id(): string {
    return this.#stored.operation.id;
  }

  /** As they are remembered. */
  get events(): readonly OperationEvent[] {
    return this.#stored.operation.events;
  }

  /** Goes on with it, by one event. */
  async step(change: Partial<Operation>): Promise<void> {
    const { operations } = this.#library;
    const next = await operations.write(this.#stored, changed(this.#stored.operation, change, Date.now()));
    if (next !== null) {
      this.#stored = next;
      return;
    }
    // The sweep of the service found it, and nobody there knows its kind.
    const found = await operations.read(this.#stored.operation);
    if (found === null) throw new Error('It is gone.');
    this.#stored = found;
    await this.step(change);
  }

  async end(): Promise<void> {
    await this.step({ state: 'succeeded', percent: 100, expiresAt: Date.now() + 3_600_000 });
  }

  async close(): Promise<void> {
    this.#library.close();
    await this.#platform.close();
  }
}

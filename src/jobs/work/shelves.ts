import type { ListedOperation, OperationStore } from '../../documents/index.ts';

/** Puts right which operations stand where, tenant by tenant, while all are passed in their order. */
export class Shelves {
  readonly #store: OperationStore;
  #all: ListedOperation[] = [];

  constructor(store: OperationStore) {
    this.#store = store;
  }

  /** @returns how many were elsewhere, of the tenant that this one ends. */
  async add(listed: ListedOperation): Promise<number> {
    const done = this.#all[0]?.tenant === listed.tenant ? 0 : await this.end();
    this.#all.push(listed);
    return done;
  }

  /** @returns as `add`. */
  async end(): Promise<number> {
    const [first] = this.#all;
    const all = this.#all;
    this.#all = [];
    return first === undefined ? 0 : await this.#store.tidy(first.tenant, all);
  }
}

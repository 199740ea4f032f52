import type { Actor } from '../../access/index.ts';
import {
  isOpen,
  type Operation,
  type OperationActor,
  type OperationStore,
  type SentInputs,
  type SentWith,
} from '../../documents/index.ts';
import { JobError } from '../errors.ts';
import type { Operations } from '../work/operations.ts';
import { atOnce } from './at-once.ts';
import { documentsOf, statesOf } from './handler.ts';
import { BATCH, type BatchPair, type BatchRequest, canRetry, requestOf } from './request.ts';

/** One pair, and what became of it; `null` until it is begun. */
export interface BatchItem {
  readonly index: number;
  readonly pair: BatchPair;
  readonly operation: Operation | null;
}

export interface Batch {
  readonly operation: Operation;
  readonly request: BatchRequest;
  readonly items: readonly BatchItem[];
}

/** Records that are read at a time. */
const AT_ONCE = 16;
/** Ends of pairs that are counted together. */
const COUNT_MS = 500;

/**
 * Batches: an operation of the kind `batch`, whose pairs are operations of their own, so that they never wait for one object.
 * What is told of a batch is read from them. Decision 0188. Throws `JobError`, `OutsideError` and `documents/unclear`.
 */
export class Batches {
  readonly #operations: Operations;
  readonly #store: OperationStore;

  constructor(operations: Operations, store: OperationStore) {
    this.#operations = operations;
    this.#store = store;
    operations.onEnd((operation) => this.#ended(operation));
  }

  /** What is sent with one that is not taken yet. */
  expect(tenant: string): SentInputs {
    return this.#store.expect(tenant);
  }

  /** Takes one: when this resolves each of its pairs will be compared, or it will be said why not. @param inputs what was sent. */
  async accept(actor: OperationActor, request: BatchRequest, inputs: SentWith): Promise<Batch> {
    const documents = [...new Set(request.pairs.flatMap(documentsOf))];
    // It only begins others: it never waits behind them.
    const asked = { kind: BATCH, priority: 'normal', actor, request, documents } as const;
    const operation = await this.#operations.accept(asked, inputs);
    // Nothing is read that could fail: it is taken.
    const items = request.pairs.map((pair, index) => ({ index, pair, operation: null }));
    return { operation, request, items };
  }

  /** @throws {JobError} `batches/not-found`, also for those of others. @param managing whether all of the tenant may be seen. */
  async find(actor: Actor, id: string, managing: boolean): Promise<Batch> {
    const operation = await this.#operations.find(actor, id, managing).catch((error: unknown) => {
      throw error instanceof JobError && error.code === 'operations/not-found' ? notFound() : error;
    });
    if (operation.kind !== BATCH) throw notFound();
    return await this.#read(operation);
  }

  /** The same of one that has ended. @throws {JobError} `batches/running`. */
  async ended(actor: Actor, id: string, managing: boolean): Promise<Batch> {
    const batch = await this.find(actor, id, managing);
    if (!isOpen(batch.operation)) return batch;
    throw new JobError('batches/running', 'Some of its pairs are still waiting or being compared.', 2);
  }

  /** Ends it; what is done of it stays. One that has ended stays as it is. */
  async cancel(actor: Actor, id: string, managing: boolean): Promise<Batch> {
    await this.find(actor, id, managing);
    return await this.#read(await this.#operations.cancel(actor, id, managing));
  }

  /**
   * Begins those pairs again that failed or were cancelled. Of one that goes on, or has none, nothing changes.
   *
   * @throws {JobError} `batches/running` while it goes on.
   */
  async retry(actor: Actor, id: string, managing: boolean): Promise<Batch> {
    const { operation, items } = await this.ended(actor, id, managing);
    if (!canRetry(operation)) return { operation, request: requestOf(operation), items };
    // The batch begins what is not there: its record changes first, so that whoever is cut here goes on later.
    const begun = await this.#operations.reopen(operation, async () => {
      for (const { operation: part } of items) {
        if (part?.state === 'failed' || part?.state === 'cancelled') await this.#operations.drop(part);
      }
    });
    return await this.#read(begun);
  }

  async #read(operation: Operation): Promise<Batch> {
    const { tenant, id } = operation;
    const request = requestOf(operation);
    const found = await statesOf(this.#store, operation);
    const items = await atOnce(request.pairs, AT_ONCE, async (pair, index) => {
      const part = { tenant, id: this.#store.partId(id, index) };
      const stored = found.has(index) ? await this.#store.read(part) : null;
      return { index, pair, operation: stored?.operation ?? null };
    });
    return { operation, request, items };
  }

  /** Has a batch counted when one of its pairs ended, and ends the pairs of one that was ended. */
  async #ended(operation: Operation): Promise<void> {
    const { kind, tenant, parent, state, actor } = operation;
    if (parent !== null) await this.#operations.nudge({ tenant, id: parent, priority: 'normal' }, COUNT_MS);
    if (kind !== BATCH || state === 'succeeded') return;
    for (const listed of (await statesOf(this.#store, operation)).values()) {
      // One that is gone by now went with a document that was erased.
      if (isOpen(listed)) await this.#operations.cancel(actor, listed.id, true).catch(unlessGone);
    }
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof JobError && error.code === 'operations/not-found')) throw error;
}

function notFound(): JobError {
  return new JobError('batches/not-found', 'There is no such batch, or its time is over.');
}

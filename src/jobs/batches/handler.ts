import type { ListedOperation, NewOperation, Operation, OperationStore } from '../../documents/index.ts';
import { JobError } from '../errors.ts';
import { COMPARISON, type ComparisonRequest } from '../work/comparison.ts';
import { type Handler, type Need, Parked, type Task } from '../work/handlers.ts';
import type { Operations } from '../work/operations.ts';
import { atOnce } from './at-once.ts';
import { type BatchPair, type BatchResult, countsOf, percentOf, requestOf } from './request.ts';

export interface BatchHandlerParts {
  readonly operations: Operations;
  readonly store: OperationStore;
}

/** Pairs that are begun at a time. */
const AT_ONCE = 16;
/** Beginning a hundred pairs, and counting them, takes less. */
const HARD_MS = 120_000;

/**
 * Begins every pair of a batch as an operation of its own and waits for none: it is called again when one of them ended, and
 * counts. Called twice it begins nothing twice, because the id of a pair's operation follows from that of the batch.
 */
export class BatchHandler implements Handler {
  readonly softMs = HARD_MS / 2;
  readonly hardMs = HARD_MS;
  readonly #parts: BatchHandlerParts;

  constructor(parts: BatchHandlerParts) {
    this.#parts = parts;
  }

  /** Each pair needs more, and says so by itself. */
  needs(): readonly Need[] {
    return [{ action: 'compare', document: null }];
  }

  async run(task: Task): Promise<BatchResult | Parked> {
    const { operation } = task;
    const { pairs } = requestOf(operation);
    const found = await statesOf(this.#parts.store, operation);
    await this.#begin(task, found);
    const counts = countsOf(pairs.map((_, index) => found.get(index)?.state));
    if (counts.queued + counts.running > 0) return new Parked('comparing', percentOf(counts));
    if (counts.succeeded > 0) return { counts };
    throw new JobError('batches/none-succeeded', 'None of the pairs has a redline: each says why.');
  }

  /** A pair may have ended between the count and here, when nobody could be told. */
  async parked(operation: Operation): Promise<void> {
    const { operations, store } = this.#parts;
    const { id, tenant, priority, percent } = operation;
    const { pairs } = requestOf(operation);
    const found = await statesOf(store, operation);
    const states = pairs.map((_, index) => found.get(index)?.state);
    if (percentOf(countsOf(states)) !== percent) await operations.nudge({ id, tenant, priority }, 0);
  }

  async #begin({ operation, signal }: Task, found: ReadonlyMap<number, ListedOperation>): Promise<void> {
    const { operations, store } = this.#parts;
    const { pairs, priority } = requestOf(operation);
    const begun = await atOnce(pairs, AT_ONCE, async (pair, index) => {
      if (found.has(index)) return [];
      signal.throwIfAborted();
      const id = store.partId(operation.id, index);
      return [await operations.beginPart({ ...pairOperation(operation, pair, id), priority }, id)];
    });
    // In the order of the batch.
    await operations.enqueue(begun.flat());
  }
}

/** What is asked of one pair. It is kept under an operation named by the batch, so that it is kept once. */
function pairOperation(
  { id, actor }: Operation,
  { original, modified, options, keep }: BatchPair,
  part: string,
): Omit<NewOperation, 'priority'> {
  const kept = keep === null ? null : { document: keep, name: null, operation: part };
  const request: ComparisonRequest = { original, modified, options, keep: kept };
  return {
    kind: COMPARISON,
    actor,
    request,
    documents: documentsOf({ original, modified, keep }),
    parent: id,
  };
}

/** The kept documents that a pair names. */
export function documentsOf(pair: Pick<BatchPair, 'original' | 'modified' | 'keep'>): readonly string[] {
  const sides = [pair.original, pair.modified].flatMap((side) => ('document' in side ? [side.document] : []));
  return [...new Set([...sides, ...(pair.keep === null ? [] : [pair.keep])])];
}

/** The operations of a batch that there are, by the index of their pair. */
export async function statesOf(
  store: OperationStore,
  batch: Pick<Operation, 'id' | 'tenant' | 'request'>,
): Promise<ReadonlyMap<number, ListedOperation>> {
  const { pairs } = batch.request as { readonly pairs: readonly BatchPair[] };
  const indexes = new Map(pairs.map((_, index) => [store.partId(batch.id, index), index]));
  const found = new Map<number, ListedOperation>();
  for await (const listed of store.parts(batch)) {
    const index = indexes.get(listed.id);
    if (index !== undefined) found.set(index, listed);
  }
  return found;
}

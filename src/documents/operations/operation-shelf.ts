import { ABSENT, type BlobStore } from '../blob-store.ts';
import { OPERATION_STATES, type OperationState } from './record.ts';

/** What is said of an operation where it is listed. */
interface Shelved {
  readonly tenant: string;
  readonly id: string;
  readonly kind: string;
  readonly state: OperationState;
  readonly caller: string;
  readonly parent: string | null;
}

/** Where those stand that are in one of these states. */
type Board = 'open' | 'succeeded' | 'failed' | 'cancelled';

/**
 * Which operations are whose: `shelves/TENANT/CALLER/BOARD/ID` for each that is no part of another one, so that a list of one's own
 * costs what it shows, however many there are of others or in other states. What stands here may be behind: the record
 * says how it is, and a sweep puts right what a crash left. Decision 0206. Throws `OutsideError`.
 */
export class OperationShelf {
  readonly #spool: BlobStore;

  constructor(spool: BlobStore) {
    this.#spool = spool;
  }

  async put(operation: Shelved): Promise<void> {
    if (operation.parent !== null) return;
    const { kind } = operation;
    await this.#spool.write(nameOf(operation), new Uint8Array(), {
      ifGeneration: ABSENT,
      attributes: { kind },
    });
  }

  /** Not where its state puts it any more. */
  async take(operation: Shelved): Promise<void> {
    if (operation.parent === null) await this.#spool.delete(nameOf(operation));
  }

  /** Nowhere any more. */
  async clear(operation: Shelved): Promise<void> {
    for (const state of ['queued', 'succeeded', 'failed', 'cancelled'] as const)
      await this.take({ ...operation, state });
  }

  /** Ids and kinds, the latest first. @param after the id behind which they begin. */
  async *list(
    { tenant, caller }: Pick<Shelved, 'tenant' | 'caller'>,
    states: readonly OperationState[] = OPERATION_STATES,
    after?: string,
  ): AsyncGenerator<Pick<Shelved, 'id' | 'kind'>, void, undefined> {
    const boards = [...new Set(states.map((state) => boardOf({ state })))];
    const lists = boards.map((board) => this.#board(`shelves/${tenant}/${caller}/${board}/`, after));
    try {
      const heads = await Promise.all(lists.map((list) => list.next()));
      let last = '';
      for (;;) {
        const first = heads.reduce((least, head, index) => (isBefore(head, heads[least]) ? index : least), 0);
        const head = heads[first];
        const list = lists[first];
        if (head === undefined || list === undefined || head.done) return;
        // One that just changed may stand in two places.
        if (head.value.id !== last) yield head.value;
        last = head.value.id;
        heads[first] = await list.next();
      }
    } finally {
      for (const list of lists) await list.return();
    }
  }

  /**
   * Puts right what stands where of one tenant.
   *
   * @param all of its records.
   * @param isOld whether what has no record never will have one.
   * @returns how many were elsewhere.
   */
  async tidy(tenant: string, all: readonly Shelved[], isOld: (id: string) => boolean): Promise<number> {
    const missing = new Map(all.flatMap((one) => (one.parent === null ? [[nameOf(one), one]] : [])));
    const known = new Set([...missing.values()].map(({ id }) => id));
    let done = 0;
    for await (const { name } of this.#spool.list(`shelves/${tenant}/`)) {
      const id = name.slice(name.lastIndexOf('/') + 1);
      if (missing.delete(name) || (!known.has(id) && !isOld(id))) continue;
      await this.#spool.delete(name);
      done += 1;
    }
    for (const one of missing.values()) await this.put(one);
    return done + missing.size;
  }

  async *#board(
    prefix: string,
    after: string | undefined,
  ): AsyncGenerator<Pick<Shelved, 'id' | 'kind'>, void, undefined> {
    const behind = after === undefined ? undefined : `${prefix}${after}`;
    for await (const { name, attributes } of this.#spool.list(prefix, behind))
      yield { id: name.slice(prefix.length), kind: attributes.kind ?? '' };
  }
}

type Head = IteratorResult<Pick<Shelved, 'id' | 'kind'>, void>;

function isBefore(one: Head, other: Head | undefined): boolean {
  if (one.done) return false;
  return other === undefined || other.done === true || one.value.id < other.value.id;
}

function boardOf({ state }: Pick<Shelved, 'state'>): Board {
  return state === 'queued' || state === 'running' ? 'open' : state;
}

function nameOf({ tenant, caller, id, state }: Shelved): string {
  return `shelves/${tenant}/${caller}/${boardOf({ state })}/${id}`;
}

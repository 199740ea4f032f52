import type { Actor } from '../../access/index.ts';
import {
  callerOf,
  type ListedOperation,
  type Operation,
  type OperationState,
  type OperationStore,
} from '../../documents/index.ts';

/** Which operations are to be listed. */
export interface OperationsQuery {
  /** In one of these. */
  readonly states?: readonly OperationState[] | undefined;
  readonly kind?: string | undefined;
  /** Parts of that one; without it none that is a part of another. */
  readonly parent?: string | undefined;
  /** Asked for by whoever has this id; for lists of everybody's alone. */
  readonly createdBy?: string | undefined;
  /** The last one of the page before. */
  readonly after?: string | undefined;
  readonly size: number;
}

export interface OperationsPage {
  readonly operations: readonly Operation[];
  /** Behind which id the list goes on; `null` at its end. */
  readonly next: string | null;
}

/** Operations that are not meant and passed over before a page is given as it is. */
const MOST_PASSED = 2000;

/**
 * The latest first. A page may hold less than was asked for, also none, and yet be followed by another one.
 *
 * @param how whether all of the tenant are meant, and the time in milliseconds since 1970.
 */
export async function pageOf(
  store: OperationStore,
  actor: Actor,
  query: OperationsQuery,
  how: { readonly everyones: boolean; readonly now: number },
): Promise<OperationsPage> {
  const { tenant } = actor;
  const caller = how.everyones ? null : callerOf(actor);
  const isListed = ({ actor: asker, expiresAt, state }: Operation): boolean =>
    (caller === null || callerOf(asker) === caller) &&
    (expiresAt === null || expiresAt > how.now) &&
    (query.states?.includes(state) ?? true);
  const operations: Operation[] = [];
  let passed = 0;
  let last = query.after ?? null;
  for await (const { id, isMeant } of candidates(store, tenant, caller, query)) {
    if (operations.length >= query.size || passed >= MOST_PASSED) return { operations, next: last };
    last = id;
    // It may have gone on since: what is shown is what it is now.
    const stored = isMeant ? await store.read({ tenant, id }) : null;
    if (stored !== null && isListed(stored.operation)) operations.push(stored.operation);
    else passed += 1;
  }
  return { operations, next: null };
}

interface Candidate {
  readonly id: string;
  /** It is worth opening. */
  readonly isMeant: boolean;
}

/** @param caller `null`: all of the tenant. */
async function* candidates(
  store: OperationStore,
  tenant: string,
  caller: string | null,
  query: OperationsQuery,
): AsyncGenerator<Candidate, void, undefined> {
  const { parent, after, kind, states } = query;
  if (parent !== undefined) {
    for await (const part of store.parts({ tenant, id: parent }))
      if (after === undefined || part.id > after) yield { id: part.id, isMeant: fits(part, query) };
  } else if (caller === null) {
    const callers = callersOf(query.createdBy);
    for await (const listed of store.list(tenant, after)) {
      const isTheirs = callers === null || callers.has(listed.caller);
      yield { id: listed.id, isMeant: isTheirs && listed.parent === null && fits(listed, query) };
    }
  } else {
    for await (const one of store.shelf.list({ tenant, caller }, states, after))
      yield { id: one.id, isMeant: kind === undefined || one.kind === kind };
  }
}

function fits(listed: ListedOperation, { states, kind }: OperationsQuery): boolean {
  const { state } = listed;
  return (states?.includes(state) ?? true) && (kind === undefined || listed.kind === kind);
}

/** As records bear whoever has this id, whatever they are; `null`: everybody. */
function callersOf(id: string | undefined): ReadonlySet<string> | null {
  if (id === undefined) return null;
  return new Set(
    (['person', 'service-account', 'key', 'operator'] as const).map((kind) => callerOf({ kind, id })),
  );
}

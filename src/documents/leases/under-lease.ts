import { type Clock, OutsideError } from '../../kit/index.ts';
import { DocumentsError } from '../errors.ts';
import type { Head } from '../head.ts';
import { type CommitLease, fenceOf, type HeadFences, withFence } from './fences.ts';
import type { Lease, Leases } from './leases.ts';

/** What a commit under a lease adds to the head. */
export interface Leased {
  readonly fences: HeadFences;
  readonly lease: CommitLease;
}

/** Under which lease something is committed. */
export interface LeasedChange {
  readonly actor: { readonly kind: string; readonly id: string };
  readonly head: Pick<Head, 'tenant' | 'fences'>;
  /** Whose leases count: the document, also for its redlines. */
  readonly document: string;
  /** As the request names it. */
  readonly lease: string | undefined;
  /** Whether what is current is replaced or deleted. */
  readonly replaces: boolean;
}

/**
 * Whether somebody may commit now, as far as leases say (decision 0196).
 *
 * @returns what the head is to remember; `null` without a lease.
 * @throws {DocumentsError} `leases/lost` when the lease is over, somebody else's, or a later one has committed; `leases/held` without a
 * lease where somebody has the document. `OutsideError` when nobody can say whether the lease is there.
 */
export async function underLease(
  leases: Leases | undefined,
  clock: Clock,
  { actor, head, document, lease, replaces }: LeasedChange,
): Promise<Leased | null> {
  if (lease === undefined) {
    if (replaces && leases !== undefined) await assertFree(leases, clock, head.tenant, document);
    return null;
  }
  const there = (await leases?.list(head.tenant, document)) ?? [];
  const held = there.find(({ id }) => id === lease);
  const isOwn = held?.owner.id === actor.id && held.owner.kind === actor.kind;
  const fences = head.fences ?? {};
  if (held === undefined || !isOwn || held.fence < fenceOf(fences, held.clause)) throw lost();
  const { id, clause, fence } = held;
  return { fences: withFence(fences, held), lease: { id, clause, fence } };
}

/** Leases are courtesy: where nobody can say who has one, the store's precondition is all there is. */
async function assertFree(leases: Leases, clock: Clock, tenant: string, document: string): Promise<void> {
  const there = await leases.list(tenant, document).catch((error: unknown) => {
    if (error instanceof OutsideError) return [];
    throw error;
  });
  const held = there.find(({ clause }) => clause === null);
  if (held !== undefined) throw heldBy(held, clock);
}

export function heldBy({ clause, owner, expiresAt }: Lease, clock: Clock): DocumentsError {
  const what = clause === null ? 'document' : 'clause';
  const details = { holder: owner.id, until: new Date(expiresAt).toISOString() };
  const afterMs = Math.max(1000, expiresAt - clock());
  return new DocumentsError(
    'leases/held',
    `Somebody works on the ${what} alone at the moment.`,
    details,
    afterMs,
  );
}

export function lost(): DocumentsError {
  return new DocumentsError('leases/lost', 'The lease is over, or was never yours. Take another one.');
}

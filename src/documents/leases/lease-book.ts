import type { Actor } from '../../access/index.ts';
import { type Change, Commits, type KeptStores } from '../commits.ts';
import { ALL_DOCUMENTS } from '../documents.ts';
import { DocumentsError } from '../errors.ts';
import { fenceOf } from './fences.ts';
import type { Lease, Leases } from './leases.ts';
import { heldBy, lost } from './under-lease.ts';

/** Of one document at once: a list that people can look through. */
const MOST_LEASES = 100;

/** Who works on what alone. Throws `DocumentsError`, and `OutsideError` when leases or stores do not answer. */
export class LeaseBook {
  readonly #leases: Leases;
  readonly #stores: KeptStores;
  readonly #commits: Commits;

  constructor(leases: Leases, stores: KeptStores) {
    this.#leases = leases;
    this.#stores = stores;
    this.#commits = new Commits(stores, ALL_DOCUMENTS);
  }

  /** By fence. */
  async list(actor: Actor, document: string): Promise<readonly Lease[]> {
    await this.#commits.get(actor, document);
    return await this.#leases.list(actor.tenant, document);
  }

  /**
   * Whoever may comment takes a clause, whoever may edit the document. The same operation gets the same lease again.
   *
   * @param clause `null` for the whole document. @throws {DocumentsError} `leases/held`, `leases/too-many`.
   */
  async take(
    { actor, operation }: Change,
    document: string,
    { clause, lifetimeMs }: { readonly clause: string | null; readonly lifetimeMs: number },
  ): Promise<Lease> {
    const permission = clause === null ? 'document.edit' : 'document.comment';
    const { head } = await this.#commits.get(actor, document, { permission });
    const { tenant, kind, id } = actor;
    const there = await this.#leases.list(tenant, document);
    if (there.length >= MOST_LEASES)
      throw new DocumentsError('leases/too-many', 'So many parts of the document are held.');
    const taking = await this.#leases.take({
      ...{ tenant, document, clause, lifetimeMs, owner: { kind, id } },
      id: `l${operation.slice(1)}`,
      above: fenceOf(head.fences ?? {}, null),
    });
    if (taking.outcome === 'taken') return taking.lease;
    throw heldBy(taking.by, this.#stores.ambient.clock);
  }

  /** One's own, from now on. @throws {DocumentsError} `leases/lost`. */
  async renew(actor: Actor, document: string, id: string, lifetimeMs: number): Promise<Lease> {
    const { head } = await this.#commits.get(actor, document, { permission: 'document.comment' });
    const own = (await this.#leases.list(actor.tenant, document)).find((one) => isOf(actor, one, id));
    // Whose role was lowered keeps what they may still take.
    if (own?.clause === null) await this.#commits.get(actor, document, { permission: 'document.edit' });
    const { tenant } = actor;
    const renewed =
      own === undefined || own.fence < fenceOf(head.fences ?? {}, own.clause)
        ? null
        : await this.#leases.renew({ tenant, document, id }, lifetimeMs);
    if (renewed === null) throw lost();
    return renewed;
  }

  /**
   * Gives one's own back, or breaks that of somebody else.
   *
   * @returns what it was. @throws {DocumentsError} `leases/not-found`.
   */
  async end(actor: Actor, document: string, id: string): Promise<Lease> {
    const { tenant } = actor;
    const there = await this.#leases.list(tenant, document);
    const lease = there.find((one) => one.id === id);
    const permission = lease !== undefined && isOf(actor, lease, id) ? 'document.comment' : 'leases.break';
    await this.#commits.get(actor, document, { permission });
    if (lease === undefined || !(await this.#leases.release({ tenant, document, id })))
      throw new DocumentsError('leases/not-found', 'There is no such lease, or it is over.');
    return lease;
  }
}

function isOf({ kind, id: actor }: Actor, { id, owner }: Lease, asked: string): boolean {
  return id === asked && owner.kind === kind && owner.id === actor;
}

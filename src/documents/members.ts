import type { Actor, DocumentPermission, Member, Subject } from '../access/index.ts';
import { type ChangeOf, Commits, type KeptStores } from './commits.ts';
import { ALL_DOCUMENTS } from './documents.ts';
import { fenceRedlines } from './fences.ts';
import type { Head } from './head.ts';
import type { StoredHead } from './head-store.ts';
import { changeMembers, type Granted, type MembershipChange, ownerOf } from './membership.ts';
import { afterChange } from './writing.ts';

/** Who may do what with documents. Every change is one commit of the head that holds the members. */
export class Members {
  readonly #stores: KeptStores;
  readonly #commits: Commits;

  constructor(stores: KeptStores) {
    this.#stores = stores;
    this.#commits = new Commits(stores, ALL_DOCUMENTS);
  }

  /** The head with the members; also of what is deleted. @throws {DocumentsError} `documents/refused`, `documents/not-found`. */
  async get(actor: Actor, document: string): Promise<StoredHead> {
    return await this.#commits.get(actor, document, { deleted: true, permission: 'members.read' });
  }

  /** @param find tells who is meant, once it is known that the actor may share. */
  async add(change: ChangeOf, find: () => Promise<Granted>): Promise<StoredHead> {
    return await this.#commit(change, 'members.write', 'add', async () => ({
      kind: 'add',
      member: await find(),
    }));
  }

  async change(
    change: ChangeOf,
    subject: Subject,
    to: Partial<Pick<Member, 'role' | 'expiresAt'>>,
  ): Promise<StoredHead> {
    return await this.#commit(change, 'members.write', 'change', async () => ({
      kind: 'change',
      subject,
      to,
    }));
  }

  /** Whoever is meant may do that too. */
  async remove(change: ChangeOf, subject: Subject): Promise<StoredHead> {
    const [own] = change.actor.subjects;
    const permission = subject === own ? 'members.leave' : 'members.write';
    return await this.#commit(change, permission, 'remove', async () => ({ kind: 'remove', subject }));
  }

  /**
   * @param given.find tells who is meant, once it is known that the actor may.
   * @param given.from the owner who gives it up; by default whoever asks, or else the first owner.
   */
  async transfer(
    change: ChangeOf,
    given: {
      readonly from?: Subject;
      readonly find: () => Promise<Subject>;
      readonly keep: Exclude<Member['role'], 'owner'> | null;
    },
  ): Promise<StoredHead> {
    return await this.#commit(change, 'ownership.transfer', 'transfer', async ({ members }) => {
      const to = await given.find();
      const owners = members.filter(({ role }) => role === 'owner').map(({ subject }) => subject);
      const from = given.from ?? owners.find((one) => change.actor.subjects.includes(one)) ?? owners[0] ?? to;
      return { kind: 'transfer', from, to, keep: given.keep };
    });
  }

  async #commit(
    change: ChangeOf,
    permission: DocumentPermission,
    kind: MembershipChange['kind'],
    asked: (head: Head) => Promise<MembershipChange>,
  ): Promise<StoredHead> {
    const decide = async (head: Head, at: string) => {
      const { members, acts } = changeMembers(head.members, await asked(head), { by: change.actor.id, at });
      return { change: { members, owner: ownerOf(members, head.owner) }, acts };
    };
    const stored = await this.#commits.change(change, permission, decide, { deleted: true });
    // Before anybody is told that something was taken away, nothing can land any more that was decided on it.
    if (kind !== 'add') {
      await fenceRedlines(this.#stores, change.actor, change.document).catch((error: unknown) => {
        throw afterChange(error);
      });
    }
    return stored;
  }
}

import type { Actor } from '../../access/index.ts';
import { type ChangeOf, Commits, type KeptStores } from '../commits.ts';
import { ALL_DOCUMENTS } from '../documents.ts';
import { DocumentsError } from '../errors.ts';
import { fenceRedlines } from '../fences.ts';
import type { StoredHead } from '../head-store.ts';
import { afterChange } from '../writing.ts';

const REASON_LENGTH = 500;

/** Legal holds: as long as there is one, nothing of a document is deleted. Each change is one commit of its head. */
export class Holds {
  readonly #stores: KeptStores;
  readonly #commits: Commits;

  constructor(stores: KeptStores) {
    this.#stores = stores;
    this.#commits = new Commits(stores, ALL_DOCUMENTS);
  }

  /** The head with its hold, also of what is deleted and can be had back. */
  async get(actor: Actor, document: string): Promise<StoredHead> {
    return await this.#commits.get(actor, document, { deleted: true, permission: 'document.hold' });
  }

  /**
   * Sets a hold, or gives the one that is there another reason. What was found to be over is looked at anew once the hold is released.
   *
   * @param reason such as the number of a case, 1 to 500 characters.
   */
  async set(change: ChangeOf, reason: string): Promise<StoredHead> {
    const tidied = tidy(reason);
    const by = change.actor.id;
    const decide = async (_: unknown, at: string) => ({
      change: { hold: { reason: tidied, setAt: at, setBy: by }, mark: null },
      acts: [{ action: 'hold.set', facts: { reason: tidied } } as const],
    });
    const stored = await this.#commits.change(change, 'document.hold', decide, { deleted: true });
    // Before anybody is told that it is held, no deletion of a redline can land any more that was decided before.
    await fenceRedlines(this.#stores, change.actor, change.document).catch((error: unknown) => {
      throw afterChange(error);
    });
    return stored;
  }

  /** @throws {DocumentsError} `documents/not-held`. */
  async release(change: ChangeOf): Promise<StoredHead> {
    return await this.#commits.change(
      change,
      'document.hold',
      async ({ hold }) => {
        if (hold == null) throw new DocumentsError('documents/not-held', 'The document is not held.');
        const { reason, setAt, setBy } = hold;
        return {
          change: { hold: null },
          acts: [{ action: 'hold.released', facts: { reason, setAt, setBy } }],
        };
      },
      { deleted: true },
    );
  }
}

function tidy(reason: string): string {
  const tidied = reason.normalize('NFC').trim();
  if (tidied.length >= 1 && tidied.length <= REASON_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(tidied)) return tidied;
  throw new DocumentsError(
    'documents/invalid',
    `Give 1 to ${REASON_LENGTH} characters without line breaks and other control characters.`,
    { field: 'reason' },
  );
}

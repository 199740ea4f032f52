import type { Actor } from '../access/index.ts';
import { type Change, Commits, type KeptStores, type Scope } from './commits.ts';
import { committedResult, type Derived, type DerivedHead, keepDerived, type Made } from './derived.ts';
import { checkDescription } from './description.ts';
import { Documents } from './documents.ts';
import type { RedlineFacts } from './head.ts';
import { currentVersion } from './versions.ts';

/** A redline that is to be kept. */
export interface NewRedline extends Derived {
  readonly name: string;
  readonly facts: Omit<RedlineFacts, 'document'>;
}

/** Redlines of documents: heads of their own, each of which says what it belongs to. Decision 0080. */
export class Redlines {
  readonly #stores: KeptStores;
  readonly #documents: Documents;

  constructor(stores: KeptStores, documents: Documents) {
    this.#stores = stores;
    this.#documents = documents;
  }

  /**
   * The redlines of one document, which are read and changed like documents.
   *
   * @throws {DocumentsError} when the document cannot be read: then none of its redlines can.
   */
  async of(actor: Actor, document: string): Promise<Documents> {
    await this.#documents.get(actor, document);
    return new Documents(this.#stores, redlinesOf(document));
  }

  /**
   * Keeps a redline of a document, which itself does not change. Asked for again, the operation gets what it made.
   *
   * @param make may take long and throw: nothing was written then.
   */
  async create(change: Change, document: string, make: () => Promise<NewRedline>): Promise<DerivedHead> {
    const { actor } = change;
    const { contents } = this.#stores;
    await this.#documents.get(actor, document, { permission: 'document.edit' });
    const commits = new Commits(this.#stores, redlinesOf(document));
    const keptNow: Made[] = [];
    const stored = await commits.create(change, async (id) => {
      const made = await make();
      const description = checkDescription({ name: made.name, labels: [] });
      const kept = await keepDerived(contents, { tenant: actor.tenant, id }, made);
      keptNow.push({ kept, result: made.result });
      const origin = { kind: made.facts.kind, counts: made.counts };
      return {
        ...{ description, ...kept, origin, action: 'redline.created' },
        redline: { document, ...made.facts },
      } as const;
    });
    const version = currentVersion(stored.head);
    const result = await committedResult(contents, stored.head, version, keptNow[0] ?? null);
    return { stored, version, result };
  }
}

/** Of the redlines of one document. */
export function redlinesOf(document: string): Scope {
  return {
    letter: 'r',
    noun: 'redline',
    holds: ({ redline }) => redline?.document === document,
    parent: document,
  };
}

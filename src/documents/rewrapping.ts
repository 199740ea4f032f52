import type { Actor } from '../access/index.ts';
import { OutsideError } from '../kit/index.ts';
import { type Ambient, isoTime, newId } from './ambient.ts';
import { auditRecords } from './audit-record.ts';
import { contentContext } from './content-store.ts';
import { type DocumentKeys, isOwn } from './document-keys.ts';
import { DocumentsError } from './errors.ts';
import { type Head, nextHead, type StoredContent, type Version } from './head.ts';
import { type HeadStore, headContext, type StoredHead } from './head-store.ts';
import type { WrappedKey } from './key-service.ts';
import { type EntryChange, pageContext } from './version-pages.ts';

/** Keys that one commit wraps anew at most: some seconds' work, so that a commit of somebody else seldom comes between. */
const KEYS_A_COMMIT = 256;
/** Milliseconds that are waited after each key: people come first. */
const PAUSE_MS = 2;

/** What became of the keys of one document. */
export interface Rewrapped {
  readonly keys: number;
  /** Keys that nobody can unwrap any more: what they sealed is lost. */
  readonly lost: number;
  /** Keys that are wrapped by another version still: it was changed meanwhile, or the new version is not everywhere yet. */
  readonly left: number;
}

/**
 * Wraps keys of documents by the version of the tenant's key that is primary now, and data keys of before decision 0164 by a
 * key of their document.
 */
export class Rewrapping {
  readonly #heads: HeadStore;
  readonly #keys: DocumentKeys;
  readonly #ambient: Ambient;
  readonly #actor: Omit<Actor, 'tenant'>;
  readonly #most: number;

  /** @param most keys that one commit wraps anew. */
  constructor(
    heads: HeadStore,
    keys: DocumentKeys,
    ambient: Ambient,
    actor: Omit<Actor, 'tenant'>,
    most = KEYS_A_COMMIT,
  ) {
    this.#heads = heads;
    this.#keys = keys;
    this.#ambient = ambient;
    this.#actor = actor;
    this.#most = most;
  }

  /** The key of a document, if another version wrapped it, and every data key that none of its own wraps yet. */
  async document(tenant: string, id: string, primary: string): Promise<Rewrapped> {
    const data = await this.#dataKeys(tenant, id, primary);
    const own = await this.#keys.rewrapOwn(tenant, id, primary);
    await this.#ambient.pause(PAUSE_MS * own.keys);
    return {
      keys: data.keys + own.keys,
      lost: Math.max(data.lost, own.lost),
      left: data.left + own.left,
    };
  }

  /** In as many commits as that takes. */
  async #dataKeys(tenant: string, id: string, primary: string): Promise<Rewrapped> {
    let keys = 0;
    for (;;) {
      const base = await this.#read(tenant, id);
      if (base === undefined) return { keys, lost: 1, left: 0 };
      if (base === null) return { keys, lost: 0, left: 0 };
      const round = new Round(this.#keys, base.head, primary, this.#most);
      const { head, wrapped } = await round.refresh(this.#heads, base);
      if (round.count === 0) {
        // Somebody else may have wrapped them anew meanwhile, and destroyed what wrapped them before.
        if (round.lost > 0 && (await this.#read(tenant, id))?.generation !== base.generation) continue;
        return { keys, lost: round.lost, left: round.left };
      }
      try {
        await this.#heads.commit(base, this.#next(base.head, head), wrapped);
      } catch (error) {
        // What is lost, if anything is, the next pass tells of the head that is there then.
        if (error instanceof DocumentsError) return { keys, lost: 0, left: round.count + round.left };
        throw error;
      }
      keys += round.count;
      await this.#ambient.pause(PAUSE_MS * round.count);
    }
  }

  /** @returns `undefined` for a head that nobody can open: also not when it is read once more, were it wrapped anew meanwhile. */
  async #read(tenant: string, id: string): Promise<StoredHead | null | undefined> {
    const read = () => this.#heads.read(tenant, id).catch(unlessRefused);
    return (await read()) ?? (await read());
  }

  #next(base: Head, changed: Head): Head {
    const operation = newId('o', this.#ambient.random);
    const at = isoTime(this.#ambient.clock);
    const actor = { ...this.#actor, tenant: base.tenant };
    const records = auditRecords(actor, base.id, { operation, at }, [{ action: 'keys.rewrapped' }]);
    const { versions, older } = changed;
    return nextHead(base, { versions, older }, { operation, at, records });
  }
}

/** A head that nobody can open any more does not hold up the others. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof OutsideError) || error.failure !== 'refused') throw error;
}

/** The keys that one commit wraps anew. */
class Round {
  count = 0;
  lost = 0;
  left = 0;
  readonly #keys: DocumentKeys;
  readonly #head: Head;
  readonly #primary: string;
  readonly #most: number;

  constructor(keys: DocumentKeys, head: Head, primary: string, most: number) {
    this.#primary = primary;
    this.#keys = keys;
    this.#head = head;
    this.#most = most;
  }

  async refresh(heads: HeadStore, base: StoredHead): Promise<{ head: Head; wrapped: WrappedKey }> {
    const { tenant, id } = this.#head;
    const wrapped = await this.#wrap(base.wrapped, headContext(tenant, id));
    const change: EntryChange = {
      version: (version) => this.#version(version),
      page: async (ref) => {
        const key = await this.#wrap(ref.key, pageContext(tenant, id, ref.id));
        return key === ref.key ? ref : { ...ref, key };
      },
      more: () => this.count < this.#most,
    };
    return { head: await heads.pages.changed(this.#head, change), wrapped };
  }

  async #version(version: Version): Promise<Version> {
    const own = await this.#content(version);
    if (version.result === undefined) return own;
    const result = await this.#content(version.result);
    return result === version.result ? own : { ...own, result };
  }

  async #content<Content extends StoredContent>(content: Content): Promise<Content> {
    const { tenant, id } = this.#head;
    const key = await this.#wrap(content.key, contentContext(tenant, id, content.content));
    return key === content.key ? content : { ...content, key };
  }

  /** @returns the same object when there is nothing to do, or nothing can be done. */
  async #wrap(wrapped: WrappedKey, context: Uint8Array): Promise<WrappedKey> {
    if (isOwn(wrapped) || wrapped.version === this.#primary) return wrapped;
    if (this.count >= this.#most) {
      this.left += 1;
      return wrapped;
    }
    try {
      const anew = await this.#keys.rewrap(this.#head.tenant, wrapped, context);
      this.count += 1;
      return anew;
    } catch (error) {
      if (!(error instanceof OutsideError) || error.failure !== 'refused') throw error;
      this.lost += 1;
    }
    return wrapped;
  }
}

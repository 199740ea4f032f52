import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Actor } from '../access/index.ts';
import type { Ambient } from './ambient.ts';
import type { Change, ChangeOf, Commits } from './commits.ts';
import { DocumentsError } from './errors.ts';
import type { HeadStore, StoredHead } from './head-store.ts';
import type { LinkKey, LinkKeys } from './link-keys.ts';
import { findVersion } from './versions.ts';

/** Milliseconds that a link may live: a minute to a week. */
export const LINK_LIFETIME_MS = { least: 60_000, most: 7 * 24 * 3_600_000, byDefault: 3_600_000 } as const;

/** What a link gives to whoever has it. */
export interface LinkGrant {
  readonly document: string;
  /** `null`: the one that is current when the link is used. */
  readonly version: number | null;
  /** Whether a browser may show it instead of saving it. */
  readonly inline: boolean;
}

/** A link to a document. */
export interface Link extends LinkGrant {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** The head whose commit says that the link was made. */
  readonly stored: StoredHead;
}

/** What is sealed in a token, by short names: it stands in addresses. */
interface Sealed {
  readonly d: string;
  readonly v: number | null;
  readonly i: boolean;
  readonly e: number;
  /** The generation of the document's links: those of an earlier one were revoked. */
  readonly g: number;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
/** `TENANT.KEY.SEALED`. */
const TOKEN = /^([a-z0-9_-]{1,40})\.([0-9a-f]{8})\.([A-Za-z0-9_-]{40,600})$/;
/** How often a commit is made anew because others committed. */
const MOST_TRIES = 5;

/**
 * Links that open a content without any other credential. A token is encrypted and authenticated with AES-256-GCM, whose
 * tag is compared in constant time; whoever has it learns nothing from it. See decision 0075.
 */
export class Links {
  readonly #heads: HeadStore;
  readonly #commits: Commits;
  readonly #keys: LinkKeys;
  readonly #ambient: Ambient;

  constructor(heads: HeadStore, commits: Commits, keys: LinkKeys, ambient: Ambient) {
    this.#heads = heads;
    this.#commits = commits;
    this.#keys = keys;
    this.#ambient = ambient;
  }

  /**
   * A new link, and the record of it in the document's head.
   *
   * @throws {DocumentsError} `documents/invalid` for a lifetime out of bounds, `documents/version-not-found`.
   */
  async create(
    change: Change,
    { lifetimeMs, ...grant }: LinkGrant & { readonly lifetimeMs: number },
  ): Promise<Link> {
    const { least, most } = LINK_LIFETIME_MS;
    if (!(lifetimeMs >= least && lifetimeMs <= most)) {
      const message = `A link lives from ${least} to ${most} milliseconds.`;
      throw new DocumentsError('documents/invalid', message, { field: 'lifetime' });
    }
    // First the key: what cannot be sealed is not said to have been made.
    const key = await this.#keys.current(change.actor.tenant);
    const stored = await this.#commit(change, grant);
    const { commit, links = 0 } = stored.head;
    const expiresAt = Date.parse(commit.at) + lifetimeMs;
    const sealed = { d: grant.document, v: grant.version, i: grant.inline, e: expiresAt, g: links };
    return { ...grant, token: this.#seal(change.actor.tenant, key, sealed), expiresAt, stored };
  }

  /** Ends every link of a document. */
  async revoke(change: ChangeOf): Promise<StoredHead> {
    return await this.#commits.change(change, 'document.link', async ({ links = 0 }) => ({
      change: { links: links + 1 },
      acts: [{ action: 'links.revoked' }],
    }));
  }

  /**
   * What a token gives, and as whom it is to be read.
   *
   * @throws {DocumentsError} `links/invalid`, `links/expired`, `links/revoked`; `documents/deleted`, `documents/not-found`.
   */
  async open(
    token: string,
    requestId: string,
  ): Promise<{ readonly grant: LinkGrant; readonly reader: Actor }> {
    const [, tenant = '', id = '', sealed = ''] = TOKEN.exec(token) ?? [];
    const key = tenant === '' ? null : await this.#keys.find(tenant, id);
    const bytes = Buffer.from(sealed, 'base64url');
    // There is one way to write the bytes: a link that was changed is another one, whatever was changed.
    const isWhole = bytes.toString('base64url') === sealed;
    const content = key === null || !isWhole ? null : unseal(tenant, key, bytes);
    if (content === null) {
      throw new DocumentsError('links/invalid', 'The link is not whole, or was never made here.');
    }
    if (content.e <= this.#ambient.clock())
      throw new DocumentsError('links/expired', 'The time of the link is over.');
    const grant = { document: content.d, version: content.v, inline: content.i };
    const reader = {
      tenant,
      kind: 'link',
      id: 'link',
      credential: `link-${id}`,
      address: null,
      requestId,
      subjects: [],
    } as const;
    const { head } = await this.#commits.get(reader, grant.document);
    if ((head.links ?? 0) !== content.g) {
      throw new DocumentsError('links/revoked', 'The links of the document were revoked.');
    }
    return { grant, reader };
  }

  /** Whatever others commit: a link takes nothing from anybody. */
  async #commit(change: Change, { document, version }: LinkGrant): Promise<StoredHead> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#commits.change(
          { ...change, document, ifMatch: null },
          'document.link',
          async (head) => {
            await findVersion(this.#heads, head, version ?? undefined);
            return {
              change: {},
              acts: [{ action: 'link.created', ...(version === null ? {} : { version }) }],
            };
          },
        );
      } catch (error) {
        const isStale = error instanceof DocumentsError && error.code === 'documents/stale';
        if (!isStale || tries >= MOST_TRIES) throw error;
      }
    }
  }

  #seal(tenant: string, { id, key }: LinkKey, content: Sealed): string {
    const nonce = this.#ambient.random(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bound(tenant, id));
    const pieces = [
      nonce,
      cipher.update(JSON.stringify(content), 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ];
    return `${tenant}.${id}.${Buffer.concat(pieces).toString('base64url')}`;
  }
}

/** `null` for what was not sealed with this key for this tenant. */
function unseal(tenant: string, { id, key }: LinkKey, sealed: Buffer): Sealed | null {
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES)).setAAD(bound(tenant, id));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    decipher.final();
    return JSON.parse(plain.toString('utf8')) as Sealed;
  } catch {
    return null;
  }
}

function bound(tenant: string, id: string): Uint8Array {
  return new TextEncoder().encode(`redline link, format 1|${tenant}|${id}`);
}

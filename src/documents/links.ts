import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type Actor, bestOf, decideDocument, type Member, type Subject } from '../access/index.ts';
import { type Change, type ChangeOf, Commits, type KeptStores } from './commits.ts';
import { ALL_DOCUMENTS } from './documents.ts';
import { DocumentsError } from './errors.ts';
import type { Head, SharedLink } from './head.ts';
import type { StoredHead } from './head-store.ts';
import type { LinkKey, LinkKeys } from './link-keys.ts';
import { redlinesOf } from './redlines.ts';
import { findVersion } from './versions.ts';

/** Milliseconds that a link may live: a minute to a week. */
export const LINK_LIFETIME_MS = { least: 60_000, most: 7 * 24 * 3_600_000, byDefault: 3_600_000 } as const;

/** How many links of a document, or of a redline, may be alive. */
const MOST_LINKS = 100;

/** What links are about: a document, or a redline of one. */
export interface LinkedPlace {
  readonly document: string;
  readonly redline: string | null;
}

/** What a link gives to whoever has it. */
interface LinkGrant extends LinkedPlace {
  /** `null`: the one that is current when the link is used. */
  readonly version: number | null;
  /** Whether a browser may show it instead of saving it. */
  readonly inline: boolean;
}

/** A link that was just made. */
interface MadeLink {
  /** Shown once. */
  readonly token: string;
  readonly link: SharedLink;
  /** The head whose commit says that the link was made. */
  readonly stored: StoredHead;
}

/** What is sealed in a token, by short names: it stands in addresses. */
interface Sealed {
  readonly d: string;
  /** The redline, where it is one. */
  readonly r?: string;
  readonly v: number | null;
  readonly i: boolean;
  readonly e: number;
  /** The generation of the links: those of an earlier one were revoked. */
  readonly g: number;
  /** The link's id; links that were made before there were ids are revoked all together only. */
  readonly n?: string;
  /** The member by whom it was made; missing where nobody has to be one. */
  readonly b?: Subject;
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
 * tag is compared in constant time; whoever has it learns nothing from it. See decisions 0075 and 0117.
 */
export class Links {
  readonly #stores: KeptStores;
  readonly #documents: Commits;
  readonly #keys: LinkKeys;

  constructor(stores: KeptStores, keys: LinkKeys) {
    this.#stores = stores;
    this.#documents = new Commits(stores, ALL_DOCUMENTS);
    this.#keys = keys;
  }

  /**
   * A new link, and the record of it in the head.
   *
   * @throws {DocumentsError} `documents/invalid` for a lifetime out of bounds, `documents/version-not-found`,
   *   `links/too-many`.
   */
  async create(
    change: Change,
    { lifetimeMs, ...grant }: LinkGrant & { readonly lifetimeMs: number },
  ): Promise<MadeLink> {
    const { least, most } = LINK_LIFETIME_MS;
    if (!(lifetimeMs >= least && lifetimeMs <= most)) {
      const message = `A link lives from ${least} to ${most} milliseconds.`;
      throw new DocumentsError('documents/invalid', message, { field: 'lifetime' });
    }
    // First the key: what cannot be sealed is not said to have been made.
    const key = await this.#keys.current(change.actor.tenant);
    const id = `l${change.operation.slice(1)}`;
    const stored = await this.#add(change, grant, { id, lifetimeMs });
    const { links = 0, shared = [] } = stored.head;
    const link = shared.find((one) => one.id === id);
    if (link === undefined) throw new Error('A commit does not say what it made.');
    const { document: d, redline, version: v, inline: i } = grant;
    const place = redline === null ? { d } : { d, r: redline };
    const by = await this.#memberOf(change.actor, grant, stored);
    const sealed = { ...place, v, i, e: Date.parse(link.expiresAt), g: links, n: id, ...by };
    return { token: this.#seal(change.actor.tenant, key, sealed), link, stored };
  }

  /** Links that are alive, the latest first, for whoever may make some. */
  async list(
    actor: Actor,
    place: LinkedPlace,
  ): Promise<{ readonly links: readonly SharedLink[]; readonly stored: StoredHead }> {
    const commits = await this.#commitsOf(actor, place);
    const stored = await commits.get(actor, headOf(place), { permission: 'document.link' });
    return { links: this.#alive(stored.head).toReversed(), stored };
  }

  /** Ends one link, or every one. @throws {DocumentsError} `links/not-found` when that one is not alive. */
  async revoke(
    change: Omit<ChangeOf, 'document'>,
    place: LinkedPlace,
    id: string | null,
  ): Promise<StoredHead> {
    const commits = await this.#commitsOf(change.actor, place);
    return await commits.change({ ...change, document: headOf(place) }, 'document.link', async (head) => {
      if (id === null)
        return { change: { links: (head.links ?? 0) + 1, shared: [] }, acts: [{ action: 'links.revoked' }] };
      const alive = this.#alive(head);
      const rest = alive.filter((one) => one.id !== id);
      if (rest.length === alive.length)
        throw new DocumentsError('links/not-found', 'No link of this id is alive.');
      return { change: { shared: rest }, acts: [{ action: 'link.revoked' }] };
    });
  }

  /**
   * What a token gives, and as whom it is to be read.
   *
   * @throws {DocumentsError} `links/invalid`, `links/expired`, `links/revoked`; `…/deleted`, `…/not-found`.
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
    if (content.e <= this.#stores.ambient.clock())
      throw new DocumentsError('links/expired', 'The time of the link is over.');
    const { d: document, r: redline = null, v: version, i: inline } = content;
    const grant = { document, redline, version, inline };
    const reader = {
      tenant,
      kind: 'link',
      id: 'link',
      credential: `link-${content.n ?? id}`,
      address: null,
      requestId,
      subjects: [],
    } as const;
    const stored = await (await this.#commitsOf(reader, grant)).get(reader, headOf(grant));
    const { links = 0, shared = [] } = stored.head;
    const isThere = content.n === undefined || shared.some((one) => one.id === content.n);
    const isBacked = await this.#isBacked(content, grant, stored);
    if (links !== content.g || !isThere || !isBacked)
      throw new DocumentsError('links/revoked', 'The link was revoked.');
    return { grant, reader };
  }

  /** The member that somebody is by whom they may make a link. */
  async #memberOf(actor: Actor, place: LinkedPlace, stored: StoredHead): Promise<{ readonly b?: Subject }> {
    if (actor.kind === 'operator') return {};
    const { members } = await this.#guarding(place, stored);
    const member = bestOf(actor.subjects, members, this.#stores.ambient.clock());
    return member === null ? {} : { b: member.subject };
  }

  /** A link is good as long as the member by whom it was made may make one. */
  async #isBacked({ b: by }: Sealed, place: LinkedPlace, stored: StoredHead): Promise<boolean> {
    if (by === undefined) return true;
    const maker = { ...NOBODY, tenant: stored.head.tenant, subjects: [by] };
    const guarded = await this.#guarding(place, stored);
    return decideDocument(maker, 'document.link', guarded, this.#stores.ambient.clock()).outcome === 'allow';
  }

  /** The members that decide: of a redline those of its document. */
  async #guarding({ document, redline }: LinkedPlace, stored: StoredHead) {
    const { tenant } = stored.head;
    const guarding = redline === null ? stored : await this.#stores.heads.read(tenant, document);
    const members: readonly Member[] = guarding?.head.members ?? [];
    return { id: document, generation: guarding?.generation ?? stored.generation, members };
  }

  /** Of whatever the place is. @throws {DocumentsError} when the document of a redline cannot be read. */
  async #commitsOf(actor: Actor, { document, redline }: LinkedPlace): Promise<Commits> {
    if (redline === null) return this.#documents;
    await this.#documents.get(actor, document);
    return new Commits(this.#stores, redlinesOf(document));
  }

  #alive({ shared = [] }: Head): readonly SharedLink[] {
    const now = this.#stores.ambient.clock();
    return shared.filter(({ expiresAt }) => Date.parse(expiresAt) > now);
  }

  /** Whatever others commit: a link takes nothing from anybody. */
  async #add(
    change: Change,
    grant: LinkGrant,
    { id, lifetimeMs }: { readonly id: string; readonly lifetimeMs: number },
  ): Promise<StoredHead> {
    const commits = await this.#commitsOf(change.actor, grant);
    const { version, inline } = grant;
    const anyHead = { ...change, document: headOf(grant), ifMatch: null };
    for (let tries = 1; ; tries += 1) {
      try {
        return await commits.change(anyHead, 'document.link', async (head, at) => {
          await findVersion(this.#stores.heads, head, version ?? undefined);
          const alive = this.#alive(head);
          if (alive.length >= MOST_LINKS)
            throw new DocumentsError('links/too-many', `${MOST_LINKS} links of it are alive.`);
          const expiresAt = new Date(Date.parse(at) + lifetimeMs).toISOString();
          const link = { id, version, inline, expiresAt, createdAt: at, createdBy: change.actor.id };
          const acts = [{ action: 'link.created', ...(version === null ? {} : { version }) }] as const;
          return { change: { shared: [...alive, link] }, acts };
        });
      } catch (error) {
        const isStale = error instanceof DocumentsError && error.code === 'documents/stale';
        if (!isStale || tries >= MOST_TRIES) throw error;
      }
    }
  }

  #seal(tenant: string, { id, key }: LinkKey, content: Sealed): string {
    const nonce = this.#stores.ambient.random(NONCE_BYTES);
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

/** The id of the head that it stands under. */
function headOf({ document, redline }: LinkedPlace): string {
  return redline ?? document;
}

/** A person without a name. */
const NOBODY = { kind: 'person', id: '', credential: '', address: null, requestId: '' } as const;

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

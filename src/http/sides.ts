import { createHash } from 'node:crypto';
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ComparedContent, ContentFacts } from '../documents/index.ts';
import { actorOf } from './conditions.ts';
import type { sideSchema } from './redline-schemas.ts';
import { assertMayRead } from './route-policy.ts';
import type { HttpEnv, HttpServices } from './services.ts';
import { wordBytes } from './subject.ts';
import { fileNameOf } from './tus.ts';
import type { UploadShare } from './upload-memory.ts';

// The documents that a redline is made of, wherever they come from.

export type AskedSide = z.output<typeof sideSchema>;

/** One of them, in memory. */
export interface Side {
  readonly bytes: Uint8Array;
  readonly compared: ComparedContent;
  /** What judged that it does no harm; `undefined` while nothing did. */
  readonly scanned: ContentFacts['scanned'];
}

/** A file that came with the request. */
export interface SentFile {
  readonly bytes: Uint8Array;
  readonly name: string | undefined;
}

/** Reads sides of a redline of one document. */
export class SideReader {
  readonly #c: Context<HttpEnv>;
  readonly #services: HttpServices;
  readonly #parent: string;
  readonly #share: UploadShare;

  constructor(c: Context<HttpEnv>, services: HttpServices, parent: string, share: UploadShare) {
    this.#c = c;
    this.#services = services;
    this.#parent = parent;
    this.#share = share;
  }

  async read(asked: AskedSide | SentFile): Promise<Side> {
    if ('bytes' in asked) return sent(asked.bytes, asked.name);
    if (asked.upload !== undefined) return await this.#upload(asked.upload);
    return await this.#kept(asked.document ?? this.#parent, asked.version);
  }

  /** What a version is compared with, unless it is said: the one before it; for anything else the current one. */
  before(modified: Side): AskedSide {
    const { document, version } = modified.compared;
    if (document !== this.#parent || version === null) return {};
    return { version: version - 1 };
  }

  async #kept(document: string, number: number | undefined): Promise<Side> {
    await assertMayRead(this.#c, this.#services.library, document);
    const { documents } = this.#services.library;
    const actor = actorOf(this.#c);
    const { stored, version } = await documents.version(actor, document, number);
    const open = async () => (await documents.open(actor, document, version.number)).body;
    const bytes = await wordBytes(version, open, this.#share);
    const { sha256, scanned } = version.facts;
    return {
      ...{ bytes, scanned },
      compared: { document, version: version.number, name: stored.head.name, sha256 },
    };
  }

  async #upload(id: string): Promise<Side> {
    const { uploads } = this.#services.library;
    const actor = actorOf(this.#c);
    const { size, body } = await uploads.open(actor, id);
    this.#share.take(size);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const name = fileNameOf((await uploads.find(actor, id)).metadata);
    return sent(Buffer.concat(chunks), name ?? undefined);
  }
}

function sent(bytes: Uint8Array, name: string | undefined): Side {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const compared = { document: null, version: null, name: name ?? 'Document', sha256 };
  return { bytes, compared, scanned: undefined };
}

import type { Context } from 'hono';
import { type Documents, DocumentsError, isWord, type StoredHead, type Version } from '../documents/index.ts';
import { actorOf } from './conditions.ts';
import { roleIn } from './decisions.ts';
import { linkOf, viewDocument } from './document-views.ts';
import { redlineLink, viewRedline } from './redline-views.ts';
import type { HttpEnv, HttpServices } from './services.ts';
import type { UploadShare } from './upload-memory.ts';

/** What a request below `/v1/documents/{id}` is about: the document, or one of its redlines. */
export interface Subject {
  readonly kept: Documents;
  readonly id: string;
  /** Where it stands. */
  readonly self: string;
  readonly view: (stored: StoredHead) => Promise<object>;
}

/** By the parameters `id` and, where the route has it, `redline`. @throws {DocumentsError} when the document cannot be read. */
export async function subjectOf(c: Context<HttpEnv>, services: HttpServices): Promise<Subject> {
  const { library } = services;
  const document = c.req.param('id') ?? '';
  const redline = c.req.param('redline');
  if (redline === undefined) {
    const view = (stored: StoredHead) => viewOf(c, services, stored);
    return { kept: library.documents, id: document, self: linkOf(document), view };
  }
  const kept = await library.redlines.of(actorOf(c), document);
  return {
    kept,
    id: redline,
    self: redlineLink(document, redline),
    view: async (stored) => viewRedline(stored),
  };
}

/** A document as whoever asks is shown it. */
export async function viewOf(c: Context<HttpEnv>, services: HttpServices, stored: StoredHead) {
  const retained = await services.library.retention.show(stored.head);
  return viewDocument(stored, roleIn(c, services, stored.head.members), retained);
}

/** @throws {DocumentsError} `documents/not-word` for what the engine cannot read. */
export function assertWord({ facts }: Version): void {
  if (isWord(facts.type)) return;
  throw new DocumentsError('documents/not-word', 'Only Word documents can be compared, edited and shown.');
}

/** The bytes of a version that the engine can read, counted where the memory of uploads is. @throws {DocumentsError} `documents/not-word`. */
export async function wordBytes(
  version: Version,
  open: () => Promise<AsyncIterable<Uint8Array>>,
  share: UploadShare,
): Promise<Uint8Array> {
  assertWord(version);
  const { facts } = version;
  share.take(facts.size);
  const bytes = new Uint8Array(facts.size);
  let at = 0;
  for await (const chunk of await open()) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

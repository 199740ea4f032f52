import { createHash } from 'node:crypto';
import {
  type ChangeOf,
  type Documents,
  DocumentsError,
  type NewRedline,
  type StoredHead,
} from '../../src/documents/index.ts';
import { CLIENT, GUEST, TENANT } from './actor.ts';
import { contentOf, WORD } from './contents.ts';
import { erase, forget, join, visit } from './goings.ts';
import { CHORES } from './kinds.ts';
import { askBatch, askLater, beginAgain, cancel } from './later.ts';
import type { Scheduler } from './scheduler.ts';
import type { Server } from './server.ts';
import type { Clients, Task } from './tasks.ts';

/** Does once what a task asks for. @throws what the service answers when it fails. */
export async function act(clients: Clients, server: Server, task: Task): Promise<void> {
  const { kind, operation } = task;
  if (CHORES.includes(kind)) await doChore(clients, server, task);
  else if (kind === 'create') heard(clients, await create(server, operation));
  else if (kind === 'upload') await upload(clients, server, task);
  else if (kind === 'read') await read(server, operation);
  else if (kind === 'visit') await visit(clients, server, task);
  else if (kind === 'forget') await forget(clients, server, task);
  else if (kind === 'keyed') await createOnce(clients, server, task);
  else if (kind === 'later') await askLater(clients, server, task);
  else if (kind === 'batch') await askBatch(clients, server, task);
  else if (kind === 'cancel') await cancel(clients, server);
  else if (kind === 'again') await beginAgain(clients, server);
  else await change(clients, server, task);
}

async function doChore({ vault, alarms }: Clients, server: Server, { kind, operation }: Task): Promise<void> {
  if (kind === 'sweep') await server.sweep();
  if (kind === 'work') await server.working.work();
  if (kind === 'put-back') await server.working.operations.sweep();
  if (kind === 'tend') await server.working.tend();
  if (kind === 'finish') await server.finish();
  if (kind === 'relay') await server.trail.advance();
  if (kind === 'relay-left') await server.trail.sweep();
  if (kind === 'relay-lately') await server.trail.catchUp();
  if (kind === 'prune') await server.prune();
  if (kind === 'rotate') await server.keys.rotate(TENANT);
  if (kind === 'rewrap') {
    const lost = await server.rewrap();
    if (lost > 0) alarms.push(`${operation}: ${lost} keys cannot be unwrapped`);
  }
  if (kind === 'retire') {
    for (const version of vault.alive) await server.keys.retire(TENANT, version);
  }
}

/** The answer is sent when this comes back. */
async function read({ trail }: Server, operation: string): Promise<void> {
  await trail.record({
    type: 'document.read',
    outcome: 'done',
    reason: null,
    actor: CLIENT,
    object: operation,
  });
}

function heard(clients: Clients, { head }: StoredHead): void {
  if (!clients.known.includes(head.id)) clients.known.push(head.id);
  if (head.redline !== null) clients.documentOf.set(head.id, head.redline.document);
}

function create(server: Server, operation: string, body = sent(contentOf(operation))): Promise<StoredHead> {
  const describe = async () => ({ name: 'x', labels: [] });
  return server.documents.create({ actor: CLIENT, operation }, describe, { type: WORD, body });
}

async function change(
  clients: Clients,
  server: Server,
  { kind, operation, document, guest, person }: Task,
): Promise<void> {
  if (document === null) throw new Error('A task about no document.');
  const parent = clients.documentOf.get(document);
  const actor = guest ? GUEST : CLIENT;
  if (kind === 'admit' || kind === 'expel')
    return await changeGuest(clients, server, kind, operation, parent ?? document);
  if (kind === 'hold' || kind === 'release')
    return await changeHold(clients, server, kind, operation, parent ?? document);
  if (kind === 'erase') {
    await erase(clients, server, actor, operation, parent ?? document);
    return;
  }
  if (kind === 'join') return await join(server, operation, parent ?? document, person);
  const heads = parent === undefined ? server.documents : await server.redlines.of(actor, parent);
  // What a guest knows of the state they may have from before.
  const known = parent === undefined ? server.documents : await server.redlines.of(CLIENT, parent);
  const { head, generation } = await known.get(CLIENT, document, { deleted: true });
  const change = { actor, operation, document, ifMatch: generation };
  const once = { actor, operation };
  switch (kind) {
    case 'label':
      await heads.describe(change, { labels: [...head.labels, operation] });
      return;
    case 'version': {
      const body = sent(contentOf(operation));
      await heads.addVersion(change, { type: WORD, body });
      return;
    }
    case 'leased': {
      await writeAlone(clients, server, heads, change, parent ?? document);
      return;
    }
    case 'restore':
      await heads.restoreVersion(change, 1);
      return;
    case 'remove':
      await heads.remove(change);
      return;
    case 'undelete':
      await heads.undelete(change);
      return;
    case 'link': {
      const place = { document: parent ?? document, redline: parent === undefined ? null : document };
      const grant = { ...place, version: null, inline: false, lifetimeMs: LINK_MS };
      const { token, link } = await server.links.create(once, grant);
      clients.links.push({ token, expiresAt: Date.parse(link.expiresAt) });
      return;
    }
    case 'copy':
      await server.documents.copy(once, { document: parent ?? document });
      return;
    case 'redline':
      heard(clients, (await server.redlines.create(once, parent ?? document, made(operation))).stored);
      return;
    default: {
      const { result } = await heads.derive(change, 'edited', made(operation));
      if (JSON.stringify(result) !== JSON.stringify({ of: operation })) {
        clients.alarms.push(`${operation}: the result is that of another edit`);
      }
    }
  }
}

/** Takes a lease, works for a while, and commits under it, however long it took meanwhile. */
async function writeAlone(
  { scheduler }: Clients,
  server: Server,
  heads: Documents,
  change: ChangeOf,
  document: string,
): Promise<void> {
  const { actor, operation } = change;
  const clause = scheduler.chance(0.6) ? scheduler.pick(['a', 'b']) : null;
  const lifetimeMs = 500 + Math.floor(scheduler.random() * 8000);
  const lease = await server.leases.take({ actor, operation }, document, { clause, lifetimeMs });
  for (let n = scheduler.random() * 4; n > 0; n -= 1) await scheduler.wait(server.process);
  if (scheduler.chance(0.2)) await server.leases.renew(actor, document, lease.id, lifetimeMs);
  const under = { ...change, ifMatch: null, lease: lease.id };
  await heads.addVersion(under, { type: WORD, body: sent(contentOf(operation)) });
  if (scheduler.chance(0.7)) await server.leases.end(actor, document, lease.id).catch(() => {});
}

/** Lets the guest in as an editor, or shows them out. */
async function changeGuest(
  clients: Clients,
  server: Server,
  kind: 'admit' | 'expel',
  operation: string,
  document: string,
): Promise<void> {
  const { generation } = await server.members.get(CLIENT, document);
  const change = { actor: CLIENT, operation, document, ifMatch: generation };
  const [subject] = GUEST.subjects;
  if (subject === undefined) throw new Error('The guest is nobody.');
  if (kind === 'admit') {
    await server.members.add(change, async () => ({ subject, role: 'editor', expiresAt: null }));
    return;
  }
  const { head } = await server.members.remove(change, subject);
  clients.expelled.push({ document, sequence: head.sequence, landed: clients.landed() });
}

/** Puts a document under a legal hold, or takes it from under it. */
async function changeHold(
  clients: Clients,
  server: Server,
  kind: 'hold' | 'release',
  operation: string,
  document: string,
): Promise<void> {
  const { generation } = await server.holds.get(CLIENT, document);
  const change = { actor: CLIENT, operation, document, ifMatch: generation };
  if (kind === 'release') {
    await server.holds.release(change);
    return;
  }
  const { head } = await server.holds.set(change, operation);
  clients.held.push({ document, sequence: head.sequence, landed: clients.landed() });
}

/** A week, the longest time that there is. */
const LINK_MS = 7 * 24 * 3_600_000;

/** What the engine makes of an operation. */
function made(operation: string): () => Promise<NewRedline> {
  return async () => ({
    name: 'redline',
    document: contentOf(operation),
    examine: async () => ({ type: WORD }),
    result: { of: operation },
    counts: {},
    facts: { kind: 'compared', original: SIDE, modified: [SIDE], options: {}, summary: {} },
  });
}

const SIDE = { document: null, version: null, name: 'x', sha256: '' };

/** Goes on with a resumable upload from where it is, then makes a document of it. */
async function upload(clients: Clients, server: Server, task: Task): Promise<void> {
  const { uploads } = server;
  const content = contentOf(task.operation);
  task.upload ??= { id: (await uploads.start(CLIENT, content.length)).id, acknowledged: 0 };
  const going = task.upload;
  const { id } = going;
  try {
    const { acknowledged } = going;
    let { offset } = await uploads.find(CLIENT, id);
    if (offset < acknowledged) clients.alarms.push(`${task.operation}: an upload went back`);
    while (offset < content.length) {
      offset = (await uploads.append(CLIENT, id, piece(clients.scheduler, content, offset))).offset;
      going.acknowledged = Math.max(going.acknowledged, offset);
    }
    const { body } = await uploads.open(CLIENT, id);
    heard(clients, await create(server, task.operation, body));
  } catch (error) {
    // It has expired, or something came between: what is known of it no longer holds.
    if (error instanceof DocumentsError && error.code === 'uploads/not-found') task.upload = null;
    throw error;
  }
  await uploads.remove(CLIENT, id).catch(() => {});
}

/** Some of the bytes behind an offset; the connection may break, and a checksum may stand with them. */
function piece(scheduler: Scheduler, content: Buffer, offset: number) {
  const end = Math.min(content.length, offset + 1 + Math.floor(scheduler.random() * content.length));
  const bytes = content.subarray(offset, end);
  const checked = scheduler.chance(0.3);
  const checksum = { algorithm: 'sha256' as const, digest: createHash('sha256').update(bytes).digest() };
  const body = scheduler.chance(0.2) ? broken(bytes) : sent(bytes);
  return { offset, body, ...(checked ? { checksum } : {}) };
}

/** A creation under an idempotency key, as the service does it: sent again it gets the first answer. */
async function createOnce(clients: Clients, server: Server, task: Task): Promise<void> {
  const begun = await server.requests.begin(CLIENT, task.operation, 'create');
  if (begun.kind === 'other') clients.alarms.push(`${task.operation}: the key is said to be another's`);
  if (begun.kind === 'done') task.answers.push(begun.answer.body);
  if (begun.kind === 'running') throw new DocumentsError('documents/unclear', 'It is being worked on.');
  if (begun.kind !== 'claimed') return;
  const stored = await create(server, task.operation);
  heard(clients, stored);
  const body = `${stored.head.id} ${stored.generation}`;
  task.answers.push(body);
  if (clients.scheduler.chance(0.3)) await begun.claim.renew().catch(() => {});
  await begun.claim.finish(null, { status: 201, headers: [], body }).catch(() => {});
}

/** In two pieces. */
async function* sent(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const half = bytes.length >> 1;
  yield bytes.subarray(0, half);
  yield bytes.subarray(half);
}

async function* broken(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1);
  throw new DocumentsError('documents/unclear', 'The connection broke.');
}

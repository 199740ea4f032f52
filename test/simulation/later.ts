import type { NewOperation } from '../../src/documents/index.ts';
import {
  type AskedSide,
  BATCH,
  type BatchPair,
  COMPARISON,
  type ComparisonRequest,
} from '../../src/jobs/index.ts';
import { CLIENT, GUEST } from './actor.ts';
import { contentOf } from './contents.ts';
import type { Server } from './server.ts';
import type { Clients, Task } from './tasks.ts';

// What is asked for now and done later. Which task asked stands in the options, as an author.

/** Asks for a comparison of a version of a document with one of another, or with what is sent along. */
export async function askLater(clients: Clients, server: Server, task: Task): Promise<void> {
  const { operation, guest } = task;
  const actor = guest ? GUEST : CLIENT;
  const { original, modified, keep, documents, inputs } = await pairOf(clients, server, task);
  const request: ComparisonRequest = {
    ...{ original, modified, options: { author: operation } },
    keep: keep === null ? null : { document: keep, name: null, operation },
  };
  const asked: NewOperation = { kind: COMPARISON, priority: 'express', actor, request, documents };
  const { id } = await server.working.operations.accept(asked, inputs);
  clients.taken.set(id, operation);
}

/** Asks for some of them at once. */
export async function askBatch(clients: Clients, server: Server, task: Task): Promise<void> {
  const pairs: BatchPair[] = [];
  for (let n = 2 + clients.scheduler.random() * 2; n >= 1; n -= 1) {
    const { original, modified, keep } = await pairOf(clients, server, task);
    pairs.push({ name: `p${n}`, original, modified, options: { author: task.operation }, keep });
  }
  const request = { name: task.operation, priority: 'batch', pairs } as const;
  const { operation } = await server.working.batches.accept(CLIENT, request, sentWith(task));
  clients.taken.set(operation.id, task.operation);
}

/** Ends one of them. */
export async function cancel(clients: Clients, server: Server): Promise<void> {
  const id = pickTaken(clients);
  const { state } = await server.working.operations.cancel(CLIENT, id, true);
  if (state === 'cancelled') clients.cancelled.add(id);
}

/** Begins one again that was given up, or what failed of a batch. */
export async function beginAgain(clients: Clients, server: Server): Promise<void> {
  const id = pickTaken(clients);
  const { operations, batches } = server.working;
  const { kind } = await operations.find(CLIENT, id, true);
  await (kind === BATCH ? batches.retry(CLIENT, id, true) : operations.replay(CLIENT, id, true));
}

interface Pair {
  readonly original: AskedSide;
  readonly modified: AskedSide;
  readonly keep: string | null;
  readonly documents: readonly string[];
  readonly inputs: Readonly<Record<string, Uint8Array>>;
}

async function pairOf(clients: Clients, server: Server, task: Task): Promise<Pair> {
  const { scheduler, documentOf } = clients;
  const document = documentOf.get(task.document ?? '') ?? task.document ?? '';
  const original = { document, version: 1 };
  const { head } = await server.documents.get(task.guest ? GUEST : CLIENT, document);
  const version = head.versions.at(-1)?.number ?? 1;
  const isSent = scheduler.chance(0.4);
  const modified = isSent ? { input: 'modified', name: 'x.docx' } : { document, version };
  const keep = scheduler.chance(0.5) ? document : null;
  return { original, modified, keep, documents: [document], inputs: isSent ? sentWith(task) : {} };
}

function sentWith({ operation }: Task): Readonly<Record<string, Uint8Array>> {
  return { modified: contentOf(operation) };
}

function pickTaken({ taken, scheduler }: Clients): string {
  return taken.size === 0 ? `o_${'0'.repeat(32)}` : scheduler.pick([...taken.keys()]);
}

import type { BlobStore } from '../../src/documents/blob-store.ts';
import type { Operation } from '../../src/documents/index.ts';
import { SealedObjects } from '../../src/documents/sealed-objects.ts';
import { TENANT } from './actor.ts';
import { nameIn } from './contents.ts';
import type { Scheduler } from './scheduler.ts';
import type { Outside, Server } from './server.ts';
import type { Kept } from './world.ts';

/** One operation, as every write left it, oldest first. */
export interface Work {
  readonly writes: readonly Operation[];
  /** Whether its record is there when all is done. */
  readonly isThere: boolean;
  /** Which documents its result is the redline of; `null`: there is no result that can be read. */
  readonly result: string | null;
  /** Whether its time is over, or about to be. */
  readonly isOver: boolean;
}

/** What was asked for later, when nothing is left to do. */
export interface Works {
  readonly all: ReadonlyMap<string, Work>;
  /** Names of what stands where something is not over. */
  readonly pending: readonly string[];
  /** Names of what was sent and is there. */
  readonly inputs: readonly string[];
  /** What stands on which shelf: `BOARD/ID`. */
  readonly shelved: readonly string[];
  /** Ids that the queue knows besides the dead. */
  readonly queued: number;
  readonly dead: readonly string[];
  /** When it forgot everything; milliseconds since 1970, 0 for never. */
  readonly flushedAt: number;
}

/** Looks so often, each time later, whether something is left to do. */
const MOST_ROUNDS = 60;
const ROUND_MS = 70_000;
/** By how much clocks of two processes differ. */
const SKEW_MS = 15 * 60_000;

/** Does what is left to do. */
export async function drain({ working }: Server, scheduler: Scheduler): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await working.tend();
    // Work that is handed back may leave behind what only the next sweep finds.
    let found = await working.operations.sweep();
    for (let done = 1; done > 0; found += done) done = await working.work();
    const { waiting, delayed, active } = await working.queue.state();
    const isWaiting = Object.values(waiting).some(({ count }) => count > 0);
    if (found === 0 && !isWaiting && delayed + active === 0) return;
    scheduler.now += ROUND_MS;
  }
}

/** @param recalled who can read what the keys of are destroyed. */
export async function inspectWorks(
  { working }: Server,
  recalled: Server,
  { disks, queue }: Outside,
  scheduler: Scheduler,
): Promise<Works> {
  const writes = new Map<string, Operation[]>();
  const seen = new Set<string>();
  const kept = [...disks.heads.purged, ...[...disks.heads.objects.values()].flat()];
  const records = kept.filter(({ name }) => name.startsWith('operations/'));
  for (const one of records.toSorted((a, b) => Number(a.generation) - Number(b.generation))) {
    const found = await opened(recalled, one);
    // A write that only wraps the key anew is none.
    if (found === null || seen.has(found.write)) continue;
    seen.add(found.write);
    const { operation } = found;
    writes.set(operation.id, [...(writes.get(operation.id) ?? []), operation]);
  }
  const all = new Map<string, Work>();
  for (const [id, those] of writes) {
    const isThere = disks.heads.live(`operations/${TENANT}/${id}`) !== null;
    const last = those.at(-1);
    const isOver = endOf(last) < scheduler.now + SKEW_MS;
    all.set(id, { writes: those, isThere, isOver, result: await resultOf(working.results, last) });
  }
  const names = (disk: typeof disks.heads, prefix: string) =>
    [...disk.objects.keys()].filter((name) => name.startsWith(prefix) && disk.live(name) !== null);
  const { waiting, delayed, active } = await working.queue.state();
  const dead = await working.queue.dead({ after: null, limit: 1000 });
  return {
    ...{ all, pending: names(disks.spool, 'pending/'), inputs: names(disks.heads, 'inputs/') },
    shelved: names(disks.spool, 'shelves/').map((name) => name.split('/').slice(3).join('/')),
    queued: Object.values(waiting).reduce((sum, { count }) => sum + count, delayed + active),
    dead: dead.map(({ id }) => id),
    flushedAt: queue.flushedAt,
  };
}

/** Until when there is what came of one, milliseconds since 1970: it is kept from before its end, which may come a day later. */
function endOf(last: Operation | undefined): number {
  const { expiresAt = null, endedAt = null, attempt, events = [] } = last ?? {};
  if (expiresAt === null || endedAt === null) return Number.POSITIVE_INFINITY;
  const kept = events.find((event) => event.attempt === attempt && event.stage === 'keeping');
  return expiresAt - (Date.parse(endedAt) - Date.parse(kept?.at ?? endedAt));
}

interface Envelope {
  readonly write: string;
  readonly operation: Operation;
}

async function opened({ dataKeys, ambient }: Server, kept: Kept): Promise<Envelope | null> {
  const body = new Response(kept.bytes.slice()).body;
  const store = { read: async () => ({ ...kept, body }) } as unknown as BlobStore;
  const records = new SealedObjects<Envelope>(store, dataKeys, ambient, 'operation');
  const { name } = kept;
  return (await records.read({ name, tenant: TENANT, id: name.split('/')[2] ?? '' }))?.value ?? null;
}

async function resultOf(results: Server['working']['results'], last?: Operation): Promise<string | null> {
  const { kind, id } = (last?.result ?? {}) as { readonly kind?: string; readonly id?: string };
  if (last?.state !== 'succeeded' || kind !== 'comparisons' || id === undefined) return null;
  const content = await results.open({ tenant: TENANT, kind, id }, 'document');
  if (typeof content === 'string') return null;
  return nameIn(new Uint8Array(await new Response(content.body).arrayBuffer()));
}

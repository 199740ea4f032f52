import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import type { Happening } from '../../src/audit/index.ts';
import { DataKeys, type NewOperation, type Operation, OperationStore } from '../../src/documents/index.ts';
import {
  type Handler,
  type Handlers,
  type JobQueue,
  Operations,
  type OperationsParts,
  type Task,
  Worker,
  type WorkerParts,
} from '../../src/jobs/index.ts';
import { createLog, systemRandom, systemTimer } from '../../src/kit/index.ts';
import {
  DirectoryBlobStore,
  KeyRing,
  MemoryChannel,
  SqliteJobQueue,
} from '../../src/platform/embedded/index.ts';

export const ACTOR = localOperator('r', '127.0.0.1');
/** How long something is waited for that must come. */
const PATIENCE_MS = 30_000;

interface WorkerOptions {
  readonly lockMs?: number;
  readonly slots?: number;
  /** Instead of the one that all others have. */
  readonly queue?: JobQueue;
  /** Whether whoever asked may have it done; by default everybody. */
  readonly admit?: WorkerParts['admit'];
}

const asAsked: WorkerParts['admit'] = async ({ actor }) => actor;

export interface Workshop {
  readonly store: OperationStore;
  readonly queue: SqliteJobQueue;
  readonly operations: Operations;
  readonly told: Happening[];
  readonly behind: unknown[];
  readonly heads: DirectoryBlobStore;
  readonly spool: DirectoryBlobStore;
  now(): number;
  /** Lets so much time go by for records and locks. */
  pass(ms: number): void;
  /** Another process with the same stores and queue. */
  worker(handlers: Handlers, options?: WorkerOptions): Worker;
  begin(asked?: Partial<NewOperation>, inputs?: Record<string, Uint8Array>): Promise<Operation>;
  read(id: string): Promise<Operation>;
  /** Waits for an operation to be so. */
  until(id: string, is: (operation: Operation) => boolean): Promise<Operation>;
  close(): Promise<void>;
}

/** Operations, their queue and their workers, with data in a folder of its own and a clock that is moved. */
export async function openWorkshop(more: Partial<OperationsParts> = {}): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-work-'));
  const heads = await DirectoryBlobStore.open(join(folder, 'heads'), true);
  const spool = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(ACTOR.tenant);
  let offset = 0;
  const clock = () => Date.now() + offset;
  const ambient = { clock, random: systemRandom, pause: async () => {} };
  const keys = new DataKeys(ring, { clock });
  const store = new OperationStore({ heads, spool, keys, ambient, prunesItself: false });
  const queue = SqliteJobQueue.open(join(folder, 'queue.sqlite'), clock);
  const [told, behind]: [Happening[], unknown[]] = [[], []];
  const onBehind = (error: unknown): void => void behind.push(error);
  const trail = { record: async (...all: readonly Happening[]) => void told.push(...all) };
  const channel = new MemoryChannel();
  const parts = { store, queue, channel, trail, ambient, timer: systemTimer, keepMs: 3_600_000, onBehind };
  const operations = new Operations({ ...parts, ...more });
  const workers: Worker[] = [];
  const read = async (id: string): Promise<Operation> => {
    const stored = await store.read({ tenant: ACTOR.tenant, id });
    if (stored === null) throw new Error('There is no such operation.');
    return stored.operation;
  };
  return {
    ...{ store, queue, operations, told, behind, heads, spool, read },
    now: clock,
    pass: (ms) => {
      offset += ms;
    },
    worker: (handlers, { lockMs = 60_000, slots = 2, queue: asked = queue, admit = asAsked } = {}) => {
      const log = createLog('error', { write: () => {} });
      const worker = new Worker({
        ...{ name: `w${workers.length}`, queue: asked, store, operations, handlers, slots, lockMs, most: 3 },
        ...{ admit, clock, timer: systemTimer, random: () => 0, log, onBehind },
      });
      workers.push(worker);
      worker.start();
      return worker;
    },
    begin: async (asked = {}, inputs = {}) =>
      await operations.accept(
        { kind: 'work', priority: 'normal', actor: ACTOR, request: {}, ...asked },
        inputs,
      ),
    until: async (id, is) =>
      await vi.waitFor(
        async () => {
          const operation = await read(id);
          if (!is(operation))
            throw new Error(`It is ${operation.state}, ${JSON.stringify(operation.events)}.`);
          return operation;
        },
        { timeout: PATIENCE_MS, interval: 20 },
      ),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.end(0)));
      queue.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What does operations of the kind `work`. */
export function working(
  run: (task: Task) => Promise<object>,
  limits: Partial<Pick<Handler, 'softMs' | 'hardMs'>> = {},
): Handlers {
  return new Map([['work', { softMs: 600_000, hardMs: 600_000, needs: () => [], ...limits, run }]]);
}

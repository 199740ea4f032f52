import {
  type AllErasures,
  DocumentsError,
  type ExportState,
  type Exports,
  isPerson,
  type Library,
  type Operation,
} from '../../documents/index.ts';
import type { Timer } from '../../kit/index.ts';
import type { Handler, Need, Task } from './handlers.ts';

// What has a record of its own, which says what became of it and outlives the process that began it: the operation follows that.
// Decision 0227.

export const ERASURE = 'erasure';
export const EXPORT = 'export';
export const RETENTION = 'retention';

/** What is done step by step where no step can be taken back: once it was begun it goes to its end. */
const UNSTOPPABLE: ReadonlySet<string> = new Set([ERASURE, RETENTION]);

/** Whether ending it would leave something half done. */
export function isBeyondRecall({ kind, attempt }: Pick<Operation, 'kind' | 'attempt'>): boolean {
  return UNSTOPPABLE.has(kind) && attempt > 0;
}

/** What an operation of the kind `erasure` is asked. */
export interface ErasureRequest {
  /** A document or a person. */
  readonly subject: string;
  readonly reason: string;
}

/** What an operation of the kind `export` is asked: which one, as it was begun. */
export interface ExportRequest {
  readonly export: string;
  readonly scope: 'tenant' | 'own';
}

/** What an operation of the kind `retention` is asked. */
export interface RetentionRequest {
  readonly dryRun: boolean;
}

export interface KeptElsewhereParts extends AllErasures {
  readonly library: Pick<Library, 'retentionSweep'>;
  readonly exports: Exports;
  readonly timer: Timer;
}

/** They take what there is: a bound for what hangs. */
const LIMITS = { softMs: 10 * 60_000, hardMs: 60 * 60_000 };
const LOOK_MS = 1000;
/** How far it is in percent, by what the record says: nobody knows beforehand how much there is. */
const ERASED = { begun: 10, closed: 40, gone: 70, done: 90 } as const;
const PLANNED = { documents: 10, events: 50, proof: 80, closing: 90 } as const;

/** What does these operations, by kind. */
export function keptElsewhere(parts: KeptElsewhereParts): readonly (readonly [string, Handler])[] {
  return [
    [
      ERASURE,
      handler(
        () => 'erasures',
        (task) => erase(task, parts),
      ),
    ],
    [EXPORT, handler(exporting, (task) => prepare(task, parts))],
    [
      RETENTION,
      handler(
        () => 'retention.manage',
        (task) => sweep(task, parts),
      ),
    ],
  ];
}

/** An archive that nobody waits for any more is not planned to its end. Called with every operation that has ended. */
export async function dropCancelledExport(
  { kind, state, tenant, request }: Operation,
  exports: Pick<Exports, 'drop'>,
): Promise<void> {
  if (kind === EXPORT && state === 'cancelled') await exports.drop(tenant, (request as ExportRequest).export);
}

function handler(action: (operation: Operation) => Need['action'], run: Handler['run']): Handler {
  return { ...LIMITS, needs: (operation) => [{ action: action(operation), document: null }], run };
}

function exporting({ request }: Pick<Operation, 'request'>): Need['action'] {
  return (request as ExportRequest).scope === 'tenant' ? 'exports.all' : 'exports';
}

/** Asked again, also by another worker, it goes on with what was begun. */
async function erase(task: Task, { erasures, personErasures, timer }: KeptElsewhereParts): Promise<object> {
  const { actor, request } = task.operation;
  // Nothing but what takes operations of this kind writes there.
  const { subject, reason } = request as ErasureRequest;
  const all = isPerson(subject) ? personErasures : erasures;
  const look = async (): Promise<void> => {
    const { state } = await all.begun.find(actor.tenant, subject);
    task.progress(state, ERASED[state]);
  };
  await followed<object>(look, timer, () => all.erase(actor, subject, reason));
  return { kind: ERASURE, id: subject };
}

/** Goes on with the plan wherever it is, until it is made. */
async function prepare(task: Task, { exports, timer }: KeptElsewhereParts): Promise<object> {
  const { tenant, actor, request } = task.operation;
  const { export: id, scope } = request as ExportRequest;
  const look = async (): Promise<void> => {
    const { cursor } = await exports.find(actor, id, scope === 'tenant');
    task.progress(cursor.phase, PLANNED[cursor.phase]);
  };
  const { size, counts } = await followed(look, timer, () => planned(task, exports, timer, { tenant, id }));
  return { kind: EXPORT, id, size, counts };
}

async function planned(
  { signal }: Task,
  exports: Exports,
  timer: Timer,
  { tenant, id }: { readonly tenant: string; readonly id: string },
): Promise<ExportState> {
  for (;;) {
    const state = await exports.settled(tenant, id);
    if (state === null) throw new DocumentsError('exports/not-found', 'The export is there no more.');
    if (state.status === 'ready') return state;
    if (state.status === 'failed')
      throw new DocumentsError('exports/not-ready', `The export failed: ${state.reason}.`);
    // Another process makes it, or could not go on.
    await new Promise<void>((go) => void timer(LOOK_MS, go));
    signal.throwIfAborted();
  }
}

async function sweep(task: Task, { library }: KeptElsewhereParts): Promise<object> {
  const { tenant, request } = task.operation;
  const { dryRun } = request as RetentionRequest;
  task.progress('sweeping', 10);
  return { kind: RETENTION, ...(await library.retentionSweep.run(tenant, dryRun)) };
}

/** Says how far something is, every second until it ends. @param look fails as long as there is no record. */
async function followed<Value>(
  look: () => Promise<void>,
  timer: Timer,
  work: () => Promise<Value>,
): Promise<Value> {
  let isOver = false;
  let stop = (): void => {};
  const again = (): void => {
    if (!isOver) stop = timer(LOOK_MS, () => void look().then(again, again));
  };
  again();
  try {
    return await work();
  } finally {
    isOver = true;
    stop();
  }
}

import { isOpen, type Operation } from '../../src/documents/index.ts';
import type { BatchResult } from '../../src/jobs/batches/request.ts';
import { BATCH, type BatchRequest, COMPARISON, type ComparisonRequest } from '../../src/jobs/index.ts';
import type { History } from './inspect.ts';
import type { Work } from './inspect-operations.ts';
import type { Clients } from './tasks.ts';
import { MOST_ATTEMPTS } from './working.ts';

/** What was taken ends once in effect, and nothing else does; what is over leaves nothing. */
export function operationFaults(history: History): string[] {
  return [
    ...takenFaults(history),
    ...restFaults(history),
    ...[...history.works.all].flatMap(([id, work]) => recordFaults(id, work, history.clients)),
    ...effectFaults(history),
    ...batchFaults(history),
    ...toldFaults(history),
  ];
}

/** What was acknowledged is there, unless a document that it names was erased; what was refused is not. */
function takenFaults({ works, tasks, clients: { taken, cancelled }, gone }: History): string[] {
  const faults: string[] = [];
  const isErased = ({ documents }: Operation) => documents.some((one) => gone.documents.has(one));
  for (const [id, task] of taken) {
    const work = works.all.get(id);
    const last = work?.writes.at(-1);
    if (last === undefined) faults.push(`${id} of ${task} was taken and is lost`);
    else if (isOpen(last) && !(isErased(last) && !work?.isThere))
      faults.push(`${id} of ${task} was taken and is ${last.state} for ever`);
    const wasCancelled = work?.writes.some(({ state }) => state === 'cancelled') === true;
    if (cancelled.has(id) && !wasCancelled && last !== undefined && !isErased(last))
      faults.push(`${id} of ${task} is said to be cancelled and is ${last.state}`);
  }
  const refused = new Set(
    tasks.filter(({ outcome }) => outcome === 'refused').map(({ operation }) => operation),
  );
  for (const [id, { writes, isThere }] of works.all) {
    const asked = askedBy(writes[0]);
    const isBegun = writes.some(({ state }) => state === 'running');
    if (refused.has(asked) && (isThere || isBegun) && writes[0]?.parent === null)
      faults.push(`${id} of ${asked} was refused and ${isThere ? 'is there' : 'was begun'}`);
    for (const document of writes[0]?.documents ?? [])
      if (isThere && gone.documents.get(document)?.state === 'done')
        faults.push(`${document} is erased, and ${id} names it`);
  }
  return faults;
}

/** Which task asked for it. */
function askedBy(operation: Operation | undefined): string {
  if (operation?.kind === BATCH) return (operation.request as BatchRequest).name ?? '';
  return String((operation?.request as ComparisonRequest | undefined)?.options.author ?? '');
}

/** Nothing is left to do, and what stands anywhere says so. */
function restFaults({ works }: History): string[] {
  // Of what never came to be a mark stays for a day.
  const isThere = (id = '') => works.all.get(id)?.isThere === true;
  const left = works.pending.filter((name) => isThere(name.split('/')[2]));
  const faults = left.map((name) => `${name} is left`);
  if (works.queued > 0) faults.push(`${works.queued} jobs are left in the queue`);
  const dead = new Set(works.dead);
  for (const [id, { writes, isThere }] of works.all) {
    const last = writes.at(-1);
    if (last === undefined || !isThere) continue;
    // What the queue forgot is known by its record alone.
    const isListed = dead.has(id) || works.flushedAt > 0;
    if (last.dead && !isListed) faults.push(`${id} was given up and is not with the dead`);
    const isKept = last.dead || last.kind === BATCH;
    if (!isKept && works.inputs.some((name) => name.includes(id)))
      faults.push(`what was sent with ${id} is left`);
    const shelves = works.shelved.filter((name) => name.endsWith(id)).map((name) => name.split('/')[0]);
    const meant = last.parent === null ? last.state : '';
    if (shelves.join() !== meant) faults.push(`${id} is ${last.state} and stands with ${shelves.join()}`);
  }
  return faults;
}

/** Reasons for which work fails in a world where nothing is wrong with it. */
const REASONS =
  /^(documents|redlines|members|storage)\/|^work\/(attempts-exceeded|deadline-exceeded)$|^batches\/none-succeeded$/;
const NEVER = /^storage\/(damaged|refused)$/;

/** What one record says follows from what it said before. */
function recordFaults(id: string, { writes }: Work, { taken }: Clients): string[] {
  const faults: string[] = [];
  writes.forEach((write, at) => {
    const { attempt, state, error, events, endedAt } = write;
    const before = writes[at - 1];
    if (attempt > MOST_ATTEMPTS) faults.push(`${id} was begun ${attempt} times`);
    if (isOpen(write) !== (endedAt === null)) faults.push(`${id} is ${state} and ended at ${endedAt}`);
    // Whoever took it stood still for a day between what was sent and the record, and died: nobody was told of it.
    const isLeft = error?.code === 'work/input-missing' && !taken.has(write.parent ?? id);
    if (error !== null && !isLeft && (!REASONS.test(error.code) || NEVER.test(error.code)))
      faults.push(`${id} failed for ${error.code}`);
    const sequence = events.at(-1)?.sequence ?? 0;
    // A part of a batch is begun anew under the same id.
    if (sequence === 1 && (at === 0 || write.parent !== null)) return;
    if (sequence !== (before?.events.at(-1)?.sequence ?? 0) + 1) faults.push(`${id} lost an event`);
    if (before === undefined || isOpen(before)) return;
    if (events.at(-1)?.note !== 'replayed') faults.push(`${id} was ${before.state} and became ${state}`);
  });
  return faults;
}

/** What succeeded has its one result, of the documents that were asked for; what was never begun has none. */
function effectFaults({ works, documents, gone }: History): string[] {
  const faults: string[] = [];
  const commits = new Map<string, string[]>();
  for (const [id, { heads }] of documents) {
    const operation = heads[0]?.commit.operation;
    if (operation !== undefined) commits.set(operation, [...(commits.get(operation) ?? []), id]);
  }
  for (const [id, { writes, isThere, isOver, result }] of works.all) {
    const last = writes.at(-1);
    if (last === undefined || last.kind !== COMPARISON) continue;
    const { keep } = last.request as ComparisonRequest;
    const made = keep === null ? [] : (commits.get(keep.operation) ?? []);
    if (made.length > 1) faults.push(`${id} kept ${made.length} redlines`);
    const isBegun = writes.some(({ state }) => state === 'running');
    const others = [...works.all].some(([other, work]) => other !== id && keptAs(work) === keep?.operation);
    if (!isBegun && !others && made.length > 0) faults.push(`${id} was never begun and kept a redline`);
    if (last.state !== 'succeeded') continue;
    const { id: kept, kind } = last.result as { readonly id: string; readonly kind: string };
    if (kind === 'redline' && !made.includes(kept))
      faults.push(`${id} says that it kept a redline that is not there`);
    if (kind === 'redline' || !isThere || isOver || last.documents.some((one) => gone.documents.has(one)))
      continue;
    if (result === null) faults.push(`${id} has no result`);
    else if (!result.includes('+')) faults.push(`${id} has the result ${result}`);
  }
  return faults;
}

function keptAs({ writes }: Work): string | undefined {
  const [first] = writes;
  return first?.kind === COMPARISON ? (first.request as ComparisonRequest).keep?.operation : undefined;
}

/** A batch ends after its pairs, and counts what became of them; nothing of a cancelled one goes on. */
function batchFaults({ works }: History): string[] {
  const faults: string[] = [];
  for (const [id, { writes, isThere }] of works.all) {
    const last = writes.at(-1);
    if (last === undefined || last.kind !== BATCH || !isThere) continue;
    const parts = [...works.all.values()].flatMap(({ writes: all }) => {
      const part = all.at(-1);
      return part?.parent === id ? [part] : [];
    });
    const open = parts.filter(isOpen).length;
    if (!isOpen(last) && open > 0) faults.push(`${id} is ${last.state}, and ${open} of its pairs go on`);
    if (last.state !== 'succeeded') continue;
    const { counts } = last.result as BatchResult;
    for (const state of ['succeeded', 'failed', 'cancelled'] as const) {
      const there = parts.filter((part) => part.state === state).length;
      if (there !== counts[state]) faults.push(`${id} counts ${counts[state]} ${state}, and ${there} are`);
    }
  }
  return faults;
}

/** Auditors see that each was taken, once, and each of its ends, once. */
function toldFaults({ works, events, gone, clients: { taken } }: History): string[] {
  const faults: string[] = [];
  const told = (type: string, id: string) =>
    events.filter((event) => event.type === type && event.object === id).length;
  for (const [id, { writes, isThere }] of works.all) {
    const last = writes.at(-1);
    const ends = writes.filter(
      (write, at) => !isOpen(write) && (at === 0 || isOpen(writes[at - 1] ?? write)),
    );
    const created = told('operation.created', id);
    const finished = told('operation.finished', id);
    if (created > 1 || (created === 0 && taken.has(id)))
      faults.push(`${id} was told ${created} times to be taken`);
    // Of what was taken back before anybody was told of it, or went with its document, no more is told.
    const isGone = !isThere && last?.documents.some((one) => gone.documents.has(one)) === true;
    const isTold = taken.has(id) || isThere || last?.parent !== null;
    const least = isTold && !isGone ? ends.length : 0;
    if (finished < least || finished > ends.length)
      faults.push(`${id} ended ${ends.length} times, and that was told ${finished} times`);
  }
  return faults;
}

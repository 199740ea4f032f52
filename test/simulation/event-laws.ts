import { hashOf } from '../../src/audit/event.ts';
import type { History } from './inspect.ts';

/** Every commit and every read that was answered is in the sink once and in order, and nothing that did not happen. */
export function eventFaults(history: History): string[] {
  return [...orderFaults(history), ...commitFaults(history), ...readFaults(history)];
}

function orderFaults({ events }: History): string[] {
  return events.flatMap((event, at) => {
    const previous = events[at - 1]?.hash ?? '0'.repeat(64);
    const isPlaced = event.sequence === at + 1 && event.previous === previous && event.hash === hashOf(event);
    return isPlaced ? [] : [`event ${event.sequence} is not where it should be`];
  });
}

function commitFaults({ events, documents }: History): string[] {
  const told = new Map<string, string[]>();
  for (const { object, commit, id } of events) {
    if (object !== null && commit !== null) told.set(object, [...(told.get(object) ?? []), id]);
  }
  const faults = [...told.keys()]
    .filter((object) => !documents.has(object))
    .map((object) => `there are events of ${object}, which there never was`);
  for (const [object, { heads }] of documents) {
    const happened = heads
      .flatMap(({ commit }) => commit.records.map(({ id }) => `${object}.${id}`))
      .join(' ');
    const events = (told.get(object) ?? []).join(' ');
    if (happened !== events) faults.push(`${object}: what happened was ${happened}, what is told ${events}`);
  }
  return faults;
}

function readFaults({ events, tasks }: History): string[] {
  const told = new Map<string, number>();
  for (const { type, object } of events) {
    if (type === 'document.read' && object !== null) told.set(object, (told.get(object) ?? 0) + 1);
  }
  const faults = tasks.flatMap(({ kind, operation, outcome, tries }) => {
    if (kind !== 'read' && kind !== 'visit') return [];
    const times = told.get(operation) ?? 0;
    told.delete(operation);
    if (outcome === 'done' && times === 0) return [`the read ${operation} was answered and is not told`];
    return times > tries ? [`the read ${operation} was tried ${tries} times and is told ${times} times`] : [];
  });
  return [...faults, ...[...told.keys()].map((operation) => `the read ${operation} was never asked for`)];
}

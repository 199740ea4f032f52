import { EMPTY_CHAIN, linkEvents } from '../../src/audit/event.ts';
import type { AuditEvent, Occurrence } from '../../src/audit/index.ts';

/** Something that happened: a read of a document by a person. */
export function occurrence(tenant: string, at: number, said: Partial<Occurrence> = {}): Occurrence {
  return {
    ...{ id: `e_${at}`, at: new Date(Date.UTC(2026, 10, 1) + at * 1000).toISOString(), tenant },
    ...({ type: 'document.read', outcome: 'done', reason: 'role' } as const),
    ...({ actorKind: 'person', actor: 'p_ann', credential: 's_1', address: '2001:db8::1' } as const),
    ...{
      requestId: `request-${at}`,
      object: 'd_1',
      document: 'd_1',
      version: null,
      commit: null,
      details: null,
    },
    ...said,
  };
}

/** A chain of so many events. */
export function chainOf(
  tenant: string,
  count: number,
  say: (at: number) => Occurrence = (at) => occurrence(tenant, at),
): AuditEvent[] {
  return linkEvents(
    EMPTY_CHAIN,
    Array.from({ length: count }, (_, at) => say(at + 1)),
  );
}

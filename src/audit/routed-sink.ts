import { OutsideError } from '../kit/index.ts';
import type { AuditSink } from './ports/audit-sink.ts';

/**
 * One sink made of several: the events of a tenant are in that of its region, and in no other.
 *
 * @param sinks the first one has those of tenants for whom nothing is said.
 * @param residencies the region of each tenant.
 */
export function routedSink(
  sinks: ReadonlyMap<string, AuditSink>,
  residencies: ReadonlyMap<string, string>,
): AuditSink {
  const [first] = sinks.keys();
  const at = (tenant: string): AuditSink => {
    const found = sinks.get(residencies.get(tenant) ?? first ?? '');
    if (found === undefined) {
      throw new OutsideError(
        'AuditSink',
        'refused',
        'A tenant belongs to a region without a sink of events.',
      );
    }
    return found;
  };
  const each = async (run: (sink: AuditSink) => Promise<void>): Promise<void> => {
    for (const sink of new Set(sinks.values())) await run(sink);
  };
  return {
    prepare: () => each((sink) => sink.prepare()),
    append: async (events) => {
      if (events[0] !== undefined) await at(events[0].tenant).append(events);
    },
    last: (tenant) => at(tenant).last(tenant),
    known: (tenant, ids) => at(tenant).known(tenant, ids),
    gaps: (tenant, last) => at(tenant).gaps(tenant, last),
    list: (query) => at(query.tenant).list(query),
    probe: () => each((sink) => sink.probe()),
  };
}

import { OutsideError } from '../kit/index.ts';
import type { AuditSink } from './ports/audit-sink.ts';

/**
 * One sink made of several: the events of a tenant are in that of its region, and in no other.
 *
 * @param residencyOf the region of a tenant, now.
 */
export function routedSink(
  sinks: ReadonlyMap<string, AuditSink>,
  residencyOf: (tenant: string) => Promise<string>,
): AuditSink {
  const at = async (tenant: string): Promise<AuditSink> => {
    const found = sinks.get(await residencyOf(tenant));
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
      if (events[0] !== undefined) await (await at(events[0].tenant)).append(events);
    },
    last: async (tenant) => await (await at(tenant)).last(tenant),
    known: async (tenant, ids) => await (await at(tenant)).known(tenant, ids),
    gaps: async (tenant, last) => await (await at(tenant)).gaps(tenant, last),
    list: async (query) => await (await at(query.tenant)).list(query),
    probe: () => each((sink) => sink.probe()),
  };
}

import type { RegionalSink } from '../audit/index.ts';
import type { Outside } from '../kit/index.ts';

const question = (name: string) => ({ name, changes: false });
/** What is there already stays there once: it can be asked again. */
const addition = (name: string) => ({ name, changes: false });
/** What is gone already stays gone. */
const removal = (name: string) => ({ name, changes: false });

/** The same, spared and given up on in time as docs/outside-calls.md says. */
export function guardedAuditSink(sink: RegionalSink, outside: Outside): RegionalSink {
  return {
    prepare: () => outside.call(addition('prepare'), () => sink.prepare()),
    append: (events) => outside.call(addition('append'), () => sink.append(events)),
    last: (tenant) => outside.call(question('last'), () => sink.last(tenant)),
    known: (tenant, ids) => outside.call(question('known'), () => sink.known(tenant, ids)),
    gaps: (tenant, last) => outside.call(question('gaps'), () => sink.gaps(tenant, last)),
    list: (query) => outside.call(question('list'), () => sink.list(query)),
    rows: (tenant) => outside.call(question('rows'), () => sink.rows(tenant)),
    remove: (tenant, until) => outside.call(removal('remove'), () => sink.remove(tenant, until)),
    probe: () => outside.call({ name: 'probe', changes: false, repeatable: false }, () => sink.probe()),
  };
}

import type { KeptRecord, RecordLog } from '../audit/index.ts';
import type { Outside } from '../kit/index.ts';

/** A log that is spared and given up on in time. */
export function guardedRecordLog(log: RecordLog, outside: Outside): RecordLog {
  return {
    // What may be there twice is one event: it carries its id.
    append: (tenant, text) =>
      outside.call({ name: 'append', changes: false }, () => log.append(tenant, text)),
    left: (before) => inTime(log.left(before), outside),
    remove: (name) => outside.call({ name: 'remove', changes: true }, () => log.remove(name)),
  };
}

/** Every record must come in time. */
async function* inTime(records: AsyncIterable<KeptRecord>, outside: Outside): AsyncGenerator<KeptRecord> {
  const each = records[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await outside.inTime({ name: 'left', changes: false }, () => each.next());
    if (done === true) return;
    yield value;
  }
}

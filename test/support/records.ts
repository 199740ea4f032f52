import type { RecordKind, StoredRecord } from '../../src/access/index.ts';
import type { WebhookRecords } from '../../src/jobs/index.ts';

/** Records in memory, with conditions as the real ones have. */
export function memoryRecords(): WebhookRecords {
  const held = new Map<string, { value: string; generation: number }>();
  const nameOf = (tenant: string, kind: RecordKind, id: string) => `${tenant}/${kind}/${id}`;
  return {
    read: async <Value extends object>(tenant: string, kind: RecordKind, id: string) => {
      const found = held.get(nameOf(tenant, kind, id));
      if (found === undefined) return null;
      return { value: JSON.parse(found.value) as Value, generation: String(found.generation) };
    },
    write: async <Value extends object>(
      { tenant, kind, id }: { tenant: string; kind: RecordKind; id: string },
      base: StoredRecord<object> | null,
      value: Value,
    ) => {
      const name = nameOf(tenant, kind, id);
      const found = held.get(name);
      if ((base?.generation ?? null) !== (found === undefined ? null : String(found.generation))) return null;
      const generation = (found?.generation ?? 0) + 1;
      held.set(name, { value: JSON.stringify(value), generation });
      return { value, generation: String(generation) };
    },
    remove: async ({ tenant, kind, id }, base) => {
      const name = nameOf(tenant, kind, id);
      return String(held.get(name)?.generation) === base.generation && held.delete(name);
    },
    purge: async (tenant, kind, id) => void held.delete(nameOf(tenant, kind, id)),
    prune: async () => 0,
    list: async (tenant, kind) => {
      const prefix = nameOf(tenant, kind, '');
      return [...held.keys()]
        .filter((name) => name.startsWith(prefix))
        .map((name) => name.slice(prefix.length))
        .sort();
    },
  };
}

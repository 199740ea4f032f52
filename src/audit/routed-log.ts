import { OutsideError } from '../kit/index.ts';
import type { RecordLog } from './ports/record-log.ts';

/**
 * One log made of several: what happens in a tenant is kept in that of its region, and in no other.
 *
 * @param residencyOf the region of a tenant, now.
 * @param isServed whether what was left of a tenant in a region is for this process to look at.
 */
export function routedLog(
  logs: ReadonlyMap<string, RecordLog>,
  residencyOf: (tenant: string) => Promise<string>,
  isServed: (tenant: string, region: string) => boolean = () => true,
): RecordLog {
  const at = (region: string): RecordLog => {
    const found = logs.get(region);
    if (found === undefined) {
      throw new OutsideError('BlobStore', 'refused', 'A tenant belongs to a region that keeps no events.');
    }
    return found;
  };
  return {
    append: async (tenant, text) => {
      const region = await residencyOf(tenant);
      return `${region} ${await at(region).append(tenant, text)}`;
    },
    async *left(before) {
      for (const [region, log] of logs) {
        for await (const record of log.left(before))
          if (isServed(record.tenant, region)) yield { ...record, name: `${region} ${record.name}` };
      }
    },
    remove: async (name) => {
      const space = name.indexOf(' ');
      await at(name.slice(0, space)).remove(name.slice(space + 1));
    },
  };
}

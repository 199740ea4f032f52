import { identityId, newPersonKey, PERSONAL_KINDS } from '../access/index.ts';
import type { Ambient } from './ambient.ts';
import { DataKeys } from './data-keys.ts';
import type { RecordEnvelope } from './records.ts';
import type { Place } from './regions.ts';
import { SealedObjects } from './sealed-objects.ts';
import { unclear } from './writing.ts';

/** What of a person an earlier release kept. */
interface EarlierPerson {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
}

/**
 * Moves what says who somebody is out of the store of heads, which keeps generations, to the keys of documents (decision 0172).
 * Before format 7 it stood there, and people had no keys. May be done again: what is moved already stays.
 *
 * @returns how many records.
 */
export async function movePersons(
  { heads, secrets, keys: service }: Pick<Place, 'heads' | 'secrets' | 'keys'>,
  ambient: Ambient,
): Promise<number> {
  const keys = new DataKeys(service, ambient);
  const earlier = new SealedObjects<RecordEnvelope>(heads, keys, ambient, 'record');
  const personal = new SealedObjects<RecordEnvelope>(secrets, keys, ambient, 'record');
  const keep = async (tenant: string, kind: string, id: string, value: object): Promise<void> => {
    const write = Buffer.from(ambient.random(16)).toString('hex');
    const place = { name: `persons/${tenant}/${kind}/${id}`, tenant, id: `${kind}:${id}` };
    const options = { attributes: {}, isOurs: (found: RecordEnvelope) => found.write === write };
    const written = await personal.replace(place, null, { write, value }, options);
    if (written === null && (await personal.read(place)) === null) throw unclear();
  };
  let moved = 0;
  try {
    for await (const { name } of heads.list('records/')) {
      const [, tenant = '', kind = '', id = ''] = name.split('/');
      if (!PERSONAL_KINDS.some((one) => one === kind)) continue;
      const found = await earlier.read({ name, tenant, id: `${kind}:${id}` });
      if (found === null) continue;
      const { value } = found.value;
      if (kind === 'people') {
        // Nothing but `People` writes there.
        const { issuer, subject } = value as EarlierPerson;
        await keep(tenant, 'identities', identityId(issuer, subject), { person: id });
      }
      const key = kind === 'people' ? { key: newPersonKey(ambient.random) } : {};
      await keep(tenant, kind, id, { ...key, ...value });
      await heads.purge(name);
      moved += 1;
    }
  } finally {
    keys.close();
  }
  return moved;
}

import { expect, test } from 'vitest';
import { memoryRecords } from '../../test/support/records.ts';
import { localOperator } from '../access/index.ts';
import { systemRandom } from '../kit/index.ts';
import { DocumentsError } from './errors.ts';
import { type PersonErasureParts, PersonErasures } from './person-erasures.ts';

const PERSON = `p_${'a'.repeat(32)}`;
const actor = { ...localOperator('r', null), tenant: 't' };

test('whoever comes to own a document alone while they are erased is told which, and the erasure goes on later', async () => {
  let isAlone = true;
  const owners = [PERSON, `p_${'b'.repeat(32)}`].map((id) => ({ subject: `person:${id}`, role: 'owner' }));
  const head = { id: 'd_one', state: 'alive', members: owners };
  const parts = {
    ...{
      records: memoryRecords(),
      ambient: { clock: Date.now, random: systemRandom, pause: async () => {} },
    },
    store: {
      list: async function* (prefix: string) {
        if (prefix.startsWith('heads/')) yield { name: 'heads/t/d_one' };
      },
    },
    heads: { read: async () => ({ head }) },
    members: {
      remove: async () => {
        if (isAlone) throw new DocumentsError('members/last-owner', 'x');
      },
    },
    forgetting: {
      ...{ find: async () => ({ isEarly: false }), keysOf: async () => [] },
      ...{ close: async () => 0, remove: async () => ({ records: 1, keys: 0, groups: 0 }) },
    },
    requests: { forget: async () => 0 },
    plans: { forget: async () => {} },
    operations: { forget: async () => 0 },
    trail: { end: async () => null, told: async () => ({}), sign: async (said: object) => said },
  };
  const erasures = new PersonErasures(parts as unknown as PersonErasureParts);
  await expect(erasures.erase(actor, PERSON, 'asked')).rejects.toMatchObject({ code: 'documents/unclear' });
  const refused = { code: 'erasures/owns-documents', details: { documents: ['d_one'], used: 1 } };
  await expect(erasures.erase(actor, PERSON, 'asked')).rejects.toMatchObject(refused);
  isAlone = false;
  expect(await erasures.erase(actor, PERSON, 'asked')).toMatchObject({ state: 'done' });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryRecords } from '../../../test/support/records.ts';
import { systemRandom } from '../../kit/index.ts';
import { type Identity, identityId, newPersonKey, People } from './people.ts';
import { openAddress, sealAddress, sealerOf } from './sealed-address.ts';
import { SealedAddresses } from './sealed-addresses.ts';

const identity = {
  ...{ tenant: 'acme', issuer: 'https://id.example', subject: '42', email: 'Ann@example.com', name: 'Ann' },
  administrator: false,
};
const somebody = () => ({
  tenant: 'acme',
  id: `p_${Buffer.from(systemRandom(16)).toString('hex')}`,
  key: newPersonKey(systemRandom),
});

function setUp() {
  const records = memoryRecords();
  return { records, people: new People(records, Date.now, systemRandom) };
}

describe('the id of a person', () => {
  test('stays the same, whatever the address becomes, and says nothing of who it is', async () => {
    const { people } = setUp();
    const first = await people.signIn(identity);
    const again = await people.signIn({ ...identity, email: 'ann.b@example.com', name: 'Ann B' });
    const other = setUp();
    expect(again).toMatchObject({ id: first.id, key: first.key, name: 'Ann B' });
    // The same identity elsewhere is another id: nobody computes one from the other.
    expect((await other.people.signIn(identity)).id).not.toBe(first.id);
    expect((await people.byEmail('acme', 'ann.b@example.com'))?.id).toBe(first.id);
  });

  test('is one, of two sign-ins at once', async () => {
    const { people } = setUp();
    const all = await Promise.all([1, 2, 3].map(() => people.signIn(identity)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  });

  test('of somebody who was erased is never theirs again', async () => {
    const { people, records } = setUp();
    const { id, tenant } = await people.signIn(identity);
    await records.write({ tenant, kind: 'erasures', id }, null, {});
    const anew = await people.signIn(identity);
    expect(anew.id).not.toBe(id);
    expect((await people.signIn(identity)).id).toBe(anew.id);
    expect((await records.read(tenant, 'identities', identityId('https://id.example', '42')))?.value).toEqual(
      {
        person: anew.id,
      },
    );
  });
});

describe('a sealed address', () => {
  test('opens under the key of its person alone, and is the same text each time', () => {
    const texts = fc.string({ minLength: 1, maxLength: 45 });
    fc.assert(
      fc.property(texts, texts, (address, other) => {
        const [ann, bo] = [somebody(), somebody()];
        const sealed = sealAddress(ann, address);
        expect(openAddress(ann, sealed)).toBe(address);
        expect(sealAddress(ann, address)).toBe(sealed);
        expect(sealerOf(sealed)).toBe(ann.id);
        expect(sealAddress(ann, other) === sealed).toBe(address === other);
        expect(openAddress({ ...ann, key: bo.key }, sealed)).toBeNull();
        expect(openAddress({ ...ann, tenant: 'other' }, sealed)).toBeNull();
        expect(openAddress(bo, sealed)).toBeNull();
        expect(openAddress(ann, address)).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  test('is found by the address and opened for auditors, as long as there is the person', async () => {
    const { people, records } = setUp();
    const ann = await people.signIn(identity);
    const bo = await people.signIn({ ...identity, subject: '43', email: 'bo@example.com' });
    const addresses = new SealedAddresses(people);
    const [annAt, boAt] = [sealAddress(ann, '192.0.2.1'), sealAddress(bo, '192.0.2.1')];
    expect(new Set(await addresses.looksOf('acme', '192.0.2.1'))).toEqual(
      new Set(['192.0.2.1', annAt, boAt]),
    );
    expect(await addresses.looksOf('acme', '192.0.2.1', ann.id)).toEqual(['192.0.2.1', annAt]);
    expect(await addresses.looksOf('acme', annAt)).toEqual([annAt]);
    const found = [annAt, '198.51.100.7', null, boAt];
    expect(await addresses.open('acme', found)).toEqual(['192.0.2.1', '198.51.100.7', null, '192.0.2.1']);
    const record = await records.read('acme', 'people', bo.id);
    if (record !== null) await records.remove({ tenant: 'acme', kind: 'people', id: bo.id }, record);
    expect(await addresses.open('acme', found)).toEqual(['192.0.2.1', '198.51.100.7', null, null]);
  });
});

const ADA: Identity = {
  ...{ tenant: 'acme', issuer: 'https://one.test', subject: '1001', email: 'ada@acme.test', name: 'Ada' },
  administrator: true,
};

test.each<[string, Partial<Identity>]>([
  ['another provider', { issuer: 'https://other.test' }],
  ['another account', { subject: '1002' }],
  ['names that read alike end to end', { issuer: 'https://one.test\n10', subject: '01' }],
])('%s is another person, whatever the address', async (_, other) => {
  const people = new People(memoryRecords(), () => 1000, systemRandom);
  const [ada, again] = [await people.signIn(ADA), await people.signIn({ ...ADA, email: 'a@acme.test' })];
  const stranger = await people.signIn({ ...ADA, ...other, administrator: false });
  expect(again.id).toBe(ada.id);
  expect(stranger).toMatchObject({ role: 'member', signedInAt: 1000 });
  expect(stranger.id).not.toBe(ada.id);
});

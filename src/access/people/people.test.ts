import { expect, test } from 'vitest';
import { memoryRecords } from '../../../test/support/records.ts';
import { type Identity, People } from './people.ts';

const ADA: Identity = {
  ...{ tenant: 'acme', issuer: 'https://one.test', subject: '1001', email: 'ada@acme.test', name: 'Ada' },
  administrator: true,
};

test.each<[string, Partial<Identity>]>([
  ['another provider', { issuer: 'https://other.test' }],
  ['another account', { subject: '1002' }],
  ['names that read alike end to end', { issuer: 'https://one.test\n10', subject: '01' }],
])('%s is another person, whatever the address', async (_, other) => {
  const people = new People(memoryRecords(), () => 1000);
  const [ada, again] = [await people.signIn(ADA), await people.signIn({ ...ADA, email: 'a@acme.test' })];
  const stranger = await people.signIn({ ...ADA, ...other, administrator: false });
  expect(again.id).toBe(ada.id);
  expect(stranger).toMatchObject({ role: 'member', signedInAt: 1000 });
  expect(stranger.id).not.toBe(ada.id);
});

import { expect, test } from 'vitest';
import { ApiKeys, type NewKey } from '../../src/access/api-keys/api-keys.ts';
import { type Actor, type ApiKey, Groups, LOCAL_TENANT, localOperator } from '../../src/access/index.ts';
import { People } from '../../src/access/people/people.ts';
import { ServiceAccounts } from '../../src/access/services/service-accounts.ts';
import type { Need } from '../../src/jobs/index.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { admitting } from '../../src/roles/admission.ts';
import { memoryRecords } from '../support/records.ts';

// Whoever asked for work, asked about when it is begun, after something became of them.

const TENANT = 'acme';
const HOUR = 3_600_000;
const COMPARE: readonly Need[] = [{ action: 'compare', document: null }];
const KEEP: readonly Need[] = [
  { action: 'documents.write', document: 'd_1' },
  { action: 'documents.read', document: 'd_2' },
];
const SCOPES = ['compare', 'documents:read', 'documents:write'] as const;

/** A tenant with a person, keys of theirs and an account, which has a key too. */
async function setUp() {
  const records = memoryRecords();
  const time = { now: 1_800_000_000_000 };
  const clock = () => time.now;
  const channel = { publish: async () => {}, subscribe: async () => () => {}, probe: async () => {} };
  const people = new People(records, clock, systemRandom);
  const parts = { records, people, clock, channel, random: systemRandom, events: () => {} };
  const services = new ServiceAccounts(parts);
  const keys = new ApiKeys({ ...parts, services });
  const groups = new Groups(parts);
  const labels = new Map<string, readonly string[]>();
  const library = { records, labelsOf: async (_: Actor, id: string) => labels.get(id) ?? [] };
  const person = await people.signIn({
    ...{ tenant: TENANT, issuer: 'issuer', subject: 'ada', email: 'ada@acme.test', name: 'Ada' },
    administrator: false,
  });
  const reach = { scopes: SCOPES, documents: null, labels: null, perMinute: 100, addresses: null };
  const account = await services.create(TENANT, { ...reach, name: 'CI', email: null, createdBy: null });
  const made = async (more: Partial<NewKey> = {}): Promise<ApiKey> => {
    const given: NewKey = {
      ...{ name: 'k', mode: 'live', person: person.id, service: null, lifeMs: HOUR },
      ...reach,
      ...more,
    };
    return (await keys.create(TENANT, given)).key;
  };
  const admit = admitting({ channel, clock }, library);
  /** Knows what there is to be known, however lately it was asked. */
  const later = () => {
    time.now += 6000;
  };
  return { records, time, people, services, keys, groups, labels, person, account, made, admit, later };
}

type Stage = Awaited<ReturnType<typeof setUp>>;

const actor = (kind: Actor['kind'], id: string): Actor => ({
  ...{ tenant: TENANT, kind, id, credential: 'c', address: null, requestId: 'r', subjects: [] },
});
const theirs = ({ person }: Stage) => actor('person', person.id);

interface Row {
  readonly what: string;
  readonly who: (stage: Stage) => Actor | Promise<Actor>;
  /** What becomes of them. */
  readonly then: (stage: Stage, who: Actor) => unknown;
  readonly needs: readonly Need[];
}

const row = (what: string, who: Row['who'], then: Row['then'], needs = COMPARE): Row => ({
  what,
  who,
  then,
  needs,
});

const ofKey =
  (more: Partial<NewKey> = {}) =>
  async (stage: Stage): Promise<Actor> =>
    actor('key', (await stage.made(more)).id);
const ofAccountKey = async (stage: Stage): Promise<Actor> =>
  actor('key', (await stage.made({ person: null, service: stage.account.id })).id);
const disable = ({ people, person }: Stage) => people.change(TENANT, person.id, { disabled: true });
const disableAccount = ({ services, account }: Stage) => services.disable(TENANT, account.id, true);

test.each([
  row('a person', theirs, () => {}),
  row('a person who keeps a redline', theirs, () => {}, KEEP),
  row('a key', ofKey(), () => {}, KEEP),
  row('a key of an account', ofAccountKey, () => {}, KEEP),
  row(
    'an account',
    ({ account }) => actor('service-account', account.id),
    () => {},
    KEEP,
  ),
  row('a key that was rotated', ofKey(), ({ keys }, { id }) => keys.rotate(TENANT, id, 0), KEEP),
  row('a key for these documents', ofKey({ documents: ['d_1', 'd_2'] }), () => {}, KEEP),
])('$what may have it done', async ({ who, then, needs }) => {
  const stage = await setUp();
  const asker = await who(stage);
  await then(stage, asker);
  stage.later();
  expect(await stage.admit({ actor: asker }, needs)).toMatchObject({ kind: asker.kind, id: asker.id });
});

test.each([
  row('a person who was disabled', theirs, disable),
  row('a person who was removed', theirs, ({ records, person }) =>
    records.purge(TENANT, 'people', person.id),
  ),
  row('a person who only looks into the trail now', theirs, ({ people, person }) =>
    people.change(TENANT, person.id, { role: 'auditor' }),
  ),
  row('a key that was revoked', ofKey(), ({ keys }, { id }) => keys.revoke(TENANT, id)),
  row('a key that ran out', ofKey(), ({ time }) => {
    time.now += HOUR;
  }),
  row('a key of who was disabled', ofKey(), disable),
  row('an account that was disabled', ({ account }) => actor('service-account', account.id), disableAccount),
  row('a key of an account that was disabled', ofAccountKey, disableAccount),
  row('a key that may only compare', ofKey({ scopes: ['compare'] }), () => {}, KEEP),
  row('a key for other documents', ofKey({ documents: ['d_1'] }), () => {}, KEEP),
  row(
    'a key for a label that one of the documents lost',
    ofKey({ labels: ['open'] }),
    ({ labels }) => labels.set('d_1', ['open']),
    KEEP,
  ),
  row(
    'nobody known',
    () => actor('person', 'p_unknown'),
    () => {},
  ),
  row(
    'whoever has a link',
    () => actor('link', 'l_1'),
    () => {},
  ),
])('$what may not', async ({ who, then, needs }) => {
  const stage = await setUp();
  const asker = await who(stage);
  await then(stage, asker);
  stage.later();
  await expect(stage.admit({ actor: asker }, needs)).rejects.toMatchObject({ code: 'work/not-allowed' });
});

test('it is done in the name of who they are now', async () => {
  const stage = await setUp();
  const { id } = stage.person;
  const was: Actor = { ...theirs(stage), subjects: [`person:${id}`, 'group:g_left'], administrator: true };
  const group = await stage.groups.create(TENANT, 'Deals', [id]);
  stage.later();
  const now = await stage.admit({ actor: was }, COMPARE);
  expect(now.subjects).toEqual([`person:${id}`, 'domain:acme.test', `group:${group.id}`]);
  expect(now.administrator).toBe(false);
});

test('whoever sits at the machine of a service without sign-in may', async () => {
  const { admit } = await setUp();
  const operator = localOperator('r', null);
  expect(operator.tenant).toBe(LOCAL_TENANT);
  expect(await admit({ actor: operator }, KEEP)).toEqual(operator);
});

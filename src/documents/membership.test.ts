import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Actor,
  DOCUMENT_POLICY,
  DOCUMENT_ROLES,
  type DocumentPermission,
  decideDocument,
  isCurrent,
  localOperator,
  type Member,
  type Subject,
} from '../access/index.ts';
import { DocumentsError } from './errors.ts';
import { changeMembers, type MembershipChange } from './membership.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const iso = (hour: number): string => new Date(START + hour * HOUR).toISOString();
const FOUNDER: Member = {
  ...{ subject: 'person:p_0', role: 'owner', expiresAt: null },
  ...{ addedAt: iso(0), addedBy: 'p_0' },
};
const PERMISSIONS = Object.keys(DOCUMENT_POLICY) as DocumentPermission[];

const subjects = fc.constantFrom<Subject>(
  'person:p_0',
  'person:p_1',
  'person:p_2',
  'group:g',
  'domain:x',
  'service:s',
);
const roles = fc.constantFrom(...DOCUMENT_ROLES);
const ends = fc.option(fc.integer({ min: -2, max: 60 }).map(iso), { nil: null, freq: 2 });
const changes: fc.Arbitrary<MembershipChange> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    member: fc.record({ subject: subjects, role: roles, expiresAt: ends }),
  }),
  fc.record({
    kind: fc.constant('change' as const),
    subject: subjects,
    to: fc.record({ role: roles, expiresAt: ends }, { requiredKeys: [] }),
  }),
  fc.record({ kind: fc.constant('remove' as const), subject: subjects }),
  fc.record({
    kind: fc.constant('transfer' as const),
    from: subjects,
    to: subjects,
    keep: fc.constantFrom('viewer', 'commenter', 'editor', null),
  }),
);
/** What happens, each some hours after the one before. */
const histories = fc.array(fc.tuple(fc.nat(8), changes), { maxLength: 30 });

/** Each state that a history leads through, with its hour. What is refused changes nothing. */
function* lived(history: readonly (readonly [number, MembershipChange])[]) {
  let members: readonly Member[] = [FOUNDER];
  let hour = 0;
  for (const [hours, change] of history) {
    hour += hours;
    const before = members;
    try {
      members = changeMembers(members, change, { by: 'p_0', at: iso(hour) }).members;
    } catch (error) {
      if (!(error instanceof DocumentsError)) throw error;
    }
    yield { before, members, hour, change };
  }
}

const actor = (...own: Subject[]): Actor => ({ ...localOperator('r', null), kind: 'person', subjects: own });

function may(members: readonly Member[], own: Subject[], hour: number): DocumentPermission[] {
  const guarded = { id: 'd_1', generation: '1', members };
  const now = START + hour * HOUR;
  return PERMISSIONS.filter((one) => decideDocument(actor(...own), one, guarded, now).outcome === 'allow');
}

describe('whatever happens to members', () => {
  test('there is an owner, who can answer for it, now and at any later time', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { members, hour } of lived(history)) {
          for (const later of [hour, hour + 1000, hour + 1_000_000]) {
            const owners = members.filter(
              (one) => one.role === 'owner' && isCurrent(one, START + later * HOUR),
            );
            expect(owners.length).toBeGreaterThan(0);
            for (const { subject } of owners) expect(subject).toMatch(/^(?:person|service):/);
          }
        }
      }),
    );
  });

  test('each is a member once, and what was done is in the records', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { before, members, hour, change } of lived(history)) {
          expect(new Set(members.map(({ subject }) => subject)).size).toBe(members.length);
          if (members === before) continue;
          const now = START + hour * HOUR;
          const { acts } = changeMembers(before, change, { by: 'p_0', at: iso(hour) });
          const told = acts.map(({ member }) => member?.subject);
          const key = (one: Member) => JSON.stringify([one.subject, one.role, one.expiresAt]);
          const [was, is] = [before.filter((one) => isCurrent(one, now)), members].map((all) => all.map(key));
          const differing = [...(was ?? []), ...(is ?? [])].filter(
            (one) => !(was?.includes(one) === true && is?.includes(one) === true),
          );
          for (const one of differing) expect(told).toContain(JSON.parse(one)[0]);
        }
      }),
    );
  });

  test('who is no member any more, or whose time is over, may nothing', () => {
    fc.assert(
      fc.property(histories, subjects, (history, subject) => {
        for (const { members, hour } of lived(history)) {
          const current = members.find(
            (one) => one.subject === subject && isCurrent(one, START + hour * HOUR),
          );
          if (current === undefined) expect(may(members, [subject], hour)).toEqual([]);
          else expect(may(members, [subject], hour)).toContain('document.read');
        }
      }),
    );
  });
});

describe('decisions', () => {
  const given = (role: Member['role'], subject: Subject = 'person:p_1'): Member => ({
    ...FOUNDER,
    subject,
    role,
  });

  test.each(DOCUMENT_ROLES.slice(1).map((role, at) => [role, DOCUMENT_ROLES[at] ?? role] as const))(
    'of a %s allow all that those of a %s do, and more',
    (greater, lesser) => {
      const [more, less] = [greater, lesser].map((role) => may([given(role)], ['person:p_1'], 0));
      expect(more).toEqual(expect.arrayContaining(less ?? []));
      expect(more?.length).toBeGreaterThan(less?.length ?? 0);
    },
  );

  test('never allow less with more members, subjects or time left', () => {
    fc.assert(
      fc.property(histories, fc.uniqueArray(subjects), subjects, roles, (history, own, other, role) => {
        for (const { members, hour } of lived(history)) {
          const now = may(members, own, hour);
          expect(may([...members, given(role, other)], own, hour)).toEqual(expect.arrayContaining(now));
          expect(may(members, [...own, other], hour)).toEqual(expect.arrayContaining(now));
          expect(now).toEqual(expect.arrayContaining(may(members, own, hour + 5)));
        }
      }),
    );
  });

  test('name the generation, the way, and why', () => {
    const guarded = { id: 'd_1', generation: '7', members: [given('viewer', 'group:g')] };
    const decided = (who: Actor, permission: DocumentPermission, hour = 0) => {
      const { object, generation, ...rest } = decideDocument(who, permission, guarded, START + hour * HOUR);
      expect([object, generation]).toEqual(['d_1', '7']);
      return [rest.outcome, rest.reason, rest.via];
    };
    const member = actor('person:p_9', 'group:g');
    expect(decided(member, 'document.read')).toEqual(['allow', 'member', 'group:g']);
    expect(decided(member, 'document.edit')).toEqual(['deny', 'member role too low', null]);
    expect(decided(actor('person:p_9'), 'document.read')).toEqual(['deny', 'no member', null]);
    const administrator = { ...actor('person:p_9'), administrator: true };
    expect(decided(administrator, 'members.write')).toEqual(['allow', 'administrator', null]);
    expect(decided(administrator, 'document.read')).toEqual(['deny', 'no member', null]);
    expect(decided(localOperator('r', null), 'document.delete')).toEqual(['allow', 'operator', null]);
    const link = { ...actor(), kind: 'link' as const };
    expect(decided(link, 'document.read')).toEqual(['allow', 'link', null]);
    expect(decided(link, 'document.edit')).toEqual(['deny', 'no member', null]);
    expect(decided({ ...actor(), kind: 'service' as const }, 'document.read')).toEqual([
      'deny',
      'no member',
      null,
    ]);
  });
});

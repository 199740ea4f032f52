import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Session, Sessions } from '../../src/access/index.ts';

export const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

const MINUTE = 60_000;
const token = () => hex(32);

/** The adapter, and the same as another process would open it. */
type Use = () => { one: Sessions; other: Sessions };

/** What every `Sessions` promises. */
export function describeSessions(adapter: string, use: Use): void {
  describe(`Sessions on ${adapter}`, () => {
    testTimes(use);
    testFamilies(use);
    testPeople(use);
  });
}

/** A tenant of its own, and what opens sessions of it. */
function setUp(use: Use) {
  const tenant = `t-${hex(6)}`;
  const now = Date.now();
  const open = async (facts: Partial<Session> = {}) => {
    const session: Session = {
      id: `s_${hex(16)}`,
      tenant,
      person: 'p_ada',
      method: 'oidc',
      createdAt: now,
      usedAt: now,
      expiresAt: now + 60 * MINUTE,
      idleMs: 20 * MINUTE,
      device: 'Firefox “1”',
      address: null,
      ...facts,
    };
    const first = token();
    await use().one.open(session, first);
    return { session, first };
  };
  return { tenant, now, open };
}

function testTimes(use: Use): void {
  test('what was opened is found by every process, and lists the token nowhere', async () => {
    const { tenant, now, open } = setUp(use);
    const { session, first } = await open({ address: '192.0.2.1' });
    expect(await use().other.find(session, now)).toEqual(session);
    expect(JSON.stringify(await use().other.list(tenant, null, now))).not.toContain(first);
  });

  test.each<[string, number, boolean]>([
    ['a moment before it is idle for too long', 20 * MINUTE - 1, true],
    ['when it is idle for too long', 20 * MINUTE, false],
    ['at its end', 60 * MINUTE, false],
  ])('%s', async (_, later, there) => {
    const { tenant, now, open } = setUp(use);
    const { session, first } = await open();
    expect((await use().one.find(session, now + later)) !== null).toBe(there);
    expect(await use().one.list(tenant, 'p_ada', now + later)).toHaveLength(there ? 1 : 0);
    const { outcome } = await use().one.rotate(session, first, token(), now + later);
    expect(outcome).toBe(there ? 'rotated' : 'unknown');
  });

  test('use moves the idle end, and never the last one', async () => {
    const { now, open } = setUp(use);
    const { session, first } = await open();
    let presented = first;
    for (const later of [19, 38, 57]) {
      const next = token();
      const { outcome } = await use().one.rotate(session, presented, next, now + later * MINUTE);
      expect(outcome).toBe('rotated');
      presented = next;
    }
    expect(await use().other.find(session, now + 59 * MINUTE)).toEqual({
      ...session,
      usedAt: now + 57 * MINUTE,
    });
    expect(await use().other.find(session, now + 60 * MINUTE)).toBeNull();
  });
}

function testFamilies(use: Use): void {
  test('an old token ends the whole family, also the latest one', async () => {
    const { tenant, now, open } = setUp(use);
    const { session, first } = await open();
    const [second, third] = [token(), token()];
    expect((await use().one.rotate(session, first, second, now)).outcome).toBe('rotated');
    expect((await use().other.rotate(session, second, third, now)).outcome).toBe('rotated');
    expect(await use().one.rotate(session, first, token(), now)).toMatchObject({
      outcome: 'reused',
      session: { id: session.id, person: 'p_ada' },
    });
    expect((await use().other.rotate(session, third, token(), now)).outcome).toBe('unknown');
    expect(await use().one.find(session, now)).toBeNull();
    expect(await use().one.list(tenant, 'p_ada', now)).toEqual([]);
  });

  test('of many who present one token at once, one gets the next; then the family ends', async () => {
    const { now, open } = setUp(use);
    const { session, first } = await open();
    const tries = Array.from({ length: 12 }, (_, n) =>
      (n % 2 === 0 ? use().one : use().other).rotate(session, first, token(), now),
    );
    const outcomes = (await Promise.all(tries)).map(({ outcome }) => outcome);
    expect(outcomes.filter((one) => one === 'rotated')).toHaveLength(1);
    expect(outcomes.filter((one) => one === 'reused')).toHaveLength(1);
    expect(await use().one.find(session, now)).toBeNull();
  });
}

function testPeople(use: Use): void {
  test('lists and ends by person, whatever other people and tenants have', async () => {
    const { tenant, now, open } = setUp(use);
    const mine = await open({ createdAt: now - 2 });
    const later = await open({ createdAt: now - 1 });
    const other = await open({ person: 'p_ben' });
    const foreign = await open({ tenant: `u-${tenant}` });
    const ids = async (person: string | null) =>
      (await use().other.list(tenant, person, now)).map(({ id }) => id);
    expect(await ids('p_ada')).toEqual([later.session.id, mine.session.id]);
    expect(await ids(null)).toEqual([other.session.id, later.session.id, mine.session.id]);
    expect(await use().one.end({ ...mine.session, tenant: `u-${tenant}` })).toBe(false);
    expect(await use().one.end(mine.session)).toBe(true);
    expect(await use().one.end(mine.session)).toBe(false);
    expect(await use().one.endAll(tenant, 'p_ada')).toBe(1);
    expect(await ids(null)).toEqual([other.session.id]);
    expect(await use().one.find(later.session, now)).toBeNull();
    expect(await use().one.find(foreign.session, now)).not.toBeNull();
  });

  test('nothing is known of a session that never was, and it is ready', async () => {
    const { tenant, now } = setUp(use);
    const name = { tenant, id: `s_${hex(16)}` };
    expect(await use().one.find(name, now)).toBeNull();
    expect(await use().one.rotate(name, token(), token(), now)).toEqual({ outcome: 'unknown' });
    await expect(use().one.probe()).resolves.toBeUndefined();
  });
}

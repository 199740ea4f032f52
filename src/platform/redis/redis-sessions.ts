import type { Rotation, Session, SessionName, Sessions } from '../../access/index.ts';
import { ask, type RedisClient, runScript, type Script, script } from './connection.ts';

const PORT = 'Sessions';

// A session is a hash; two sorted sets hold the ids of a tenant and of a person, by the session's end. The braces keep all of a
// tenant in one slot of a cluster, so that a script can touch them in one step.
const place = (tenant: string, id: string): string => `redline:session:{${tenant}}:${id}`;
const ofTenant = (tenant: string): string => `redline:sessions:{${tenant}}`;
const ofPerson = (tenant: string, person: string): string => `redline:sessions:{${tenant}}:${person}`;

/** Keys: session, tenant's list, person's list. Values: session, token, id, usedAt, expiresAt, idleMs. */
const OPEN = script(`
  local used, ends, idle = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
  redis.call('HSET', KEYS[1], 'session', ARGV[1], 'token', ARGV[2], 'usedAt', ARGV[4])
  redis.call('PEXPIREAT', KEYS[1], math.min(ends, used + idle))
  for at = 2, 3 do
    redis.call('ZREMRANGEBYSCORE', KEYS[at], '-inf', used)
    redis.call('ZADD', KEYS[at], ends, ARGV[3])
    redis.call('PEXPIREAT', KEYS[at], ends, 'NX')
    redis.call('PEXPIREAT', KEYS[at], ends, 'GT')
  end
  return 1
`);

/** Keys: session, tenant's list. Values: presented, next, id, now, start of the names of persons' lists. */
const ROTATE = script(`
  local text = redis.call('HGET', KEYS[1], 'session')
  if not text then return {'unknown'} end
  local session = cjson.decode(text)
  local used, now = tonumber(redis.call('HGET', KEYS[1], 'usedAt')), tonumber(ARGV[4])
  if session.expiresAt <= now or used + session.idleMs <= now then return {'unknown'} end
  if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
    redis.call('DEL', KEYS[1])
    redis.call('ZREM', KEYS[2], ARGV[3])
    redis.call('ZREM', ARGV[5] .. session.person, ARGV[3])
    return {'reused', text, tostring(used)}
  end
  used = math.max(used, now)
  redis.call('HSET', KEYS[1], 'token', ARGV[2], 'usedAt', string.format('%.0f', used))
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', math.min(session.expiresAt, used + session.idleMs)))
  return {'rotated', text, string.format('%.0f', used)}
`);

/** Keys: session, tenant's list. Values: id, start of the names of persons' lists. */
const END = script(`
  local text = redis.call('HGET', KEYS[1], 'session')
  redis.call('ZREM', KEYS[2], ARGV[1])
  if not text then return 0 end
  redis.call('ZREM', ARGV[2] .. cjson.decode(text).person, ARGV[1])
  return redis.call('DEL', KEYS[1])
`);

/** Keys: person's list, tenant's list. Values: start of the names of sessions. */
const END_ALL = script(`
  local count = 0
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    count = count + redis.call('DEL', ARGV[1] .. id)
    redis.call('ZREM', KEYS[2], id)
  end
  redis.call('DEL', KEYS[1])
  return count
`);

/** Keys: a list. Values: start of the names of sessions. */
const LIST = script(`
  local found = {}
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
    local fields = redis.call('HMGET', ARGV[1] .. id, 'session', 'usedAt')
    if fields[1] then
      found[#found + 1] = fields[1]
      found[#found + 1] = fields[2]
    end
  end
  return found
`);

/** Sessions that processes share through Redis. */
export class RedisSessions implements Sessions {
  readonly #client: RedisClient;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  async open(session: Session, token: string): Promise<void> {
    const { tenant, id, person, usedAt, expiresAt, idleMs } = session;
    const keys = [place(tenant, id), ofTenant(tenant), ofPerson(tenant, person)];
    await this.#run(OPEN, true, keys, [JSON.stringify(session), token, id, usedAt, expiresAt, idleMs]);
  }

  async find({ tenant, id }: SessionName, now: number): Promise<Session | null> {
    const [text, usedAt] = await ask(PORT, this.#client, false, () =>
      this.#client.hmget(place(tenant, id), 'session', 'usedAt'),
    );
    return alive(sessionOf(text, usedAt), now);
  }

  async rotate({ tenant, id }: SessionName, presented: string, next: string, now: number): Promise<Rotation> {
    const keys = [place(tenant, id), ofTenant(tenant)];
    const answer = await this.#run(ROTATE, true, keys, [presented, next, id, now, ofPerson(tenant, '')]);
    const [outcome, text, usedAt] = answer as readonly string[];
    const session = sessionOf(text, usedAt);
    if (session === null || (outcome !== 'rotated' && outcome !== 'reused')) return { outcome: 'unknown' };
    return { outcome, session };
  }

  async list(tenant: string, person: string | null, now: number): Promise<readonly Session[]> {
    const key = person === null ? ofTenant(tenant) : ofPerson(tenant, person);
    const found = (await this.#run(LIST, false, [key], [place(tenant, '')])) as readonly string[];
    const sessions = found.flatMap((text, at) =>
      at % 2 === 0 ? (alive(sessionOf(text, found[at + 1]), now) ?? []) : [],
    );
    return sessions.sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1));
  }

  async end({ tenant, id }: SessionName): Promise<boolean> {
    const keys = [place(tenant, id), ofTenant(tenant)];
    return (await this.#run(END, true, keys, [id, ofPerson(tenant, '')])) === 1;
  }

  async endAll(tenant: string, person: string): Promise<number> {
    const keys = [ofPerson(tenant, person), ofTenant(tenant)];
    return Number(await this.#run(END_ALL, true, keys, [place(tenant, '')]));
  }

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }

  #run(which: Script, changes: boolean, keys: readonly string[], values: readonly (string | number)[]) {
    return ask(PORT, this.#client, changes, () => runScript(this.#client, which, keys, values));
  }
}

function sessionOf(text: string | null | undefined, usedAt: string | null | undefined): Session | null {
  if (typeof text !== 'string') return null;
  return { ...(JSON.parse(text) as Session), usedAt: Number(usedAt) };
}

function alive(session: Session | null, now: number): Session | null {
  if (session === null) return null;
  return session.expiresAt > now && session.usedAt + session.idleMs > now ? session : null;
}

import type { Lease, LeaseAsked, LeaseName, Leases, LeaseTaking } from '../../documents/index.ts';
import type { Clock } from '../../kit/index.ts';
import { ask, type RedisClient, runScript, type Script, script } from './connection.ts';

const PORT = 'Leases';

// The leases of a document are a hash by clause; beside them the last fence, which outlives them. The braces keep both in one slot of a
// cluster. A lease is `FENCE TAKEN EXPIRES ID JSON-OF-THE-OWNER`: Lua's own JSON would round the numbers.
const placeOf = (tenant: string, document: string): string => `redline:leases:{${tenant}/${document}}`;
const fenceOf = (tenant: string, document: string): string => `redline:fence:{${tenant}/${document}}`;

/** Longer than any lease, whatever the clocks say: a renewal begins this anew. */
const KEPT_MS = 3_600_000;
const FENCE_MS = 7 * 24 * 3_600_000;

const NOW = `
  local now = tonumber(ARGV[1])
  if now < 0 then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  end
  local function parts(text)
    local fence, taken, ends, id, owner = string.match(text, '^(%d+) (%d+) (%d+) (%S+) (.*)$')
    return fence, taken, tonumber(ends), id, owner
  end
`;

/** Keys: leases, fence. Values: now, clause, id, owner, lifetime, above, milliseconds to keep the leases, and the fence. */
const TAKE = script(`${NOW}
  local held = redis.call('HGETALL', KEYS[1])
  local way
  for at = 1, #held, 2 do
    local fence, taken, ends, id = parts(held[at + 1])
    if ends <= now then redis.call('HDEL', KEYS[1], held[at])
    elseif id == ARGV[3] then return {'taken', held[at], held[at + 1]}
    elseif ARGV[2] == '' or held[at] == '' or held[at] == ARGV[2] then way = {'held', held[at], held[at + 1]} end
  end
  if way then return way end
  local last = tonumber(redis.call('GET', KEYS[2]) or '0')
  local fence = math.max(last + 1, tonumber(ARGV[6]) + 1, now)
  local lease = string.format('%.0f %.0f %.0f ', fence, now, now + tonumber(ARGV[5])) .. ARGV[3] .. ' ' .. ARGV[4]
  redis.call('SET', KEYS[2], string.format('%.0f', fence), 'PX', ARGV[8])
  redis.call('HSET', KEYS[1], ARGV[2], lease)
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
  return {'taken', ARGV[2], lease}
`);

/** Keys: leases. Values: now, id, lifetime, milliseconds to keep the leases. */
const RENEW = script(`${NOW}
  local held = redis.call('HGETALL', KEYS[1])
  for at = 1, #held, 2 do
    local fence, taken, ends, id, owner = parts(held[at + 1])
    if id == ARGV[2] and ends > now then
      local lease = string.format('%s %s %.0f ', fence, taken, now + tonumber(ARGV[3])) .. id .. ' ' .. owner
      redis.call('HSET', KEYS[1], held[at], lease)
      redis.call('PEXPIRE', KEYS[1], ARGV[4])
      return {held[at], lease}
    end
  end
  return {}
`);

/** Keys: leases. Values: now, id. */
const RELEASE = script(`${NOW}
  local held = redis.call('HGETALL', KEYS[1])
  for at = 1, #held, 2 do
    local fence, taken, ends, id = parts(held[at + 1])
    if id == ARGV[2] then
      redis.call('HDEL', KEYS[1], held[at])
      return ends > now and 1 or 0
    end
  end
  return 0
`);

/** Keys: leases. Values: now. */
const LIST = script(`${NOW}
  local found = {}
  local held = redis.call('HGETALL', KEYS[1])
  for at = 1, #held, 2 do
    local fence, taken, ends = parts(held[at + 1])
    if ends > now then
      found[#found + 1] = held[at]
      found[#found + 1] = held[at + 1]
    end
  end
  return found
`);

/** Leases that processes share through Redis. */
export class RedisLeases implements Leases {
  readonly #client: RedisClient;
  readonly #clock: Clock | null;

  /** @param clock `null` for the server's own: then processes whose clocks differ mean the same. */
  constructor(client: RedisClient, clock: Clock | null) {
    this.#client = client;
    this.#clock = clock;
  }

  async take({ tenant, document, clause, id, owner, lifetimeMs, above }: LeaseAsked): Promise<LeaseTaking> {
    const keys = [placeOf(tenant, document), fenceOf(tenant, document)];
    const values = [clause ?? '', id, JSON.stringify(owner), lifetimeMs, above, KEPT_MS, FENCE_MS];
    const [outcome, at = '', text = ''] = await this.#run(TAKE, true, keys, values);
    const lease = leaseOf(tenant, document, at, text);
    return outcome === 'taken' ? { outcome, lease } : { outcome: 'held', by: lease };
  }

  async renew({ tenant, document, id }: LeaseName, lifetimeMs: number): Promise<Lease | null> {
    const values = [id, lifetimeMs, KEPT_MS];
    const [at, text] = await this.#run(RENEW, true, [placeOf(tenant, document)], values);
    return at === undefined || text === undefined ? null : leaseOf(tenant, document, at, text);
  }

  async release({ tenant, document, id }: LeaseName): Promise<boolean> {
    const answer = await this.#ask(RELEASE, true, [placeOf(tenant, document)], [id]);
    return answer === 1;
  }

  async list(tenant: string, document: string): Promise<readonly Lease[]> {
    const found = await this.#run(LIST, false, [placeOf(tenant, document)], []);
    const leases = found.flatMap((at, n) =>
      n % 2 === 0 ? leaseOf(tenant, document, at, found[n + 1] ?? '') : [],
    );
    return leases.sort((one, other) => one.fence - other.fence);
  }

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }

  async #run(which: Script, changes: boolean, keys: readonly string[], values: readonly (string | number)[]) {
    return (await this.#ask(which, changes, keys, values)) as readonly string[];
  }

  #ask(which: Script, changes: boolean, keys: readonly string[], values: readonly (string | number)[]) {
    const now = this.#clock === null ? -1 : this.#clock();
    return ask(PORT, this.#client, changes, () => runScript(this.#client, which, keys, [now, ...values]));
  }
}

function leaseOf(tenant: string, document: string, clause: string, text: string): Lease {
  const [, fence, takenAt, expiresAt, id = '', owner = ''] =
    /^(\d+) (\d+) (\d+) (\S+) (.*)$/s.exec(text) ?? [];
  return {
    ...{ tenant, document, id, clause: clause === '' ? null : clause },
    owner: JSON.parse(owner) as Lease['owner'],
    ...{ fence: Number(fence), takenAt: Number(takenAt), expiresAt: Number(expiresAt) },
  };
}

import type { Place, RateLimits, RateRule, RateVerdict } from '../../access/index.ts';
import type { Clock } from '../../kit/index.ts';
import { rhythmOf, verdictOf } from '../gcra.ts';
import { ask, type RedisClient, runScript, script } from './connection.ts';

const PORT = 'RateLimits';

/** `take` of gcra.ts, in one step on the server. Numbers are whole microseconds, below 2^53. */
const TAKE = script(`
  local now = tonumber(ARGV[4])
  if now < 0 then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000000 + tonumber(time[2])
  end
  local full = tonumber(redis.call('GET', KEYS[1]) or '0')
  local every, most, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
  local after = math.max(full, now) + math.ceil(cost * every)
  local allowed = 0
  if after - most <= now then
    allowed = 1
    full = after
    redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1000)
  end
  return {allowed, string.format('%.0f', full), string.format('%.0f', now)}
`);

/** Takes a place in a sorted set of those that are taken, by the time until when. */
const ENTER = script(`
  local now = tonumber(ARGV[4])
  if now < 0 then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
  redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[3])), ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  return 1
`);

/** Rates over all processes that use one Redis. */
export class RedisRateLimits implements RateLimits {
  readonly #client: RedisClient;
  readonly #clock: Clock | null;

  /** @param clock `null` for the server's own: then processes whose clocks differ count alike. */
  constructor(client: RedisClient, clock: Clock | null) {
    this.#client = client;
    this.#clock = clock;
  }

  async take(key: string, rule: RateRule, cost: number): Promise<RateVerdict> {
    const rhythm = rhythmOf(rule, cost);
    const now = this.#clock === null ? -1 : this.#clock() * 1000;
    const answer = await ask(PORT, this.#client, true, () =>
      runScript(this.#client, TAKE, [`redline:rate:${key}`], [rhythm.every, rhythm.most, cost, now]),
    );
    const [allowed, fullAt, then] = (answer as readonly (number | string)[]).map(Number);
    return verdictOf(allowed === 1, fullAt ?? 0, rhythm, cost, then ?? 0);
  }

  async enter({ key, id }: Place, most: number, lifetimeMs: number): Promise<boolean> {
    const now = this.#clock === null ? -1 : this.#clock();
    const answer = await ask(PORT, this.#client, true, () =>
      runScript(this.#client, ENTER, [placesOf(key)], [id, most, lifetimeMs, now]),
    );
    return answer === 1;
  }

  async leave({ key, id }: Place): Promise<void> {
    await ask(PORT, this.#client, true, () => this.#client.zrem(placesOf(key), id));
  }

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }
}

function placesOf(key: string): string {
  return `redline:places:${key}`;
}

import type { RateLimits, RateRule, RateVerdict } from '../../access/index.ts';
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

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }
}

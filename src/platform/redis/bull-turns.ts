import type { Job, Presence, QueueState, Waiting } from '../../jobs/index.ts';
import { CLASSES, MOST_PASSES } from '../job-turns.ts';
import { type RedisClient, runScript, script } from './connection.ts';

/** Ranks of one priority that BullMQ's own number of a job has room for; three times that is below its limit of 2^21. */
const RANGE = 600_000;
/** Milliseconds after which whatever is noted of a job, and is not in the queue, was left behind by a process that ended. */
const LEFT_BEHIND_MS = 60_000;
/** Due jobs that are looked at in one step. */
const MOST_DUE = 500;

/**
 * What all scripts share. KEYS[1] is the hash of turns, KEYS[2] BullMQ's set of what waits, by its priority number times 2^32 and a
 * counter. ARGV[1] begins the names of our own keys, ARGV[2] those of BullMQ's; they share a slot.
 */
const SHARED = `
  local turns, prioritized, ours, bulls, range = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3])
  local STEP = 4294967296
  local function ages(class) return ours .. 'ages:' .. class end
  local function ranks(class, tenant) return ours .. 'ranks:' .. class .. ':' .. tenant end
  local function number(name, class) return tonumber(redis.call('HGET', turns, name .. ':' .. class) or '0') end
  local function whole(value) return string.format('%.0f', value) end
  local function first(class) return whole(class * range * STEP) end
  local function behind(class) return '(' .. whole((class + 1) * range * STEP) end
`;

/**
 * Gives ranks to jobs that begin to wait: `new` ones behind what their tenant has waiting, those that come `back` in front. BullMQ's
 * numbers hold how far a rank is ahead of an offset; before there is no room left, that offset and what waits move together.
 */
const ENTER = script(`${SHARED}
  local now, left, mode = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
  local begun, offset, last = {}, {}, {}
  local function open(class)
    begun[class], offset[class] = number('begun', class), number('offset', class)
    if begun[class] - offset[class] <= range / 2 then return end
    local moved = (begun[class] - offset[class]) * STEP
    local found = redis.call('ZRANGEBYSCORE', prioritized, first(class), behind(class), 'WITHSCORES')
    for at = 1, #found, 2 do
      local score = math.max(tonumber(found[at + 1]) - moved, (class * range + 1) * STEP)
      redis.call('ZADD', prioritized, whole(score), found[at])
    end
    offset[class] = begun[class]
    redis.call('HSET', turns, 'offset:' .. class, whole(offset[class]))
  end
  local function lastOf(class, tenant)
    local key = ranks(class, tenant)
    while true do
      local top = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')
      if not top[1] then return 0 end
      local since = redis.call('ZSCORE', ages(class), top[1])
      local isNew = since and tonumber(since) > now - left
      if isNew or redis.call('ZSCORE', prioritized, top[1]) then return tonumber(top[2]) end
      redis.call('ZREM', key, top[1])
      redis.call('ZREM', ages(class), top[1])
    end
  end
  local numbers = {}
  for at = 7, #ARGV, 3 do
    local class, tenant, id = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2]
    if not begun[class] then open(class) end
    local key = class .. ':' .. tenant
    local rank = begun[class]
    if mode == 'new' then
      last[key] = math.max(begun[class], last[key] or lastOf(class, tenant)) + 1
      rank = last[key]
    end
    redis.call('ZADD', ranks(class, tenant), whole(rank), id)
    redis.call('ZADD', ages(class), whole(now), id)
    numbers[#numbers + 1] = class * range + math.min(math.max(rank - offset[class], 1), range - 1)
  end
  return numbers
`);

/** A job was taken: its lock gets its length, its turn is used. Answers which job of a lower priority is next, if one is. */
const TAKEN = script(`${SHARED}
  local class, tenant, id, token, lockMs, most =
    tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7], ARGV[8], tonumber(ARGV[9])
  local lock = bulls .. id .. ':lock'
  if redis.call('GET', lock) == token then redis.call('PEXPIRE', lock, lockMs) end
  local rank = tonumber(redis.call('ZSCORE', ranks(class, tenant), id) or '0')
  redis.call('ZREM', ranks(class, tenant), id)
  redis.call('ZREM', ages(class), id)
  redis.call('HSET', turns, 'begun:' .. class, whole(math.max(rank, number('begun', class))), 'passes:' .. class, 0)
  local next = false
  for lower = class + 1, 2 do
    local head = redis.call('ZRANGEBYSCORE', prioritized, first(lower), behind(lower), 'LIMIT', 0, 1)[1]
    if head and redis.call('HINCRBY', turns, 'passes:' .. lower, 1) >= most and not next then
      next = head
      redis.call('HSET', turns, 'passes:' .. lower, 0)
    end
  end
  return next
`);

/** ARGV: …, now, how old what was left behind is. KEYS[3…]: wait, active, delayed, failed. */
const STATE = script(`${SHARED}
  local now, left = tonumber(ARGV[4]), tonumber(ARGV[5])
  local state = {}
  local forward = {[0] = 0, [1] = 0, [2] = 0}
  local classes = {express = 0, normal = 1, batch = 2}
  for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, 99)) do
    local data = redis.call('HGET', bulls .. id, 'data')
    local class = data and classes[cjson.decode(data).priority]
    if class then forward[class] = forward[class] + 1 end
  end
  for class = 0, 2 do
    local oldest = -1
    local at = 0
    while at < 1000 do
      local head = redis.call('ZRANGE', ages(class), at, at, 'WITHSCORES')
      if not head[1] then break end
      if redis.call('ZSCORE', prioritized, head[1]) or redis.call('LPOS', KEYS[3], head[1]) then
        oldest = math.max(0, now - tonumber(head[2]))
        break
      end
      if tonumber(head[2]) > now - left then at = at + 1 else redis.call('ZREM', ages(class), head[1]) end
    end
    state[#state + 1] = redis.call('ZCOUNT', prioritized, first(class), behind(class)) + forward[class]
    state[#state + 1] = whole(oldest)
  end
  state[#state + 1] = redis.call('ZCARD', KEYS[5])
  state[#state + 1] = redis.call('LLEN', KEYS[4])
  state[#state + 1] = redis.call('ZCARD', KEYS[6])
  local workers, slots = 0, 0
  redis.call('ZREMRANGEBYSCORE', ours .. 'workers', '-inf', whole(now))
  for _, worker in ipairs(redis.call('ZRANGE', ours .. 'workers', 0, -1)) do
    workers, slots = workers + 1, slots + tonumber(string.match(worker, '^%d+'))
  end
  state[#state + 1] = workers
  state[#state + 1] = slots
  return state
`);

/** Ids and data of what is due. KEYS[1]: BullMQ's set of what is delayed. ARGV: start of BullMQ's names, until when, how many. */
const DUE = script(`
  local found = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], 0, ARGV[2], 'LIMIT', 0, ARGV[3])) do
    found[#found + 1] = id
    found[#found + 1] = redis.call('HGET', ARGV[1] .. id, 'data') or ''
  end
  return found
`);

/** Names of keys that BullMQ uses. */
interface Keys {
  readonly prioritized: string;
  readonly wait: string;
  readonly active: string;
  readonly delayed: string;
  readonly failed: string;
  /** Begins the names of jobs. */
  readonly jobs: string;
}

export interface TurnsOptions {
  readonly client: RedisClient;
  readonly keys: Keys;
  /** Begins the names of our own keys, with the same `{tag}` as BullMQ's. */
  readonly prefix: string;
  /** Ranks of one priority; fewer only where a test wants to see the end of them. */
  readonly range?: number;
}

/** Whose turn it is, kept beside BullMQ's own structures. What is lost of it costs fairness for a moment, and no job. */
export class BullTurns {
  readonly #client: RedisClient;
  readonly #keys: Keys;
  readonly #prefix: string;
  readonly #range: number;

  constructor({ client, keys, prefix, range = RANGE }: TurnsOptions) {
    this.#client = client;
    this.#keys = keys;
    this.#prefix = prefix;
    this.#range = range;
  }

  /** @param mode whether they are `new`, or come `back` without having used their turn. @returns BullMQ's number for each. */
  async enter(jobs: readonly Job[], now: number, mode: 'new' | 'back'): Promise<readonly number[]> {
    if (jobs.length === 0) return [];
    const given = jobs.flatMap(({ id, tenant, priority }) => [CLASSES[priority], tenant, id]);
    return (await this.#run(ENTER, [now, LEFT_BEHIND_MS, mode, ...given])) as readonly number[];
  }

  /** @returns the id of the job that is next because too many passed over it. */
  async taken({ id, tenant, priority }: Job, token: string, lockMs: number): Promise<string | null> {
    const given = [CLASSES[priority], tenant, id, token, lockMs, MOST_PASSES];
    return (await this.#run(TAKEN, given)) as string | null;
  }

  /** It waits no more. */
  async forget({ id, tenant, priority }: Job): Promise<void> {
    const priorityClass = CLASSES[priority];
    await this.#client.zrem(`${this.#prefix}ranks:${priorityClass}:${tenant}`, id);
    await this.#client.zrem(`${this.#prefix}ages:${priorityClass}`, id);
  }

  /** A worker is there until then. */
  async announce({ worker, slots }: Presence, until: number): Promise<void> {
    await this.#client.zadd(`${this.#prefix}workers`, until, `${slots} ${worker}`);
  }

  async state(now: number): Promise<QueueState> {
    const { wait, active, delayed, failed } = this.#keys;
    const answer = await this.#run(STATE, [now, LEFT_BEHIND_MS], [wait, active, delayed, failed]);
    const numbers = (answer as readonly (number | string)[]).map(Number);
    const waiting = (priority: number): Waiting => {
      const [count = 0, oldest = -1] = numbers.slice(2 * priority);
      return { count, oldestMs: count === 0 || oldest < 0 ? null : oldest };
    };
    return {
      waiting: {
        express: waiting(CLASSES.express),
        normal: waiting(CLASSES.normal),
        batch: waiting(CLASSES.batch),
      },
      delayed: numbers[6] ?? 0,
      active: numbers[7] ?? 0,
      dead: numbers[8] ?? 0,
      workers: numbers[9] ?? 0,
      slots: numbers[10] ?? 0,
    };
  }

  /** Ids and data of delayed jobs. @param until milliseconds since 1970. */
  async due(until: number): Promise<readonly { readonly id: string; readonly data: string }[]> {
    // As BullMQ keeps it: milliseconds times 4096, and a counter.
    const values = [this.#keys.jobs, (until + 1) * 4096 - 1, MOST_DUE];
    const found = (await runScript(this.#client, DUE, [this.#keys.delayed], values)) as readonly string[];
    return found.flatMap((id, at) => (at % 2 === 0 ? [{ id, data: found[at + 1] ?? '' }] : []));
  }

  #run(which: typeof ENTER, values: readonly (string | number)[], more: readonly string[] = []) {
    const keys = [`${this.#prefix}turns`, this.#keys.prioritized, ...more];
    return runScript(this.#client, which, keys, [this.#prefix, this.#keys.jobs, this.#range, ...values]);
  }
}

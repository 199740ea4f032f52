import { type Script, script } from './connection.ts';

// Each runs as one step, whatever becomes of who asked: no job is between two places. And each is one command, however many jobs it
// is about: a slow line does not fill up with them.

/**
 * What all scripts share. KEYS[1] is the hash of turns, KEYS[2] BullMQ's set of what waits, by its priority number times 2^32 and a
 * counter. ARGV[1] begins the names of our own keys, ARGV[2] those of BullMQ's; they share a slot.
 */
const SHARED = `
  local turns, prioritized, ours, bulls, range = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3])
  local STEP = 4294967296
  local CLASSES = {express = 0, normal = 1, batch = 2}
  local function ages(class) return ours .. 'ages:' .. class end
  local function ranks(class, tenant) return ours .. 'ranks:' .. class .. ':' .. tenant end
  local function number(name, class) return tonumber(redis.call('HGET', turns, name .. ':' .. class) or '0') end
  local function whole(value) return string.format('%.0f', value) end
  local function first(class) return whole(class * range * STEP) end
  local function behind(class) return '(' .. whole((class + 1) * range * STEP) end
`;

/**
 * Gives ranks to jobs that begin to wait: new ones behind what their tenant has waiting, those that come back in front. BullMQ's
 * numbers hold how far a rank is ahead of an offset; before there is no room left, that offset and what waits move together.
 * ARGV: …, now, how old what was left behind is.
 */
const RANKS = `${SHARED}
  local now, left = tonumber(ARGV[4]), tonumber(ARGV[5])
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
  local function enter(class, tenant, id, isNew)
    if not begun[class] then open(class) end
    local key = class .. ':' .. tenant
    local rank = begun[class]
    if isNew then
      last[key] = math.max(begun[class], last[key] or lastOf(class, tenant)) + 1
      rank = last[key]
    end
    redis.call('ZADD', ranks(class, tenant), whole(rank), id)
    redis.call('ZADD', ages(class), whole(now), id)
    return class * range + math.min(math.max(rank - offset[class], 1), range - 1)
  end
`;

/** Lets a job that is in no other place of BullMQ's wait, or forgets what has no data: Redis may have thrown them away. */
const WAITS = `${RANKS}
  local function wait(id, isNew)
    local data = redis.call('HGET', bulls .. id, 'data')
    if not data then return redis.call('DEL', bulls .. id) end
    local job = cjson.decode(data)
    local place = enter(CLASSES[job.priority], job.tenant, id, isNew)
    local counter = isNew and redis.call('INCR', bulls .. 'pc') % STEP or 0
    redis.call('ZADD', prioritized, whole(place * STEP + counter), id)
    redis.call('HSET', bulls .. id, 'priority', place, 'delay', 0)
  end
`;

/** Answers BullMQ's number for each new job. ARGV: …, and of each its class, tenant and id. */
export const ENTER: Script = script(`${RANKS}
  local numbers = {}
  for at = 6, #ARGV, 3 do
    numbers[#numbers + 1] = enter(tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], true)
  end
  return numbers
`);

/** What is due waits. ARGV: …, up to which score of BullMQ's, how many. */
export const RISE: Script = script(`${WAITS}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', bulls .. 'delayed', 0, ARGV[6], 'LIMIT', 0, ARGV[7])) do
    redis.call('ZREM', bulls .. 'delayed', id)
    wait(id, true)
  end
`);

/** What BullMQ took from who lost it, and put before all others, waits in front of those of its priority. ARGV: …, ids. */
export const SORT_IN: Script = script(`${WAITS}
  for at = 6, #ARGV do
    if redis.call('LREM', bulls .. 'wait', -1, ARGV[at]) > 0 then wait(ARGV[at], false) end
  end
`);

/** Hands back what a token holds. Its turn was used for nothing: so it goes in front. ARGV: …, id, token. */
export const RELEASE: Script = script(`${WAITS}
  local id, lock = ARGV[6], bulls .. ARGV[6] .. ':lock'
  if redis.call('GET', lock) ~= ARGV[7] then return 0 end
  redis.call('DEL', lock)
  redis.call('SREM', bulls .. 'stalled', id)
  if redis.call('LREM', bulls .. 'active', 1, id) > 0 then wait(id, false) end
  return 1
`);

/** A dead job waits as if it were new. ARGV: …, id. */
export const REPLAY: Script = script(`${WAITS}
  local id = ARGV[6]
  if redis.call('ZREM', bulls .. 'failed', id) == 0 then return 0 end
  redis.call('HDEL', bulls .. id, 'finishedOn', 'processedOn', 'failedReason', 'atm', 'ats', 'stc')
  if redis.call('HEXISTS', bulls .. id, 'data') == 1 then redis.call('HSET', bulls .. id, 'timestamp', whole(now)) end
  wait(id, true)
  return 1
`);

/**
 * A job was taken: its lock gets its length, its turn is used. Where too many passed over a job of a lower priority, that one is
 * next. ARGV: …, class, tenant, id, token, length of the lock, how many may pass.
 */
export const TAKEN: Script = script(`${SHARED}
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
      next = true
      redis.call('ZREM', prioritized, head)
      redis.call('RPUSH', bulls .. 'wait', head)
      redis.call('HSET', turns, 'passes:' .. lower, 0)
    end
  end
`);

/** ARGV: …, now, how old what was left behind is. */
export const STATE: Script = script(`${SHARED}
  local now, left = tonumber(ARGV[4]), tonumber(ARGV[5])
  local state = {}
  local forward = {[0] = 0, [1] = 0, [2] = 0}
  for _, id in ipairs(redis.call('LRANGE', bulls .. 'wait', 0, 99)) do
    local data = redis.call('HGET', bulls .. id, 'data')
    local class = data and CLASSES[cjson.decode(data).priority]
    if class then forward[class] = forward[class] + 1 end
  end
  for class = 0, 2 do
    local oldest = -1
    local at = 0
    while at < 1000 do
      local head = redis.call('ZRANGE', ages(class), at, at, 'WITHSCORES')
      if not head[1] then break end
      if redis.call('ZSCORE', prioritized, head[1]) or redis.call('LPOS', bulls .. 'wait', head[1]) then
        oldest = math.max(0, now - tonumber(head[2]))
        break
      end
      if tonumber(head[2]) > now - left then at = at + 1 else redis.call('ZREM', ages(class), head[1]) end
    end
    state[#state + 1] = redis.call('ZCOUNT', prioritized, first(class), behind(class)) + forward[class]
    state[#state + 1] = whole(oldest)
  end
  state[#state + 1] = redis.call('ZCARD', bulls .. 'delayed')
  state[#state + 1] = redis.call('LLEN', bulls .. 'active')
  state[#state + 1] = redis.call('ZCARD', bulls .. 'failed')
  local workers, slots = 0, 0
  redis.call('ZREMRANGEBYSCORE', ours .. 'workers', '-inf', whole(now))
  for _, worker in ipairs(redis.call('ZRANGE', ours .. 'workers', 0, -1)) do
    workers, slots = workers + 1, slots + tonumber(string.match(worker, '^%d+'))
  end
  state[#state + 1] = workers
  state[#state + 1] = slots
  return state
`);

/** Takes a job out of every place. */
const DROPS = `${SHARED}
  local function drop(id)
    for _, set in ipairs({'prioritized', 'delayed', 'failed'}) do redis.call('ZREM', bulls .. set, id) end
    for _, list in ipairs({'wait', 'active'}) do redis.call('LREM', bulls .. list, 0, id) end
    redis.call('DEL', bulls .. id, bulls .. id .. ':lock')
  end
`;

/** ARGV: …, id. */
export const REMOVE: Script = script(`${DROPS}
  local id = ARGV[4]
  local data = redis.call('HGET', bulls .. id, 'data')
  drop(id)
  if not data then return end
  local job = cjson.decode(data)
  redis.call('ZREM', ranks(CLASSES[job.priority], job.tenant), id)
  redis.call('ZREM', ages(CLASSES[job.priority]), id)
`);

/**
 * Of these jobs those that nobody will get: what is in no place of BullMQ's, or has no data. What is left of one goes, so that it can
 * be added. ARGV: …, ids.
 */
export const UNKNOWN: Script = script(`${DROPS}
  local listed = {}
  for _, list in ipairs({'wait', 'active'}) do
    for _, id in ipairs(redis.call('LRANGE', bulls .. list, 0, -1)) do listed[id] = true end
  end
  local unknown = {}
  for at = 4, #ARGV do
    local id = ARGV[at]
    local isIn = function(set) return redis.call('ZSCORE', bulls .. set, id) end
    local isThere = listed[id] or isIn('prioritized') or isIn('delayed') or isIn('failed')
    if not isThere or redis.call('HEXISTS', bulls .. id, 'data') == 0 then
      unknown[#unknown + 1] = id
      if isThere or redis.call('EXISTS', bulls .. id) == 1 then drop(id) end
    end
  end
  return unknown
`);

/** Of dead jobs their id, data, when they were added, when they died, why, and how often they were tried. ARGV: …, from, to. */
export const DEAD: Script = script(`${SHARED}
  local found = {}
  for _, id in ipairs(redis.call('ZRANGE', bulls .. 'failed', ARGV[4], ARGV[5])) do
    local names = {'data', 'timestamp', 'finishedOn', 'failedReason', 'atm', 'stc'}
    found[#found + 1] = id
    for _, value in ipairs(redis.call('HMGET', bulls .. id, unpack(names))) do found[#found + 1] = value or '' end
  end
  return found
`);

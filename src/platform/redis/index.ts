import type { Clock } from '../../kit/index.ts';
import type { Shared } from '../shared.ts';
import { BullJobQueue } from './bull-job-queue.ts';
import { connect, watchMemoryPolicy } from './connection.ts';
import { RedisCache } from './redis-cache.ts';
import { RedisChannel } from './redis-channel.ts';
import { RedisLeases } from './redis-leases.ts';
import { RedisRateLimits } from './redis-rate-limits.ts';
import { RedisSessions } from './redis-sessions.ts';

export { BullJobQueue, type BullOptions } from './bull-job-queue.ts';
export { connect } from './connection.ts';

/**
 * What processes share, in one Redis or one cluster. It need not be there yet.
 *
 * @param addresses of one server, or of several nodes of a cluster.
 * @param clock for rates and leases; `null` for the server's own.
 * @param warn told once what is set up less than well there.
 * @param serves regions whose work waits apart from that of others; `null`: all work waits together.
 */
export function openRedis(
  addresses: readonly string[],
  clock: Clock | null = null,
  warn: (message: string) => void = () => {},
  serves: ReadonlySet<string> | null = null,
): Shared {
  const client = connect(addresses);
  const ears = connect(addresses);
  const hands = connect(addresses);
  watchMemoryPolicy(client, warn);
  return {
    remote: true,
    sessions: new RedisSessions(client),
    rateLimits: new RedisRateLimits(client, clock),
    cache: new RedisCache(client),
    channel: new RedisChannel(client, ears),
    queue: new BullJobQueue(
      hands,
      serves === null ? {} : { prefix: `{redline-${[...serves].toSorted().join('-')}}` },
    ),
    leases: new RedisLeases(client, clock),
    regional: null,
    close: async () => {
      for (const connection of [client, ears, hands]) connection.disconnect();
    },
  };
}

import { type Clock, systemClock } from '../../kit/index.ts';
import { SqliteJobQueue } from '../embedded/sqlite-job-queue.ts';
import type { Shared } from '../shared.ts';
import { connect } from './connection.ts';
import { RedisCache } from './redis-cache.ts';
import { RedisChannel } from './redis-channel.ts';
import { RedisRateLimits } from './redis-rate-limits.ts';
import { RedisSessions } from './redis-sessions.ts';

/**
 * What processes share, in one Redis or one cluster. It need not be there yet.
 *
 * @param addresses of one server, or of several nodes of a cluster.
 * @param clock for rates; `null` for the server's own.
 */
export function openRedis(addresses: readonly string[], clock: Clock | null = null): Shared {
  const client = connect(addresses);
  const ears = connect(addresses);
  // Each process has its own; what it loses with its end is put back from the records.
  const queue = SqliteJobQueue.open(':memory:', clock ?? systemClock);
  return {
    remote: true,
    sessions: new RedisSessions(client),
    rateLimits: new RedisRateLimits(client, clock),
    cache: new RedisCache(client),
    channel: new RedisChannel(client, ears),
    queue,
    close: async () => {
      client.disconnect();
      ears.disconnect();
      queue.close();
    },
  };
}

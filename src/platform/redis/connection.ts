import { createHash } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { OutsideError } from '../../kit/index.ts';

/** One server, or nodes of a cluster. */
export type RedisClient = Redis | Cluster;

/** Milliseconds until a connection counts as failed. */
const CONNECT_MS = 2000;
/** Milliseconds without a word on a connection that was asked something until it counts as lost: nobody ends what is cut off silently. */
const SILENT_MS = 5000;
/** Milliseconds after which the operating system asks whether the other side of a connection without traffic is there: one that only listens asks nothing. */
const IDLE_MS = 10_000;
/** Milliseconds between tries to connect, at most. */
const LONGEST_PAUSE_MS = 500;

const pause = (tries: number): number => Math.min(tries * 50, LONGEST_PAUSE_MS);

/** Nothing waits for a server that is away, and nothing is sent twice: the guard around decides about that. */
const COMMON = {
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENT_MS,
  keepAlive: IDLE_MS,
  lazyConnect: true,
};

/**
 * Connects in the background, again and again. What is asked meanwhile is `unavailable`.
 *
 * @param addresses `redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]` or `rediss://…`; several are nodes of one cluster.
 */
export function connect(addresses: readonly string[]): RedisClient {
  const urls = addresses.map((address) => new URL(address));
  const [first] = urls;
  if (first === undefined) throw new TypeError('No address of Redis is given.');
  const client = urls.length > 1 ? clusterOf(urls, optionsOf(first)) : serverOf(first);
  // Every failed try to connect says so; whoever asks for something is told by its own error.
  client.on('error', () => {});
  client.connect().catch(() => {});
  return client;
}

function serverOf(url: URL): Redis {
  const db = Number(url.pathname.slice(1) || '0');
  return new Redis({
    ...optionsOf(url),
    ...placeOf(url),
    db,
    retryStrategy: pause,
    enableOfflineQueue: false,
  });
}

function clusterOf(urls: readonly URL[], redisOptions: ReturnType<typeof optionsOf>): Cluster {
  return new Cluster(urls.map(placeOf), {
    redisOptions,
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: pause,
    retryDelayOnClusterDown: 50,
    retryDelayOnFailover: 50,
    slotsRefreshTimeout: CONNECT_MS,
    // No replica answers for its master.
    scaleReads: 'master',
  });
}

function optionsOf({ protocol, username, password }: URL) {
  return {
    ...COMMON,
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function placeOf({ hostname, port }: URL): { host: string; port: number } {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || '6379') };
}

/** What the operating system, the client and the server answer when nothing was done. */
const NOTHING_DONE =
  /^(?:LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|MOVED|ASK|TRYAGAIN|NOREPLICAS|BUSY|MISCONF|NOAUTH|WRONGPASS|NOPERM)\b|enableOfflineQueue|Failed to refresh slots cache/;

/** Asks, and throws `OutsideError` for what that answers. @param changes it changes something there. */
export async function ask<Answer>(
  port: string,
  client: RedisClient,
  changes: boolean,
  question: () => Promise<Answer>,
): Promise<Answer> {
  if (client.status !== 'ready') throw new OutsideError(port, 'unavailable', 'Redis cannot be reached.');
  try {
    return await question();
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/^OOM\b/.test(message)) throw new OutsideError(port, 'full', 'Redis has no room.', { cause: error });
    const failure = changes && !NOTHING_DONE.test(message) ? 'unclear' : 'unavailable';
    throw new OutsideError(port, failure, 'Redis did not answer as it should.', { cause: error });
  }
}

/**
 * Says once where Redis throws away what it was given when it runs out of memory. Nothing is lost for good by that (the store is the
 * truth), but sessions end and work waits for the sweep.
 */
export function watchMemoryPolicy(client: RedisClient, warn: (message: string) => void): void {
  client.once('ready', () => {
    void memoryPolicies(client).then((policies) => {
      const other = policies.filter((policy) => policy !== 'noeviction');
      if (other.length === 0) return;
      warn(`Redis has maxmemory-policy ${[...new Set(other)].join(', ')}; with noeviction it loses nothing.`);
    });
  });
}

/** Those of all servers that say theirs. */
async function memoryPolicies(client: RedisClient): Promise<readonly string[]> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  const answers = await Promise.all(servers.map((server) => server.info('memory').catch(() => '')));
  return answers.flatMap((answer) => /^maxmemory_policy:(\S+)/m.exec(answer)?.[1] ?? []);
}

/** A script that runs as one step on the server. */
export interface Script {
  readonly source: string;
  readonly digest: string;
}

export function script(source: string): Script {
  return { source, digest: createHash('sha1').update(source).digest('hex') };
}

/** Runs a script, which is sent once and then named by its digest. Its keys share a slot. */
export async function runScript(
  client: RedisClient,
  { source, digest }: Script,
  keys: readonly string[],
  values: readonly (string | number)[],
): Promise<unknown> {
  const given = [...keys, ...values.map(String)];
  try {
    return await client.evalsha(digest, keys.length, ...given);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await client.eval(source, keys.length, ...given);
  }
}

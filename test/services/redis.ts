import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Shared } from '../../src/platform/index.ts';
import { freePort } from './processes.ts';
import { startProxy, type TcpProxy } from './proxy.ts';

export interface RedisServer {
  readonly addresses: readonly string[];
  /** Ends the server at once, with all that it knew. */
  kill(): Promise<void>;
  /** Starts it again under the same address, with nothing in it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisCluster {
  readonly addresses: readonly string[];
  /** The ways to the nodes, in their order; none where nobody asked for them. */
  readonly lines: readonly TcpProxy[];
  /** Ends one of the nodes at once, with all that it knew. */
  kill(node: number): Promise<void>;
  /** Starts it again with nothing in it, as the same part of the cluster, and resolves when all of them serve. */
  restart(node: number): Promise<void>;
  stop(): Promise<void>;
}

interface Node {
  readonly port: number;
  readonly line: TcpProxy | null;
  readonly options: readonly string[];
  child: ChildProcess;
}

/** When whoever connects to it can ask. */
export async function connected(shared: Shared): Promise<void> {
  for (;;) {
    const ready = await Promise.all([shared.cache.probe(), shared.channel.subscribe('probe', () => {})]).then(
      () => true,
      () => false,
    );
    if (ready) return;
    await new Promise((again) => setTimeout(again, 25));
  }
}

/** The `redis-server` of this machine; `npm test` says where. */
const PROGRAM = process.env.REDIS_PATH ?? 'redis-server';

/** One real Redis in memory, on a free port. */
export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-redis-'));
  const port = await freePort();
  let child = await startNode(folder, port);
  const kill = () => end(child);
  return {
    addresses: [`redis://127.0.0.1:${port}`],
    kill,
    restart: async () => {
      child = await startNode(folder, port);
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

/** A real cluster of three nodes without replicas. @param behindLines whether each is behind a line that can be cut and slowed down. */
export async function startRedisCluster(behindLines = false): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-cluster-'));
  const nodes: Node[] = [];
  const stop = async () => {
    await Promise.all(nodes.map(({ child }) => end(child)));
    await Promise.all(nodes.map(({ line }) => line?.stop()));
    await rm(folder, { recursive: true });
  };
  const serving = async () => {
    for (const { port } of nodes) await until(port, 'CLUSTER INFO', /cluster_state:ok/);
  };
  const at = (n: number): Node => {
    const node = nodes[n];
    if (node === undefined) throw new Error('There is no such node.');
    return node;
  };
  try {
    for (let n = 0; n < 3; n += 1) nodes.push(await startClusterNode(folder, behindLines));
    const places = nodes.map(({ line, port }) => `127.0.0.1:${line?.port ?? port}`);
    const cli = PROGRAM.includes('/') ? join(dirname(PROGRAM), 'redis-cli') : 'redis-cli';
    // The lines are this process's: it must not wait for what speaks over them.
    await promisify(execFile)(cli, ['--cluster', 'create', ...places, '--cluster-yes']);
    await serving();
    return {
      addresses: places.map((place) => `redis://${place}`),
      lines: nodes.flatMap(({ line }) => line ?? []),
      kill: (n) => end(at(n).child),
      restart: async (n) => {
        const node = at(n);
        node.child = await startNode(folder, node.port, node.options);
        await serving();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startClusterNode(folder: string, behindLine: boolean): Promise<Node> {
  const port = await freePort();
  const line = behindLine ? await startProxy(port) : null;
  // The cluster's own port is by default 10,000 above, which may be none.
  const bus = String(await freePort());
  const options = [
    ...['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`],
    ...['--cluster-port', bus, '--cluster-node-timeout', '2000'],
    ...['--cluster-announce-ip', '127.0.0.1', '--cluster-announce-port', String(line?.port ?? port)],
    ...['--cluster-announce-bus-port', bus],
  ];
  return { port, line, options, child: await startNode(folder, port, options) };
}

async function startNode(folder: string, port: number, more: readonly string[] = []): Promise<ChildProcess> {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(PROGRAM, [...args, ...more], { stdio: 'ignore' });
  const failed = once(child, 'exit').then(() => {
    throw new Error(`${PROGRAM} ended instead of serving.`);
  });
  failed.catch(() => {});
  await Promise.race([until(port, 'PING', /PONG/), failed]);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Asks again until the answer is as expected. */
async function until(port: number, command: string, expected: RegExp): Promise<void> {
  for (;;) {
    const answer = await say(port, command).catch(() => '');
    if (expected.test(answer)) return;
    await new Promise((again) => setTimeout(again, 25));
  }
}

function say(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command}\r\n`));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString());
    });
    socket.once('error', reject);
  });
}

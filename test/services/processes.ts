import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A port of the loopback address that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Started {
  readonly child: ChildProcess;
  /** Ends it, by its own id, and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a program of a test and waits until it answers. @param ready resolves once it does; asked again until then. */
export async function startProgram(
  command: string,
  args: readonly string[],
  ready: () => Promise<unknown>,
  patienceMs = 60_000,
  environment: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const env = { ...process.env, ...environment };
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk) => said.push(chunk));
  child.stderr.on('data', (chunk) => said.push(chunk));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  const deadline = Date.now() + patienceMs;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${command} did not start:\n${Buffer.concat(said)}`);
    }
    try {
      await ready();
      return { child, stop };
    } catch {
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}

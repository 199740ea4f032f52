import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** A service that a test has started. */
export interface Service {
  /** Where it listens: `http://127.0.0.1:…`. */
  readonly url: string;
  /** Ends the process that was started, and no other. */
  stop(): Promise<void>;
}

/**
 * fake-gcs-server with nothing in it, its objects in memory.
 *
 * @param program `FAKE_GCS_PATH`, which `npm test` sets to the one it has built.
 */
export async function startFakeGcs(program: string): Promise<Service> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const place = ['-host', '127.0.0.1', '-port', String(port), '-public-host', address];
  const args = ['-backend', 'memory', '-scheme', 'http', '-log-level', 'error', ...place];
  const child = spawn(program, [...args, '-external-url', `http://${address}`], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const failed = ended.then(([code]) => {
    throw new Error(`fake-gcs-server ended with ${code} instead of serving.`);
  });
  failed.catch(() => {});
  await Promise.race([answers(`http://${address}/storage/v1/b?project=test`), failed]);
  return {
    url: `http://${address}`,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves once a server answers there. */
async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Figures, METRICS_TYPE, metricsText } from '../http/index.ts';
import { type EnginePool, QueueWatch } from '../jobs/index.ts';
import type { RoleContext } from './role.ts';

/** One who asks sends little and waits for little. */
const LIMITS = { headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 5000, maxHeaderSize: 8192 };
const MAX_CONNECTIONS = 32;

/** Where figures are read, while it listens. */
export interface MetricsServer {
  /** `null` where none is wanted. */
  readonly port: number | null;
  close(): void;
}

/**
 * `GET /metrics` at an address of its own, for what scales and watches the service; nothing else is answered there, and nothing is
 * asked of who reads. @throws what the system says, such as `EADDRINUSE`.
 */
export async function serveMetrics(
  { config, platform, clock }: RoleContext,
  pool: EnginePool,
  lag: () => Figures['audit'],
): Promise<MetricsServer> {
  if (config.metrics === null) return { port: null, close: () => {} };
  const { host, port } = config.metrics;
  const watch = new QueueWatch(platform.shared.queue, clock);
  const text = async () => metricsText({ queue: await watch.read(), pool: pool.state, audit: lag() });
  const server = createServer(LIMITS, (request, response) => void answer(request, response, text));
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // The process ends when its work does.
  server.unref();
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : null,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  text: () => Promise<string>,
): Promise<void> {
  if (url !== '/metrics') return void response.writeHead(404).end();
  if (method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
  response.writeHead(200, { 'Content-Type': METRICS_TYPE, 'Cache-Control': 'no-store' }).end(await text());
}

import { createServer, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { answerUnparsed, toWire } from '../http/index.ts';
import { Connections } from './connections.ts';

type Fetch = Parameters<typeof getRequestListener>[0];

/** Time and room for one request and one connection. Slow senders are cut off (slowloris). */
const LIMITS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 2000,
  maxHeaderSize: 16 * 1024,
};
const MAX_CONNECTIONS = 2048;

/** The listening socket: opens, stops taking connections, waits for those that are there. */
export class HttpServer {
  #server: Server | null = null;
  /** Kept, as a server that stops no longer tells it while its last requests still ask. */
  #listening: AddressInfo | null = null;
  #connections: Connections | null = null;
  #closed: Promise<void> = Promise.resolve();
  #stopping = false;

  get stopping(): boolean {
    return this.#stopping;
  }

  get port(): number {
    return this.#address().port;
  }

  /** For people: a host that browsers open without a question. */
  get url(): string {
    const { address, port, family } = this.#address();
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** @throws what the system says, such as `EADDRINUSE`. */
  async listen(fetch: Fetch, host: string, port: number): Promise<void> {
    const server = createServer(LIMITS, listener(fetch));
    this.#connections = new Connections(server);
    server.maxConnections = MAX_CONNECTIONS;
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => refuse(error.code, socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
    const address = server.address();
    if (typeof address === 'object') this.#listening = address;
  }

  /** Takes no more connections and ends those that do nothing. */
  stop(): void {
    const server = this.#server;
    if (server === null || this.#stopping) return;
    this.#stopping = true;
    this.#closed = new Promise((resolve) => {
      server.close(() => resolve());
    });
    this.#connections?.end();
  }

  /** Resolves when every answer is sent and every connection ended. */
  drained(): Promise<void> {
    return this.#closed;
  }

  /** Ends what is still open. */
  cut(): Promise<void> {
    this.#server?.closeAllConnections();
    return this.#closed;
  }

  #address(): AddressInfo {
    if (this.#listening === null) throw new Error('The server does not listen.');
    return this.#listening;
  }
}

function listener(fetch: Fetch) {
  const answer = getRequestListener(fetch, {
    overrideGlobalObjects: false,
    // What reaches this place never became a request, such as a malformed Host header.
    errorHandler: () => {
      const { body, ...answer } = answerUnparsed();
      return new Response(body, answer);
    },
  });
  return (...exchange: Parameters<typeof answer>) => {
    const [{ rawHeaders, socket }] = exchange;
    // RFC 9112 § 3.2; Node takes the first one, and a proxy in front may take the other.
    const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
    if (hosts.length > 1) refuse(undefined, socket);
    else void answer(...exchange);
  };
}

/** The parser gave up: answers once, where the other side still listens. */
function refuse(code: string | undefined, socket: Duplex): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(toWire(answerUnparsed(code)));
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A place between clients and a server, where connections are cut and held up. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection in the middle of whatever it says. */
  cut(): void;
  /** Holds up each piece that is said from now on by so many milliseconds, one after the other: many pieces fill up the line. */
  delay(ms: number): void;
  stop(): Promise<void>;
}

export async function startProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  const pass = (from: Socket, to: Socket): void => {
    let last = Promise.resolve();
    from.on('data', (chunk) => {
      const ms = delayMs;
      // In order, however long each piece is held up.
      last = last.then(async () => {
        if (ms > 0) await new Promise((go) => setTimeout(go, ms));
        if (!to.destroyed) to.write(chunk);
      });
    });
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('error', () => to.destroy());
  };
  const server = createServer((client) => {
    const behind = connect(target, '127.0.0.1');
    for (const socket of [client, behind]) sockets.add(socket);
    pass(client, behind);
    pass(behind, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    delay: (ms) => {
      delayMs = ms;
    },
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}

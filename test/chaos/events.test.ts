import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followOperation, Service } from '../../src/client/index.ts';
import { DrivenOperation } from '../acceptance/driven-operation.ts';
import { MortalServer } from './server.ts';

const WAIT = { timeout: 240_000, interval: 20 };
/** Bytes behind the head of an answer after which a connection is cut: within the first event, within later ones, behind some. */
const CUTS = [60, 900, 230, 15, 520, 410, 1300, 170, 700];
const HEAD_END = '\r\n\r\n';

/** Cuts every connection after so many bytes of what is answered, the next one after another number of them. */
class Cutter {
  /** What was passed on of each answer before it was cut. */
  readonly passed: string[] = [];
  /** The port of whoever answers now. */
  target = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((client) => this.#serve(client));
  }

  static async listen(): Promise<Cutter> {
    const cutter = new Cutter();
    cutter.#server.listen(0, '127.0.0.1');
    await once(cutter.#server, 'listening');
    return cutter;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #serve(client: Socket): void {
    const behind = connect(this.target, '127.0.0.1');
    const cut = CUTS[this.passed.length % CUTS.length] ?? 0;
    let said = '';
    for (const [socket, other] of [
      [client, behind],
      [behind, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    // As proxies do, it asks for the host that it asks.
    const host = `host: 127.0.0.1:${this.target}`;
    client.on('data', (chunk) => behind.write(chunk.toString('latin1').replace(/^host: .*$/im, host)));
    behind.on('data', (chunk) => {
      const before = said.length;
      said += chunk.toString('latin1');
      const head = said.indexOf(HEAD_END);
      const end = head < 0 ? said.length : head + HEAD_END.length + cut;
      if (said.length < end) return void client.write(chunk);
      if (before >= end) return;
      this.passed.push(said.slice(head, end));
      client.write(chunk.subarray(0, end - before), () => client.destroy());
    });
  }
}

let folder: string;
let server: MortalServer;
let cutter: Cutter;
let driven: DrivenOperation;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redline-events-'));
  server = MortalServer.start(folder, { REDLINE_ROLE: 'api' });
  cutter = await Cutter.listen();
  await here();
  driven = await DrivenOperation.open(folder);
});
afterEach(async () => {
  cutter.stop();
  await server.stop();
  await driven.close();
  rmSync(folder, { recursive: true });
});

/** What is cut leads to the server that there is now. */
async function here(): Promise<void> {
  cutter.target = Number(new URL(await server.url()).port);
}

test('a client that is cut again and again, also within an event, sees each one once, whatever server answers', async () => {
  const attempts = Number.MAX_SAFE_INTEGER;
  const service = new Service(cutter.url, { retries: { attempts, leastMs: 20, mostMs: 200 } });
  const seen: unknown[] = [];
  const ids: number[] = [];
  const following = (async () => {
    for await (const { id, data } of followOperation(service, driven.id)) {
      ids.push(Number(id));
      seen.push(JSON.parse(data));
    }
  })();
  const caughtUp = (missing: number) =>
    expect.poll(() => ids.length, WAIT).toBeGreaterThanOrEqual(driven.events.length - missing);
  for (let percent = 1; percent <= 45; percent += 1) {
    await driven.step({ state: 'running', percent, stage: percent % 2 === 0 ? 'aligning' : 'writing' });
    // Some come one by one, and some together.
    if (percent % 4 < 2) await caughtUp(percent % 3);
    if (percent % 15 === 0) {
      await server.kill();
      await here();
    }
  }
  await driven.end();
  await following;
  expect(ids).toEqual(driven.events.map(({ sequence }) => sequence));
  expect(seen).toEqual(driven.events);
  expect(ids).toHaveLength(47);
  expect(server.deaths).toBe(3);
  // Cut within an event more often than not: a whole one ends with an empty line.
  const within = cutter.passed.filter((said) => !/\n\n(?:\r\n)?$/.test(said));
  expect(within.length).toBeGreaterThan(5);
});

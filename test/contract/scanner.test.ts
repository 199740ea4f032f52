import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClamdScanner } from '../../src/platform/clamd/index.ts';
import { structureScanner } from '../../src/platform/embedded/index.ts';
import { type Clamd, STREAM_LIMIT, startClamd } from '../services/clamd.ts';
import { freePort } from '../services/processes.ts';
import { describeScanner } from './scanner.ts';

describeScanner('nothing but structure', { findsMalware: false }, async () => ({
  scanner: structureScanner,
  engine: 'structure',
  dispose: async () => {},
}));

const never = new AbortController().signal;
async function* zeros(size: number): AsyncIterable<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024);
  for (let left = size; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
}

// `npm test` installs it; who runs this suite alone may have none.
const program = process.env.CLAMD_PATH ?? '/usr/sbin/clamd';
describe.skipIf(!existsSync(program))('with a real clamd', () => {
  let clamd: Clamd;
  beforeAll(async () => {
    clamd = await startClamd(program);
  }, 60_000);
  afterAll(() => clamd.stop());

  for (const way of ['tcp', 'local'] as const) {
    describeScanner(`clamd (${way})`, { findsMalware: true }, async () => ({
      scanner: new ClamdScanner(clamd[way]),
      engine: 'clamav',
      dispose: async () => {},
    }));
  }

  test('takes 50 MB and refuses what is larger than it is set up for', async () => {
    const scanner = new ClamdScanner(clamd.tcp);
    expect(await scanner.scan(zeros(50_000_000), never)).toMatchObject({ verdict: 'clean' });
    await expect(scanner.scan(zeros(STREAM_LIMIT + 1_000_000), never)).rejects.toMatchObject({
      failure: 'refused',
    });
  });
});

describe('a clamd that does not do as it should', () => {
  const answering = async (answer: (socket: Socket) => void, times = {}) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      answer(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { scanner: new ClamdScanner({ host: '127.0.0.1', port }, times), server };
  };

  test.each<[string, (socket: Socket) => void]>([
    ['hangs up', (socket) => socket.destroy()],
    ['hangs up after some bytes', (socket) => socket.once('data', () => socket.end())],
    ['says that it cannot', (socket) => socket.end('stream: Can not allocate memory ERROR\0')],
    ['says what is not known', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n\0')],
    ['never stops talking', (socket) => socket.end('x'.repeat(100_000))],
  ])('one that %s', async (_, answer) => {
    const { scanner, server } = await answering(answer);
    await expect(scanner.scan(zeros(1_000_000), never)).rejects.toMatchObject({
      name: 'OutsideError',
      failure: 'unavailable',
    });
    server.close();
  });

  test('one that says nothing', async () => {
    const { scanner, server } = await answering((socket) => socket.resume(), { idleMs: 50 });
    await expect(scanner.scan(zeros(1000), never)).rejects.toMatchObject({ failure: 'unavailable' });
    server.close();
  });

  test('one that takes nothing', async () => {
    const { scanner, server } = await answering((socket) => socket.pause(), { idleMs: 200 });
    await expect(scanner.scan(zeros(50_000_000), never)).rejects.toMatchObject({ failure: 'unavailable' });
    server.close();
  });

  test('one that is not there', async () => {
    const scanner = new ClamdScanner({ host: '127.0.0.1', port: await freePort() });
    await expect(scanner.probe()).rejects.toMatchObject({ failure: 'unavailable' });
  });
});

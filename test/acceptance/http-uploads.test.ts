import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DetailedError, Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import { DataKeys, UploadStore, Uploads } from '../../src/documents/index.ts';
import { systemClock, systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../src/platform/embedded/index.ts';

const MB = 1024 * 1024;
const STREAM = 'application/offset+octet-stream';

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  /** Nothing is told to it before: as by a power cut. */
  kill(): Promise<void>;
}

let folder: string;
const running = new Set<Server>();

/** The real service in a process of its own, over the folder. */
async function start(port = 0): Promise<Server> {
  const environment = {
    PATH: process.env.PATH,
    PORT: String(port),
    REDLINE_DATA: folder,
    REDLINE_WORKERS: '1',
    REDLINE_LOG_LEVEL: 'error',
  };
  const main = join(import.meta.dirname, '../../src/main.ts');
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const kill = async (): Promise<void> => {
    running.delete(server);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line.toString())?.[0] ?? '';
  const server = { child, url, kill };
  running.add(server);
  return server;
}

/** One that runs; a test may kill it. */
async function anyServer(): Promise<Server> {
  const [first] = running;
  return first ?? (await start());
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'redline-tus-'));
});
afterAll(async () => {
  await Promise.all([...running].map((server) => server.kill()));
  rmSync(folder, { recursive: true });
});

/** What was kept, read by this process. */
async function kept(url: string | null): Promise<Buffer> {
  const keys = new DataKeys(await KeyRing.open(join(folder, 'keys')), { clock: systemClock });
  const blobs = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  const ambient = { clock: systemClock, random: systemRandom, pause: async () => {} };
  const uploads = new Uploads(new UploadStore(blobs, keys, ambient), ambient);
  const chunks: Uint8Array[] = [];
  const id = url?.split('/').at(-1) ?? '';
  for await (const chunk of (await uploads.open(localOperator('r', null), id)).body) chunks.push(chunk);
  keys.close();
  return Buffer.concat(chunks);
}

interface Sending {
  readonly client: Upload;
  readonly done: Promise<void>;
}

/** A real client. @param after is told how far it is after each piece. */
function send(
  server: Server,
  content: Buffer,
  options: Partial<ConstructorParameters<typeof Upload>[1]> = {},
): Sending {
  let settle: { resolve: () => void; reject: (error: unknown) => void };
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  const client = new Upload(content, {
    endpoint: `${server.url}/v1/uploads`,
    // A server may take long to start again on a busy machine.
    retryDelays: Array(1200).fill(100),
    metadata: { filename: 'Müller agreement.docx', filetype: 'x' },
    onSuccess: () => settle.resolve(),
    onError: (error) => settle.reject(error),
    ...options,
  });
  client.start();
  return { client, done };
}

const head = async (url: string) => {
  const { status, headers } = await fetch(url, { method: 'HEAD', headers: { 'Tus-Resumable': '1.0.0' } });
  return { status, offset: Number(headers.get('upload-offset')), headers };
};

describe('a tus client', () => {
  test.each([
    ['in one request', {}],
    ['with the first bytes in the request that starts it', { uploadDataDuringCreation: true }],
    ['in pieces', { chunkSize: 300_000 }],
    ['through POST alone', { chunkSize: MB, overridePatchMethod: true }],
  ])('sends a file %s', async (_, options) => {
    const server = await anyServer();
    const content = randomBytes(2.5 * MB);
    const { client, done } = send(server, content, options);
    await done;
    expect((await kept(client.url)).equals(content)).toBe(true);
    const { headers } = await head(client.url ?? '');
    expect(headers.get('upload-metadata')).toBe(
      `filename ${Buffer.from('Müller agreement.docx').toString('base64')},filetype eA==`,
    );
  });

  test('pauses and goes on', async () => {
    const server = await anyServer();
    const content = randomBytes(3 * MB);
    let paused = false;
    const { client, done } = send(server, content, {
      chunkSize: 256 * 1024,
      onChunkComplete: (_size, accepted) => {
        if (paused || accepted < MB) return;
        paused = true;
        void client.abort().then(async () => {
          expect((await head(client.url ?? '')).offset).toBeGreaterThanOrEqual(MB);
          client.start();
        });
      },
    });
    await done;
    expect(paused).toBe(true);
    expect((await kept(client.url)).equals(content)).toBe(true);
  });

  test('goes on after the server was killed', async () => {
    let server = await anyServer();
    const port = Number(new URL(server.url).port);
    const content = randomBytes(4 * MB);
    let killed = 0;
    let resumedAt = -1;
    const { client, done } = send(server, content, {
      chunkSize: 256 * 1024,
      onChunkComplete: (_size, accepted) => {
        if (killed === 0 && accepted >= MB) {
          killed = accepted;
          void server.kill().then(async () => {
            server = await start(port);
          });
        } else if (killed > 0 && resumedAt < 0) resumedAt = accepted;
      },
    });
    await done;
    expect(killed).toBeGreaterThanOrEqual(MB);
    // Nothing that was acknowledged was sent again.
    expect(resumedAt).toBeGreaterThan(killed);
    expect((await kept(client.url)).equals(content)).toBe(true);
  });

  test('sends to processes in turn', async () => {
    const [server, other] = [await anyServer(), await start()];
    const content = randomBytes(2 * MB);
    const { client, done } = send(server, content, {
      chunkSize: 512 * 1024,
    });
    let moved = false;
    client.options.onChunkComplete = () => {
      if (moved) return;
      moved = true;
      void client.abort().then(() => {
        const path = new URL(client.url ?? '').pathname;
        client.url = `${other.url}${path}`;
        client.start();
      });
    };
    await done;
    expect(moved).toBe(true);
    await other.kill();
    expect((await kept(client.url)).equals(content)).toBe(true);
  });

  test('ends an upload', async () => {
    const server = await anyServer();
    const { client, done } = send(server, randomBytes(1000));
    await done;
    await client.abort(true);
    expect((await head(client.url ?? '')).status).toBe(404);
  });

  test('is told what is too large', async () => {
    const server = await anyServer();
    const { done } = send(server, randomBytes(10), { uploadSize: 60 * MB, retryDelays: null });
    const error = await done.then(
      () => null,
      (reason: DetailedError) => reason,
    );
    expect(error?.originalResponse?.getStatus()).toBe(413);
  });
});

describe('the protocol', () => {
  const tus = { 'Tus-Resumable': '1.0.0' };
  const create = async (server: Server, size: number) => {
    const headers = { ...tus, 'Upload-Length': String(size) };
    const { status, headers: told } = await fetch(`${server.url}/v1/uploads`, { method: 'POST', headers });
    expect(status).toBe(201);
    return `${server.url}${told.get('location')}`;
  };
  const patch = (
    url: string,
    offset: number,
    body: Uint8Array<ArrayBuffer>,
    more: Record<string, string> = {},
  ) =>
    fetch(url, {
      method: 'PATCH',
      headers: { ...tus, 'Content-Type': STREAM, 'Upload-Offset': String(offset), ...more },
      body,
    });

  test('says what it can', async () => {
    const server = await anyServer();
    const { status, headers } = await fetch(`${server.url}/v1/uploads`, { method: 'OPTIONS' });
    expect(status).toBe(204);
    expect(headers.get('tus-extension')?.split(',').sort()).toEqual([
      'checksum',
      'creation',
      'creation-with-upload',
      'expiration',
      'termination',
    ]);
    expect(headers.get('tus-checksum-algorithm')).toContain('sha1');
    expect(headers.get('tus-max-size')).toBe(String(50 * MB));
  });

  test.each<[string, string, (url: string) => Promise<Response>, number]>([
    [
      'another version',
      'request/tus-version',
      (url) => patch(url, 0, Buffer.from('x'), { 'Tus-Resumable': '0.2' }),
      412,
    ],
    [
      'another type',
      'request/not-tus',
      (url) => patch(url, 0, Buffer.from('x'), { 'Content-Type': 'text/plain' }),
      415,
    ],
    ['an offset that is ahead', 'uploads/offset', (url) => patch(url, 5, Buffer.from('x')), 409],
    [
      'no offset',
      'request/malformed',
      (url) => patch(url, 0, Buffer.from('x'), { 'Upload-Offset': '-1' }),
      400,
    ],
    ['too much', 'documents/too-large', (url) => patch(url, 0, Buffer.alloc(101)), 413],
    [
      'a checksum that does not fit',
      'uploads/checksum',
      (url) =>
        patch(url, 0, Buffer.from('x'), { 'Upload-Checksum': `sha1 ${randomBytes(20).toString('base64')}` }),
      460,
    ],
    [
      'a checksum that is not known',
      'request/malformed',
      (url) => patch(url, 0, Buffer.from('x'), { 'Upload-Checksum': 'md4 AAAA' }),
      400,
    ],
    ['nothing that is there', 'uploads/not-found', (url) => patch(`${url}0`, 0, Buffer.from('x')), 404],
  ])('refuses %s', async (_, code, act, status) => {
    const server = await anyServer();
    const url = await create(server, 100);
    const answer = await act(url);
    expect([answer.status, (await answer.json()).code]).toEqual([status, code]);
    expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
    expect((await head(url)).offset).toBe(0);
  });

  test.each(['sha1', 'sha256'])('keeps what has its %s', async (algorithm) => {
    const server = await anyServer();
    const content = randomBytes(100);
    const url = await create(server, 100);
    const digest = createHash(algorithm).update(content).digest('base64');
    const { status, headers } = await patch(url, 0, content, { 'Upload-Checksum': `${algorithm} ${digest}` });
    expect([status, headers.get('upload-offset')]).toEqual([204, '100']);
    expect((await kept(url)).equals(content)).toBe(true);
  });

  test('lets one of two win', async () => {
    const server = await anyServer();
    const url = await create(server, 100_000);
    const answers = await Promise.all([1, 2].map(() => patch(url, 0, Buffer.alloc(100_000))));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  /** A request that says it has so many bytes, and goes on only when it is told to. */
  const begin = (url: string, size: number): ClientRequest => {
    const headers = { ...tus, 'Content-Type': STREAM, 'Upload-Offset': '0', 'Content-Length': size };
    const sent = request(url, { method: 'PATCH', headers });
    sent.on('error', () => {});
    return sent;
  };

  test('keeps what arrived before the connection broke', async () => {
    const server = await anyServer();
    const content = randomBytes(2 * MB);
    const url = await create(server, content.length);
    const sent = begin(url, content.length);
    await new Promise((written) => sent.write(content.subarray(0, MB), written));
    sent.destroy();
    await expect.poll(async () => (await head(url)).offset).toBeGreaterThan(0);
    const { offset } = await head(url);
    await patch(url, offset, content.subarray(offset));
    expect((await kept(url)).equals(content)).toBe(true);
  });

  test('has acknowledged what arrived in a request that a crash ends', async () => {
    const server = await anyServer();
    const content = randomBytes(20 * MB);
    const url = await create(server, content.length);
    const sent = begin(url, content.length);
    // Slowly enough for several acknowledgements; the poll below is what it waits for.
    let at = 0;
    const timer = setInterval(() => {
      if (at >= 16 * MB) return;
      sent.write(content.subarray(at, at + MB));
      at += MB;
    }, 100);
    await expect.poll(async () => (await head(url)).offset, { timeout: 30_000 }).toBeGreaterThan(0);
    clearInterval(timer);
    await server.kill();
    sent.destroy();
    await start(Number(new URL(server.url).port));
    const { offset } = await head(url);
    expect(offset).toBeGreaterThanOrEqual(4 * MB);
    await patch(url, offset, content.subarray(offset));
    expect((await kept(url)).equals(content)).toBe(true);
  });

  test('holds no more of a large file than of a small one', async () => {
    // One that has held nothing yet.
    const server = await start();
    // What the process held at most (proc_pid_status(5)); null where the system does not tell.
    const memory = (): number | null => {
      const path = `/proc/${server.child.pid}/status`;
      const peak = existsSync(path) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(path, 'latin1'))?.[1] : undefined;
      return peak === undefined ? null : Number(peak) * 1024;
    };
    const round = async (size: number): Promise<number | null> => {
      const content = Buffer.alloc(size, 7);
      const urls = await Promise.all([1, 2, 3, 4].map(() => create(server, size)));
      const answers = await Promise.all(urls.map((url) => patch(url, 0, content)));
      expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
      return memory();
    };
    for (let n = 0; n < 8; n += 1) await round(4 * MB);
    const small = memory();
    const large = await round(50 * MB);
    // 200 MB came in at once; how much of it waits to be collected is the collector's affair.
    expect((large ?? 0) - (small ?? 0)).toBeLessThan(100 * MB);
  });
});

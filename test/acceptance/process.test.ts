import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerOf, partHead } from './service.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly exit: Promise<number | null>;
}

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-process-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function start(environment: Record<string, string> = {}): Started {
  const defaults = {
    PATH: process.env.PATH,
    PORT: '0',
    REDLINE_DATA: join(folder, 'data'),
    REDLINE_WORKERS: '1',
  };
  const child = spawn(process.execPath, [MAIN], { env: { ...defaults, ...environment } });
  children.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  return { child, output, exit: once(child, 'close').then(([code]) => code as number | null) };
}

async function ready(started: Started): Promise<number> {
  await expect.poll(() => started.output.stdout).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
  return Number(/:(\d+)/.exec(started.output.stdout.replace('http:', ''))?.[1]);
}

/** An upload that is not finished yet. */
async function openUpload(port: number) {
  const headers = { 'content-type': 'multipart/form-data; boundary=cut' };
  const upload = request({ port, method: 'POST', path: '/v1/comparisons', headers });
  upload.write(`${partHead('original')}x\r\n`);
  const places = async () =>
    ((await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { pool: { places: number } }).pool
      .places;
  await expect.poll(places).toBe(1);
  return upload;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const [event] = await Promise.race([
    once(socket, 'connect').then(() => [true]),
    once(socket, 'error').then(() => [false]),
  ]).catch(() => [false]);
  socket.destroy();
  return event === true;
}

describe('the process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes what is under way on %s and exits with 0',
    async (signal) => {
      const started = start();
      const port = await ready(started);
      const upload = await openUpload(port);
      const answer = answerOf(upload);
      started.child.kill(signal);
      await expect.poll(() => accepts(port)).toBe(false);
      expect(started.child.exitCode).toBeNull();
      upload.end(`${partHead('modified')}x\r\n--cut--\r\n`);
      expect(await answer).toMatchObject({ status: 415, headers: { connection: 'close' } });
      expect(await started.exit).toBe(0);
      expect(started.output.stderr).toContain('"msg":"stopped"');
    },
  );

  test('does not wait for a connection on which nothing was asked', async () => {
    const started = start();
    const silent = connect(await ready(started), '127.0.0.1');
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    started.child.kill('SIGTERM');
    await closed;
    expect(await started.exit).toBe(0);
    expect(started.output.stderr).not.toContain('shutdown phase not finished');
  });

  test('exits at once on the second signal', async () => {
    const started = start();
    const port = await ready(started);
    const upload = await openUpload(port);
    upload.on('error', () => {});
    started.child.kill('SIGTERM');
    await expect.poll(() => accepts(port)).toBe(false);
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(128 + 15);
  });

  test('starts again on what is there, in a folder for its owner only', async () => {
    for (let round = 0; round < 2; round += 1) {
      const started = start();
      await ready(started);
      expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
      started.child.kill('SIGTERM');
      expect(await started.exit).toBe(0);
    }
  });

  test('says on one line where to go, and logs only JSON', async () => {
    const started = start();
    const port = await ready(started);
    await fetch(`http://127.0.0.1:${port}/health/live`);
    started.child.kill('SIGTERM');
    await started.exit;
    expect(started.output.stdout.trim().split('\n')).toHaveLength(1);
    const lines = started.output.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'signing-key-made',
      'started',
      'request',
      'stopping',
      'stopped',
    ]);
  });

  test('says that its port is taken', async () => {
    const first = start();
    const port = await ready(first);
    const second = start({ PORT: String(port) });
    expect(await second.exit).toBe(1);
    expect(second.output.stderr).toContain(`Port ${port} is in use.`);
  });

  test('says that its data folder cannot be used', async () => {
    await writeFile(join(folder, 'data'), 'a file');
    const started = start();
    expect(await started.exit).toBe(1);
    expect(started.output.stderr).toMatch(/^The data folder cannot be used \(\w+\): /);
  });

  test.each([
    ['an address that others reach', { HOST: '0.0.0.0' }, 'HOST must be a loopback address'],
    [
      'several faults at once',
      { PORT: '70000', REDLINE_WORKERS: 'many' },
      'PORT must be at most 65535\n  REDLINE_WORKERS must be a number',
    ],
  ])('refuses %s', async (_, environment, message) => {
    const started = start(environment);
    expect(await started.exit).toBe(2);
    expect(started.output.stderr).toContain(message);
    expect(started.output.stdout).toBe('');
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'redline-serve-'));
const launcher = resolve(import.meta.dirname, '../../bin/redline.js');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first text on standard output that names an address. */
async function addressIn(stdout: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stdout) {
    text += chunk;
    const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
    if (found !== null) return found[0];
  }
  throw new Error(`ended without an address: ${text}`);
}

test('redline serve answers on its port, keeps its data where told, and ends at SIGTERM', async () => {
  const data = join(folder, 'data');
  const child = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--data', data], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 30_000,
  });
  const ended = once(child, 'exit');
  try {
    const answer = await fetch(`${await addressIn(child.stdout)}/health/live`);
    expect(answer.status).toBe(200);
    expect(existsSync(data)).toBe(true);
    expect(existsSync(join(folder, '.redline'))).toBe(false);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([0, null]);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, '../dist/main.js');

/**
 * The built service as a process of its own, with its data in a folder that goes with it; resolves with its exit code.
 *
 * @param prepare puts into the folder what is to be there when the service starts.
 */
export async function withServer(
  work: (url: string, pid: number) => Promise<void>,
  prepare: (folder: string) => Promise<void> = async () => {},
): Promise<number | null> {
  if (!existsSync(MAIN)) throw new Error('Run "npm run build" first.');
  const folder = await mkdtemp(join(tmpdir(), 'redline-bench-'));
  await prepare(folder);
  const environment = { ...process.env, PORT: '0', REDLINE_DATA: folder, REDLINE_LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  try {
    await work(await addressIn(child.stdout), child.pid ?? 0);
  } finally {
    child.kill('SIGTERM');
    await exit;
    await rm(folder, { recursive: true });
  }
  return child.exitCode;
}

async function addressIn(output: AsyncIterable<unknown>): Promise<string> {
  for await (const chunk of output) {
    const url = /http:\/\/\S+:\d+/.exec(String(chunk))?.[0];
    if (url !== undefined) return url;
  }
  throw new Error('The service did not start.');
}

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
const version = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).version as string;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'redline-launcher-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('npm start', () => {
  const start = (environment: NodeJS.ProcessEnv): ChildProcess =>
    spawn(process.execPath, ['scripts/start.mjs'], {
      cwd: repository,
      env: { ...process.env, PORT: '0', REDLINE_DATA: directory, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  /** The address that the launcher prints when the service is ready. */
  async function address(child: ChildProcess): Promise<string> {
    if (child.stdout === null) throw new Error('The launcher has no output.');
    for await (const line of createInterface(child.stdout)) {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line);
      if (found) return found[0];
    }
    throw new Error('The launcher printed no address.');
  }

  test.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, and ends cleanly', async (signal) => {
    const child = start({});
    const url = await address(child);
    const live = await fetch(`${url}/health/live`);
    expect(live.status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test('passes on the exit code of a service that cannot start', async () => {
    const child = start({ PORT: 'no number' });
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});

describe('bin/redline.js', () => {
  /** Makes the Node that runs the command look old. */
  const old = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";
  const asOld = ['--import', `data:text/javascript,${encodeURIComponent(old)}`];

  const run = (options: readonly string[], bin: string) =>
    spawnSync(process.execPath, [...options, bin, '--version'], { encoding: 'utf8' });

  test('runs on the Node that is there', () => {
    const { status, stdout } = run([], join(repository, 'bin/redline.js'));
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
  });

  test('runs on the Node beside it where the one that is there is too old', () => {
    const { status, stdout } = run(asOld, join(repository, 'bin/redline.js'));
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
  });

  test.each([
    [
      'is too old and no other is beside it',
      asOld,
      true,
      'redline needs Node 22.12 or newer; this is Node 20.20.2.\n',
    ],
    ['is fine but nothing is built', [], false, 'redline is not built yet: run `npm run build`.\n'],
  ])('refuses where the Node %s', (_, options, isBuilt, message) => {
    cpSync(join(repository, 'bin'), join(directory, 'bin'), { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    mkdirSync(join(directory, 'dist/command'), { recursive: true });
    if (isBuilt) writeFileSync(join(directory, 'dist/command/index.js'), "console.log('ran');\n");
    const { status, stdout, stderr } = run(options, join(directory, 'bin/redline.js'));
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: message });
  });
});

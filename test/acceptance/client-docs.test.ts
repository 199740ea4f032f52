import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startService } from './service.ts';

// docs/client.md: its example runs as it stands, on the package as it is published.

const root = fileURLToPath(new URL('../..', import.meta.url));
const sample = (name: string): string => join(root, 'dist/sample', `${name}.docx`);

test('the example of docs/client.md compares two documents', async () => {
  const page = await readFile(join(root, 'docs/client.md'), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
  // Below the package, so that it finds itself by its name.
  await mkdir(join(root, 'test-results'), { recursive: true });
  const folder = await mkdtemp(join(root, 'test-results/client-'));
  const service = await startService();
  try {
    await writeFile(join(folder, 'example.ts'), example);
    const env = { ...process.env, REDLINE_SERVER: service.url };
    const run = promisify(execFile);
    const args = ['example.ts', sample('original'), sample('modified')];
    const { stdout } = await run(process.execPath, args, { cwd: folder, env });
    expect(JSON.parse(stdout)).toMatchObject({ exact: true });
    const redline = await readFile(join(folder, 'redline.docx'));
    expect(redline.length).toBeGreaterThan(10_000);
    const missing = run(process.execPath, ['example.ts', 'example.ts', 'example.ts'], { cwd: folder, env });
    await expect(missing).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('document/') });
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
  }
});

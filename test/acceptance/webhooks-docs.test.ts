import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { asking, json } from './kept.ts';
import { Receiver } from './receiver.ts';
import { startService } from './service.ts';

// docs/webhooks.md: its receiver runs as it stands, on the package as it is published.

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A port that was free a moment ago. */
async function freePort(): Promise<string> {
  const receiver = await Receiver.listen();
  const { port } = new URL(receiver.url);
  receiver.stop();
  return port;
}

test('the receiver of docs/webhooks.md takes what is sent, and nothing else', async () => {
  const page = await readFile(join(root, 'docs/webhooks.md'), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
  // Below the package, so that it finds itself by its name.
  await mkdir(join(root, 'test-results'), { recursive: true });
  const folder = await mkdtemp(join(root, 'test-results/webhooks-'));
  await writeFile(join(folder, 'example.ts'), example);
  const service = await startService({ settings: { REDLINE_WEBHOOK_NETWORKS: '127.0.0.0/8' } });
  const ask = asking(() => service);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/hooks`;
  const made = await ask('/v1/webhooks', json('POST', { url, signatures: ['v1', 'v1a'] }));
  const [publicKey] = made.body.keys.flatMap((key: { publicKey: string | null }) => key.publicKey ?? []);
  const run = async (keys: string) => {
    const env = { ...process.env, PORT: port, WEBHOOK_KEYS: keys };
    const child = spawn(process.execPath, ['example.ts'], { cwd: folder, env });
    const said: string[] = [];
    createInterface(child.stdout).on('line', (line) => said.push(line));
    await once(child.stderr, 'data');
    const { body } = await ask(`/v1/webhooks/${made.body.id}/tests`, { method: 'POST' });
    child.kill();
    await once(child, 'close');
    return { body, said };
  };
  try {
    for (const keys of [made.body.secret, publicKey, `whsec_AAAA ${made.body.secret}`]) {
      const { body, said } = await run(keys);
      expect(body).toMatchObject({ outcome: 'delivered', status: 204 });
      expect(said.map((line) => JSON.parse(line))).toMatchObject([
        { id: body.delivery, type: 'webhook.test' },
      ]);
    }
    expect((await run('whsec_AAAA')).body).toMatchObject({ outcome: 'given-up', status: 401 });
  } finally {
    await service.stop();
    await rm(folder, { recursive: true });
  }
});

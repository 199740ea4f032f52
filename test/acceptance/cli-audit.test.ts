import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { asking, keep, word } from './kept.ts';
import { runHere } from './run-here.ts';
import { startService } from './service.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'redline-audit-'));
afterAll(() => rmSync(dataDirectory, { recursive: true }));

const audit = (...args: string[]) => runHere('audit', ...args);

test('what a service did is exported, and whoever changes it in the database is found out', async () => {
  for (let round = 0; round < 2; round += 1) {
    const service = await startService({ dataDirectory });
    const ask = asking(() => service);
    const made = await keep(ask, word('The rent is 100.'));
    await ask(`${made.body.links.self}/content`);
    await service.stop();
  }
  const checkpoints = join(dataDirectory, 'checkpoints');
  const [first = ''] = await readdir(join(checkpoints, 'local'));
  expect(statSync(join(checkpoints, 'local', first)).mode & 0o777).toBe(0o444);
  const file = join(dataDirectory, 'events.jsonl');
  const verify = async () => {
    const { code, text } = await audit('export', '--data', dataDirectory);
    expect(code).toBe(0);
    writeFileSync(file, text);
    return await audit('verify', file, '--checkpoints', checkpoints);
  };
  expect(await verify()).toMatchObject({
    code: 0,
    text: expect.stringMatching(/^untouched; 4 events, signed up to event 4 at /),
  });
  const database = new Database(join(dataDirectory, 'audit.sqlite'));
  database.prepare("UPDATE events SET actor = 'somebody' WHERE sequence = 2").run();
  expect(await verify()).toMatchObject({ code: 1, text: expect.stringMatching(/^event 2: changed; /) });
  database.prepare('DELETE FROM events WHERE sequence > 1').run();
  database.close();
  // An export that begins with the chain itself gives the database back what it lost.
  expect(await verify()).toMatchObject({ code: 0, text: expect.stringMatching(/^untouched; 4 events/) });
  expect(await audit('verify', file, '--checkpoints', checkpoints, '--trust', 'f'.repeat(32))).toMatchObject({
    code: 1,
  });
  expect(await audit('verify', file, '--checkpoints', join(dataDirectory, 'none'))).toMatchObject({
    ...{ code: 1, text: expect.stringContaining('nothing was signed') },
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { SqliteJobQueue } from '../../src/platform/embedded/index.ts';
import { describeJobQueue } from './job-queue.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-queue-'));
const opened: SqliteJobQueue[] = [];

afterAll(() => {
  for (const queue of opened) queue.close();
  rmSync(folder, { recursive: true });
});

describeJobQueue('an embedded database', async () => {
  const path = join(folder, `queue-${opened.length}.sqlite`);
  const time = { now: Date.now() };
  const [one, other] = [0, 1].map(() => SqliteJobQueue.open(path, () => time.now));
  if (one === undefined || other === undefined) throw new Error();
  opened.push(one, other);
  const shortMs = 50;
  const pass = async () => {
    time.now += shortMs + 1;
  };
  return { one, other, shortMs, pass };
});

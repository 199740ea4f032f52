import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import { changed } from '../../src/documents/index.ts';
import { withOperator } from '../../src/main.ts';
import { runHere } from './run-here.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'redline-jobs-'));
afterAll(() => rmSync(dataDirectory, { recursive: true }));

const jobs = (...args: string[]) => runHere('admin', 'jobs', ...args, '--data', dataDirectory);

/** An operation that was given up, as a worker leaves it. */
async function giveUp(): Promise<string> {
  const deed = { tenant: 'local', type: 'operation.created' } as const;
  return await withOperator(
    { REDLINE_DATA: dataDirectory },
    deed,
    async (library, _, { queue, operations }) => {
      const actor = localOperator('test', null);
      const { id } = await operations.accept({ kind: 'work', priority: 'batch', actor, request: {} });
      const stored = await library.operations.read({ tenant: 'local', id });
      const job = await queue.take(
        { worker: 'w', lockMs: 600_000, waitMs: 30_000 },
        new AbortController().signal,
      );
      if (stored === null || job === null) throw new Error();
      const error = { code: 'service/busy', detail: 'No thread came free.' };
      const end = { state: 'failed', dead: true, attempt: 3, error } as const;
      await library.operations.write(stored, changed(stored.operation, end, Date.now()));
      await queue.bury(job, 'service/busy');
      return id;
    },
  );
}

test('what was given up is listed, shown and tried again, and the audit trail tells of it', async () => {
  const [one, other] = [await giveUp(), await giveUp()];
  const { text } = await jobs('list', '--json');
  const dead = JSON.parse(text) as { id: string }[];
  expect(dead.map(({ id }) => id).toSorted()).toEqual([one, other].toSorted());
  expect(dead[0]).toMatchObject({ priority: 'batch', attempts: 1, reason: 'service/busy' });
  expect((await jobs('list')).text).toContain(one);
  expect(JSON.parse((await jobs('list', '--json', '--tenant', 'acme')).text)).toEqual([]);
  expect(JSON.parse((await jobs('status', '--json')).text)).toMatchObject({ dead: 2, active: 0 });
  expect((await jobs('status')).text).toMatch(/^dead +2$/m);

  const shown = JSON.parse((await jobs('show', one)).text);
  expect(shown).toMatchObject({ id: one, state: 'failed', dead: true, error: { code: 'service/busy' } });
  expect((await jobs('show', 'o_unknown')).code).toBe(2);

  expect((await jobs('replay', one)).text).toBe(`${one} is queued\n`);
  expect((await jobs('replay', one)).code, 'it is not dead any more').toBe(2);
  expect((await jobs('replay')).code).toBe(2);
  expect((await jobs('replay', '--all')).text).toBe(`${other} is queued\n`);
  expect(JSON.parse((await jobs('status', '--json')).text)).toMatchObject({
    dead: 0,
    waiting: { batch: { count: 2 } },
  });
  const { text: trail } = await runHere('audit', 'export', '--data', dataDirectory);
  const told = trail.split('\n').filter((line) => line.includes('operation.replayed'));
  expect(told.filter((line) => line.includes(one)).length).toBeGreaterThanOrEqual(1);
  expect(told.filter((line) => line.includes(other)).length).toBeGreaterThanOrEqual(1);
});

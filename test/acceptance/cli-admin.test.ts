import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { textPdf } from '../support/files.ts';
import { runHere } from './run-here.ts';
import { startService } from './service.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'redline-admin-'));
afterAll(() => rmSync(dataDirectory, { recursive: true }));

async function keys(...args: string[]) {
  const { code, text } = await runHere('admin', 'keys', ...args, '--data', dataDirectory, '--json');
  return { code, answer: JSON.parse(text) };
}

test('the key is rotated while the service runs, and what it protected stays readable', async () => {
  const service = await startService({ dataDirectory });
  const form = new FormData();
  form.set('file', new Blob([textPdf('kept')]), 'a.pdf');
  const made = await fetch(`${service.url}/v1/documents`, { method: 'POST', body: form });
  const { links } = (await made.json()) as { links: { content: string } };
  const { answer: before } = await keys('status');
  expect(before).toMatchObject({ lost: 0 });
  const { answer: rotated } = await keys('rotate');
  expect(rotated.primary).not.toBe(before.primary);
  expect(await keys('destroy', before.primary)).toMatchObject({ code: 2, answer: { code: 'usage' } });
  expect(await keys('rewrap')).toMatchObject({
    code: 0,
    answer: { primary: rotated.primary, done: true, documents: 1 },
  });
  expect(await keys('destroy', rotated.primary)).toMatchObject({ code: 2 });
  expect(await keys('destroy', before.primary), 'what is under way may need it').toMatchObject({ code: 2 });
  expect(await keys('destroy', before.primary, '--now')).toMatchObject({
    code: 0,
    answer: { destroyed: before.primary },
  });
  await service.stop();
  const again = await startService({ dataDirectory });
  expect(await (await fetch(`${again.url}${links.content}`)).text()).toBe(textPdf('kept'));
  await again.stop();
});

const launcher = resolve(import.meta.dirname, '../../bin/redline.js');

test.each<[string, readonly string[], NodeJS.ProcessEnv, RegExp]>([
  ['a setting that cannot be used', ['people', 'list'], { PORT: 'abc' }, /PORT must be a number/],
  ['an organisation that is not there', ['people', 'list', '--tenant', 'acme'], {}, /REDLINE_TENANTS/],
  ['a document that is not there', ['erase', `d_${'0'.repeat(32)}`, '--reason', 'x'], {}, /no such document/],
  [
    'an account of those who have a provider',
    ['people', 'add', 'a@b.example', '--tenant', 'acme'],
    { REDLINE_TENANTS: 'acme=b.example' },
    /provider/,
  ],
  ['an address that is none', ['people', 'add', 'nobody'], {}, /address/],
])('%s is said by the command as it is built', (_, args, env, said) => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [launcher, 'admin', ...args, '--data', dataDirectory],
    {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    },
  );
  expect(stderr).toMatch(said);
  expect(stderr).not.toContain('fault of redline');
  expect(status).toBe(2);
});

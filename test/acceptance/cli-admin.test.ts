import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { ABSENT } from '../../src/documents/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
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
  ['an organisation that is not there', ['keys', 'rotate', '--tenant', 'acme'], {}, /REDLINE_TENANTS/],
  ['a document that is not there', ['erase', `d_${'0'.repeat(32)}`, '--reason', 'x'], {}, /no such document/],
  [
    'an account of those who have a provider',
    ['people', 'add', 'a@b.example', '--tenant', 'acme'],
    { REDLINE_TENANTS: 'acme=b.example' },
    /provider/,
  ],
  ['a region that is none', ['move-tenant', 'local', '--to', 'mars'], {}, /these: local\./],
  ['a region that it is in', ['move-tenant', 'local', '--to', 'local'], {}, /there already/],
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

test('a move says how far it is', async () => {
  const data = mkdtempSync(join(tmpdir(), 'redline-moves-'));
  const tenants = 'acme@us=acme.test; beta@eu=beta.test';
  vi.stubEnv('REDLINE_TENANTS', tenants);
  const move = (...args: string[]) => runHere('admin', 'move-tenant', 'acme', ...args, '--data', data);
  try {
    const platform = await openEmbeddedPlatform(data, readConfig({ REDLINE_TENANTS: tenants }, {}));
    const record = {
      ...({ format: 1, tenant: 'acme', from: 'eu', to: 'us', phase: 'done', serial: 1 } as const),
      ...{ at: '2026-11-22T10:00:00.000Z', by: 'operator' },
      events: { tries: 2, triedAt: '2026-11-22T10:10:00.000Z', reason: 'too-new', removedAt: null },
    };
    const body = Buffer.from(JSON.stringify(record));
    await platform.regions.get('eu')?.heads.write('moves/acme', body, { ifGeneration: ABSENT });
    await platform.close();
    const { code, text } = await move('--status');
    expect(code).toBe(0);
    expect(text.split('\n')).toEqual([
      ...['tenant      acme', 'region      us', 'events      left'],
      'moves       eu to us 2026-11-22T10:00:00.000Z done, events left: too-new (2 tries, the last 2026-11-22T10:10:00.000Z)',
      '',
    ]);
    // Run again it takes away what is left of it: here nothing is.
    expect(JSON.parse((await move('--to', 'us', '--json')).text)).toMatchObject({
      objects: 0,
      events: 'removed',
    });
    expect((await move('--status')).text).toMatch(/^events {6}removed$/m);
    expect((await move('--to', 'eu', '--status')).code).toBe(2);
    expect((await move()).code).toBe(2);
  } finally {
    vi.unstubAllEnvs();
    rmSync(data, { recursive: true });
  }
});

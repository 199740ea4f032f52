import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AuditEvent } from '../../src/audit/index.ts';
import { asking, keep, word } from './kept.ts';
import { runHere } from './run-here.ts';
import { type Service, startService } from './service.ts';

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
    ...{ code: 1, text: expect.stringMatching(/^not proven; 4 events, nothing was signed; no first key/) },
  });
  writeFileSync(file, `null\n${readFileSync(file, 'utf8')}`);
  expect(await audit('verify', file, '--checkpoints', checkpoints)).toMatchObject({
    ...{ code: 1, text: expect.stringMatching(/^event 1: changed; /) },
  });
});

test.each<[string, string, string, number]>([
  ['what is no JSON', 'local', 'garbage', 3],
  ['something else', 'local', 'null', 3],
  ['a checkpoint with a piece missing', 'local', '{"format": 2, "tenant": "local", "first": 3}', 3],
  ['a key that is none', 'keys', '{"id": 5}', 1],
])('a file of checkpoints that holds %s is named by its first event', async (_, kind, text, sequence) => {
  const copy = mkdtempSync(join(tmpdir(), 'redline-checkpoints-'));
  cpSync(join(dataDirectory, 'checkpoints'), copy, { recursive: true });
  const names = (await readdir(join(copy, kind))).sort();
  const path = join(copy, kind, names.at(kind === 'keys' ? 0 : 1) ?? '');
  rmSync(path);
  writeFileSync(path, text);
  const file = join(dataDirectory, 'events.jsonl');
  writeFileSync(file, (await audit('export', '--data', dataDirectory)).text);
  const found = await audit('verify', file, '--checkpoints', copy);
  expect(found).toMatchObject({ code: 1, text: expect.stringMatching(`^event ${sequence}: checkpoint; `) });
  rmSync(copy, { recursive: true });
});

test.each([
  ['audit', 'list'],
  ['audit', 'export'],
  ['admin', 'people', 'list'],
  ['admin', 'jobs', 'list'],
  ['admin', 'keys', 'status'],
])('%s %s makes no folder where there is none', async (...words) => {
  const missing = join(dataDirectory, 'missing');
  expect(await runHere(...words, '--data', missing)).toEqual({ code: 2, text: '' });
  expect(existsSync(missing)).toBe(false);
});

describe('a trail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redline-audit-list-'));
  const checkpoints = join(folder, 'checkpoints');
  let service: Service;
  let document = '';
  let where: Record<'there' | 'here', readonly string[]>;
  beforeAll(async () => {
    const first = await startService({ dataDirectory: folder });
    const ask = asking(() => first);
    document = (await keep(ask, word('The rent is 100.'))).body.id;
    await ask(`/v1/documents/${document}/content`);
    await ask('/v1/documents/d_missing');
    await first.stop();
    service = await startService({ dataDirectory: folder });
    where = { there: ['--server', service.url], here: ['--data', folder] };
  });
  afterAll(async () => {
    await service.stop();
    rmSync(folder, { recursive: true });
  });

  test('is read where REDLINE_SERVER says, unless a folder is named', async () => {
    vi.stubEnv('REDLINE_SERVER', 'http://127.0.0.1:9');
    expect((await audit('list', ...where.here)).code).toBe(0);
    expect((await audit('list')).code).toBe(5);
    vi.stubEnv('REDLINE_SERVER', service.url);
    expect(await audit('list')).toMatchObject({
      code: 0,
      text: expect.stringContaining('content.downloaded'),
    });
    vi.unstubAllEnvs();
  });

  describe.each(['there', 'here'] as const)('%s', (at) => {
    const list = async (...args: string[]) => await audit('list', ...args, ...where[at]);

    test('is listed as a table, as JSON and as CSV', async () => {
      const table = await list('--document', document);
      expect(table.code).toBe(0);
      expect(table.text).toMatch(/^number +when \(UTC\) +what +outcome +who/);
      expect(table.text).toMatch(/\n +2 .*content\.downloaded +done +operator/);
      expect(table.text).toMatch(/\nUp to event \d+/);
      const { events, view } = JSON.parse((await list('--outcome', 'failed', '--json')).text);
      expect(events).toMatchObject([{ sequence: 3, type: 'document.read', reason: 'documents/not-found' }]);
      expect(view.through).toBeGreaterThanOrEqual(3);
      const csv = await list('--csv', '--order', 'ascending', '--limit', '2');
      expect(csv.text.trimEnd().split('\r\n')).toHaveLength(3);
      expect((await list('--from', '2999-01-01')).text).toMatch(/^No events\.\nUp to event/);
      expect((await list('--limit', '1')).text).toContain('There are more');
    });

    test('is exported, also from where one broke off', async () => {
      const some = ['--type', 'content.downloaded,document.created', ...where[at]];
      const all = (await audit('export', ...some)).text.trimEnd().split('\n');
      expect(all.map((line) => JSON.parse(line).sequence)).toEqual([1, 2]);
      const rest = (await audit('export', '--after', '1', '--format', 'csv', ...some)).text;
      expect(rest.trimEnd().split('\r\n')).toHaveLength(2);
    });

    test('proves an event, and the proof is good where nothing else is', async () => {
      const file = join(folder, `${at}.proof.json`);
      const more = at === 'here' ? ['--checkpoints', checkpoints] : [];
      expect(await audit('prove', '2', '-o', file, ...more, ...where[at])).toMatchObject({ code: 0 });
      const proven = await audit('verify-event', file);
      expect(proven.text).toMatch(/^proven: event 2 of local: content\.downloaded done by operator at /);
      const [, root = ''] = /first key (\w+)/.exec(proven.text) ?? [];
      const trusted = await audit(
        'verify-event',
        file,
        '--trust',
        root,
        '--checkpoints',
        checkpoints,
        '--json',
      );
      expect([trusted.code, JSON.parse(trusted.text).event.document]).toEqual([0, document]);
      expect(await audit('verify-event', file, '--trust', 'f'.repeat(32))).toMatchObject({
        ...{ code: 1, text: 'not proven: the first key is another one than the trusted one\n' },
      });
      expect((await audit('verify-event', file, '--checkpoints', join(folder, 'none'))).code).toBe(1);
      writeFileSync(file, readFileSync(file, 'utf8').replace('content.downloaded', 'document.read'));
      expect(await audit('verify-event', file)).toMatchObject({
        ...{ code: 1, text: 'not proven: the event is not what its own hash says\n' },
      });
    });

    test.each([
      [['--type', 'nothing'], 2],
      [['--outcome', 'maybe'], 2],
      [['--from', 'yesterday'], 2],
      [['--limit', '0'], 2],
      [['--json', '--csv'], 2],
    ])('%j is a mistake of whoever asks', async (args, code) => {
      expect((await list(...args)).code).toBe(code);
    });
  });

  test('that is neither with a service nor with checkpoints proves nothing', async () => {
    expect((await audit('prove', '1', ...where.here)).code).toBe(2);
  });
});

test('what an operator does on the machine is in the trail, whether it succeeds or not', async () => {
  const admin = (...args: string[]) => runHere('admin', ...args, '--data', dataDirectory, '--json');
  await admin('keys', 'rotate');
  await admin('keys', 'destroy', 'no-such-version');
  await admin('people', 'add', 'ada@example.com');
  await admin('people', 'disable', `p_${'0'.repeat(32)}`);
  const { text } = await audit('export', '--data', dataDirectory);
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ credential }) => credential === 'machine');
  expect(events.map(({ type, outcome, object }) => [type, outcome, object])).toEqual([
    ['tenant-key.rotated', 'done', 'local'],
    ['tenant-key.destroyed', 'failed', 'local'],
    ['person.invited', 'done', null],
    ['person.changed', 'failed', `p_${'0'.repeat(32)}`],
  ]);
  expect(events.every(({ actorKind, actor }) => `${actorKind} ${actor}` === 'operator operator')).toBe(true);
  expect(text).not.toContain('ada@example.com');
});

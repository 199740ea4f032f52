import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, redline } from '../support/cli.ts';
import { textPdf } from '../support/files.ts';
import { contract, type Desk, type Kept, openDesk } from './desk.ts';
import { runHere } from './run-here.ts';

const PIECE = 1024 * 1024;

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());

const at = (name: string): string => desk.at(name);

describe('redline documents', () => {
  test('uploads, lists, shows, renames, labels, copies, deletes and restores', async () => {
    const { id } = await desk.upload(
      'first.docx',
      contract('one'),
      '--label',
      'drafts',
      '--name',
      'Lease.docx',
    );
    const listed = await desk.run(['list', '--label', 'drafts', '--json']);
    expect(json<{ documents: Kept[] }>(listed).documents.map((one) => one.id)).toEqual([id]);
    expect((await desk.run(['list', '--name', 'lease'])).stdout.toString()).toMatch(/Lease\.docx +drafts\n/);
    expect((await desk.run(['show', id])).stdout.toString()).toContain('version  1 of 1, uploaded');
    await desk.run(['rename', id, 'Lease, final.docx']);
    await desk.run(['label', id, '--add', 'final', '--remove', 'drafts']);
    const shown = json<Kept>(await desk.run(['show', id, '--json']));
    expect([shown.name, shown.labels]).toEqual(['Lease, final.docx', ['final']]);
    const copy = json<Kept>(await desk.run(['copy', id, '--name', 'Another.docx', '--json']));
    expect([copy.name, copy.id === id]).toEqual(['Another.docx', false]);
    expect((await desk.run(['delete', id])).stdout.toString()).toMatch(/\(deleted\)\n$/);
    const deleted = json<{ documents: Kept[] }>(await desk.run(['list', '--deleted', '--json'])).documents;
    expect(deleted.map((one) => one.id)).toEqual([id]);
    expect(json<Kept>(await desk.run(['restore', id, '--json'])).state).toBe('active');
    const removed = await runHere('audit', 'list', '--type', 'upload.removed', '--server', desk.service.url);
    expect(removed).toMatchObject({ code: 0, text: expect.stringMatching(/^No events\./) });
  });

  test('adds versions, tells their history, and gives each of them back', async () => {
    const [one, two] = [contract('one'), contract('two')];
    const { id } = await desk.upload('versions.docx', one);
    expect((await desk.upload('versions-2.docx', two, '--to', id)).current.number).toBe(2);
    await desk.run(['restore', id, '--version', '1']);
    const history = json<{ versions: { number: number; origin: object }[] }>(
      await desk.run(['history', id, '--json']),
    );
    expect(history.versions.map(({ number, origin }) => [number, origin])).toEqual([
      [3, { kind: 'restored', version: 1 }],
      [2, { kind: 'upload' }],
      [1, { kind: 'upload' }],
    ]);
    const table = (await desk.run(['history', id])).stdout.toString();
    expect(table).toMatch(/3 .* operator .* restored from version 1 .*\n.*2 .*uploaded/);
    for (const [number, bytes] of [
      ['1', one],
      ['2', two],
    ] as const) {
      expect((await desk.run(['download', id, '--version', number, '-o', 'out.docx'])).exitCode).toBe(0);
      expect(readFileSync(at('out.docx')).equals(Buffer.from(bytes))).toBe(true);
    }
    expect((await desk.run(['download', id, '-o', '-'])).stdout.equals(Buffer.from(one))).toBe(true);
  });

  test('several files at once, each a document', async () => {
    for (const name of ['a.docx', 'b.docx']) writeFileSync(at(name), contract(name));
    writeFileSync(at('c.pdf'), textPdf('c'));
    const result = await desk.run(['upload', 'a.docx', 'b.docx', 'c.pdf']);
    expect(result.stdout.toString()).toMatch(
      /^d_\w+ {2}a\.docx .*\nd_\w+ {2}b\.docx .*\nd_\w+ {2}c\.pdf .*\n$/,
    );
    expect([result.stderr, desk.remembered()]).toEqual(['', []]);
  });

  test('a list longer than a page of the service is whole', async () => {
    const copied = await desk.upload('many.docx', contract('many'), '--label', 'many');
    const body = JSON.stringify({});
    const headers = { 'Content-Type': 'application/json' };
    for (let i = 0; i < 204; i++)
      await fetch(`${desk.service.url}/v1/documents/${copied.id}/copies`, { method: 'POST', body, headers });
    const asked = async (...flags: string[]) =>
      json<{ documents: Kept[]; nextPageToken: string | null }>(
        await desk.run(['list', '--label', 'many', '--json', ...flags]),
      );
    const first = await asked('--limit', '203');
    expect([first.documents.length, first.nextPageToken === null]).toEqual([203, false]);
    const rest = await asked('--limit', '203', '--page-token', first.nextPageToken ?? '');
    expect([rest.documents.length, rest.nextPageToken]).toEqual([2, null]);
    expect(new Set([...first.documents, ...rest.documents].map(({ id }) => id)).size).toBe(205);
  });
});

describe('compared', () => {
  const exact = async (original: Uint8Array, modified: Uint8Array, name: string) => {
    writeFileSync(at('o.docx'), original);
    writeFileSync(at('m.docx'), modified);
    return (await redline(['verify', 'o.docx', 'm.docx', name], { cwd: desk.folder })).exitCode;
  };
  const [one, two, three] = [contract('one way'), contract('two ways'), contract('three ways')];

  test('two versions become a redline that is kept, exact, and listed', async () => {
    const { id } = await desk.upload('compared.docx', one);
    await desk.upload('compared-2.docx', two, '--to', id);
    await desk.upload('compared-3.docx', three, '--to', id);
    const latest = await desk.run(['compare', id, '-o', 'latest.docx']);
    expect(latest.stdout.toString()).toMatch(
      /^r_\w+ {2}version 2 with version 3: .*insertions.*\n {2}latest\.docx\n$/,
    );
    expect(await exact(two, three, 'latest.docx')).toBe(0);
    const flags = ['--original', '1', '--modified', '3', '-o', 'whole.docx', '--author', 'Ada', '--json'];
    const whole = json<{ id: string }>(await desk.run(['compare', id, ...flags]));
    expect(await exact(one, three, 'whole.docx')).toBe(0);
    const { redlines } = json<{ redlines: { id: string }[] }>(await desk.run(['redlines', id, '--json']));
    expect([redlines.length, redlines[0]?.id]).toEqual([2, whole.id]);
    expect((await desk.run(['redlines', id])).stdout.toString()).toMatch(
      /version 1 with version 3\n.*version 2 with version 3\n$/,
    );
  });

  test('a file is sent, compared with the current version, and leaves no upload behind', async () => {
    const { id } = await desk.upload('mine.docx', one);
    writeFileSync(at('returned.docx'), two);
    const result = await desk.run(['compare', id, 'returned.docx', '-o', 'theirs.docx']);
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(result.stdout.toString()).toContain('version 1 with returned.docx');
    expect(await exact(one, two, 'theirs.docx')).toBe(0);
    expect(desk.remembered()).toEqual([]);
  });

  test.each([
    [['compare', 'd_00000000000000000000000000000000'], 2, 'documents/not-found'],
    [['compare', 'ID', '--original', '9'], 2, 'documents/version-not-found'],
    [['compare', 'ID', '--original', 'first'], 2, 'usage'],
    [['compare', 'ID', 'x.docx', '--modified', '1'], 2, 'usage'],
    [['compare', 'ID', '-o', '-'], 2, 'usage'],
    [['compare', 'ID', 'missing.docx'], 2, 'file/not-found'],
    [['compare', 'ID', 'plain.txt'], 3, 'document/not-a-package'],
    [['redlines', 'ID', '--limit', 'all'], 2, 'usage'],
  ])('%j ends with %d, %s', async (args, exitCode, code) => {
    writeFileSync(at('plain.txt'), 'plain text');
    const { id } = await desk.upload('wrong.docx', one);
    const result = await desk.run([...args.map((word) => (word === 'ID' ? id : word)), '--json']);
    expect([result.exitCode, json<{ code: string }>(result).code]).toEqual([exitCode, code]);
    expect(desk.remembered()).toEqual([]);
  });
});

describe('changes of a redline', () => {
  interface Listed {
    readonly changes: readonly { readonly id: string; readonly after: string }[];
    readonly total: number;
  }
  const both = async (name: string) => {
    const { id } = await desk.upload(name, contract('Payment within ten days in Rome.'));
    await desk.upload(`next-${name}`, contract('Payment within twelve days in Bern.'), '--to', id);
    const made = json<{ id: string; etag: string }>(await desk.run(['compare', id, '--json']));
    return { id, redline: made.id, etag: made.etag };
  };

  test('are listed, and decided one by one or all, each a version', async () => {
    const { id, redline } = await both('decided.docx');
    const listed = json<Listed>(await desk.run(['changes', id, redline, '--text', 'twelve', '--json']));
    expect([listed.total, listed.changes.map(({ after }) => after)]).toEqual([2, ['twelve']]);
    expect((await desk.run(['changes', id, redline])).stdout.toString()).toContain('2 of 2 changes');
    const [first] = listed.changes;
    const accepted = await desk.run(['accept', id, redline, '--id', first?.id ?? '']);
    expect(accepted.stdout.toString()).toBe(
      `${redline}  version 2: 1 accepted, 0 rejected, 0 gone, 1 left\n`,
    );
    const rejected = await desk.run(['reject', id, redline, '--all', '--json']);
    expect(json<{ version: number }>(rejected).version).toBe(3);
    const left = json<Listed>(await desk.run(['changes', id, redline, '--json']));
    expect(left.total).toBe(0);
    const nothing = await desk.run(['accept', id, redline, '--all']);
    expect(nothing.stdout.toString()).toBe(`${redline}  version 3: nothing was decided\n`);
  });

  test('are not decided blindly, nor by a guess', async () => {
    const { id, redline, etag } = await both('blind.docx');
    await desk.run(['accept', id, redline, '--text', 'Bern']);
    for (const [flags, exitCode, code] of [
      [['--all', '--if-match', etag], 2, 'documents/stale'],
      [[], 2, 'usage'],
      [['--all', '--id', 'c1'], 2, 'usage'],
      [['--id', 'c1'], 2, 'changes/unknown-id'],
      [['--from', 'yesterday'], 2, 'usage'],
      [['--kind', 'typo'], 2, 'usage'],
    ] as const) {
      const result = await desk.run(['reject', id, redline, ...flags, '--json']);
      expect([result.exitCode, json<{ code: string }>(result).code], flags.join(' ')).toEqual([
        exitCode,
        code,
      ]);
    }
    const none = await desk.run(['changes', id, 'r_00000000000000000000000000000000', '--json']);
    expect([none.exitCode, json<{ code: string }>(none).code]).toEqual([2, 'redlines/not-found']);
  });
});

describe('with a key', () => {
  const ask = (args: readonly string[], key: string) =>
    desk.run(args, { ...desk.environment(), REDLINE_API_KEY: key });

  test('it asks, and uploads, as that key; without a good one it does nothing', async () => {
    const body = JSON.stringify({ name: 'command', scopes: ['documents:read', 'documents:write'] });
    const init = { method: 'POST', body, headers: { 'Content-Type': 'application/json' } };
    const made = await fetch(`${desk.service.url}/v1/api-keys`, init);
    const { key } = (await made.json()) as { key: string };
    writeFileSync(at('keyed.docx'), contract('keyed'));
    const sent = await ask(['upload', 'keyed.docx', '--json'], key);
    expect(sent.exitCode).toBe(0);
    const [document] = json<{ documents: { id: string; owner: string }[] }>(sent).documents;
    // What a person's program makes is that person's; who made each version is told apart.
    expect(document?.owner).toBe('operator');
    expect((await ask(['show', document?.id ?? ''], key)).exitCode).toBe(0);
    const [first] = json<{ versions: { createdBy: string }[] }>(
      await ask(['history', document?.id ?? '', '--json'], key),
    ).versions;
    expect(first?.createdBy).not.toBe('operator');
    for (const [wrong, code] of [
      [`${key}x`, 'access/sign-in-required'],
      ['nonsense', 'access/sign-in-required'],
      ['no\nheader', 'usage'],
    ] as const) {
      const refused = await ask(['list', '--json'], wrong);
      expect([refused.exitCode, json<{ code: string }>(refused).code]).toEqual([2, code]);
      expect(refused.stdout.toString() + refused.stderr).not.toContain(wrong);
    }
  });
});

describe('wrong use', () => {
  const ID = 'd_00000000000000000000000000000000';
  beforeAll(() => {
    writeFileSync(at('notes.txt'), 'plain text');
    writeFileSync(at('empty.docx'), '');
    writeFileSync(at('cut.docx'), contract('x').slice(0, 400));
    writeFileSync(at('huge.pdf'), Buffer.alloc(50 * PIECE + 1, '%PDF-1.4\n'));
    writeFileSync(at('good.docx'), contract('good'));
  });
  test.each([
    [['show', ID], 2, 'documents/not-found'],
    [['history', 'nonsense'], 2, 'documents/not-found'],
    [['download', ID, '-o', 'x.docx'], 2, 'documents/not-found'],
    [['download', ID, '-o', '-', '--json'], 2, 'usage'],
    [['download', ID, '-o', 'x.docx', '--version', '0'], 2, 'usage'],
    [['download', ID], 2, 'usage'],
    [['label', ID], 2, 'usage'],
    [['list', '--limit', '0'], 2, 'usage'],
    [['list', '--sort', 'size'], 2, 'usage'],
    [['list', '--page-token', 'nonsense'], 2, 'request/page-token'],
    [['list', '--server', 'ftp://x'], 2, 'usage'],
    [['list', '--server', 'nonsense'], 2, 'usage'],
    [['list', '--server', 'http://127.0.0.1:1'], 5, 'client/unreachable'],
    [['upload', 'good.docx', '--server', 'http://127.0.0.1:1'], 5, 'client/unreachable'],
    [['upload', 'missing.docx'], 2, 'file/not-found'],
    [['upload', '.'], 2, 'file/not-readable'],
    [['upload', 'good.docx', '--to', ID], 2, 'documents/not-found'],
    [['upload', 'good.docx', '--to', ID, '--name', 'x'], 2, 'usage'],
    [['upload', 'good.docx', 'good.docx', '--name', 'x'], 2, 'usage'],
    [['upload', 'good.docx', '--if-match', '1'], 2, 'usage'],
    [['upload', 'good.docx', '--patience', 'long'], 2, 'usage'],
    [['upload', 'notes.txt'], 3, 'documents/type-not-supported'],
    [['upload', 'cut.docx'], 3, 'document/damaged-package'],
    [['upload', 'empty.docx'], 3, 'document/empty'],
    [['upload', 'huge.pdf'], 4, 'documents/too-large'],
    [['nonsense'], 2, 'usage'],
  ])('%j ends with %d, %s', async (args, exitCode, code) => {
    const result = await desk.run([...args, '--json']);
    expect([result.exitCode, json<{ code: string }>(result).code]).toEqual([exitCode, code]);
    expect(desk.remembered()).toEqual([]);
  });

  test('a document that someone else changed is left alone', async () => {
    const { id, etag } = await desk.upload('stale.docx', contract('x'));
    await desk.run(['rename', id, 'changed.docx']);
    for (const args of [
      ['delete', id],
      ['rename', id, 'x'],
      ['upload', 'stale.docx', '--to', id],
    ]) {
      const result = await desk.run([...args, '--if-match', etag, '--json']);
      expect([result.exitCode, json<{ code: string }>(result).code]).toEqual([2, 'documents/stale']);
    }
    expect(json<Kept>(await desk.run(['show', id, '--json'])).name).toBe('changed.docx');
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { json, redline } from '../support/cli.ts';
import { textPdf } from '../support/files.ts';
import { buildDocx, documentXml } from '../support/package.ts';
import { type Service, startService } from './service.ts';

const launcher = resolve(import.meta.dirname, '../../bin/redline.js');
const folder = mkdtempSync(join(tmpdir(), 'redline-cli-documents-'));
const at = (name: string): string => join(folder, name);
const PIECE = 1024 * 1024;

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const contract = (text: string): Uint8Array =>
  buildDocx({
    'word/document.xml': documentXml(`<w:p><w:r><w:t>${text}</w:t></w:r></w:p><w:sectPr/>`),
  });

const environment = (server: string) => ({
  PATH: process.env.PATH,
  REDLINE_SERVER: server,
  XDG_STATE_HOME: at('state'),
});

const run = (args: readonly string[], server = service.url) =>
  redline(['documents', ...args], { cwd: folder, env: environment(server) });

interface Kept {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly state: string;
  readonly etag: string;
  readonly current: { readonly number: number; readonly content: { readonly sha256: string } };
}

async function upload(name: string, bytes: Uint8Array, ...flags: readonly string[]): Promise<Kept> {
  writeFileSync(at(name), bytes);
  const result = await run(['upload', name, '--json', ...flags]);
  const [document] = json<{ documents: Kept[] }>(result).documents;
  if (document === undefined) throw new Error(result.stderr);
  return document;
}

const remembered = (): readonly string[] => {
  try {
    return readdirSync(at('state/redline/uploads'));
  } catch {
    return [];
  }
};

describe('redline documents', () => {
  test('uploads, lists, shows, renames, labels, copies, deletes and restores', async () => {
    const { id } = await upload('first.docx', contract('one'), '--label', 'drafts', '--name', 'Lease.docx');
    const listed = await run(['list', '--label', 'drafts', '--json']);
    expect(json<{ documents: Kept[] }>(listed).documents.map((one) => one.id)).toEqual([id]);
    expect((await run(['list', '--name', 'lease'])).stdout.toString()).toMatch(/Lease\.docx +drafts\n/);
    expect((await run(['show', id])).stdout.toString()).toContain('version  1 of 1, uploaded');
    await run(['rename', id, 'Lease, final.docx']);
    await run(['label', id, '--add', 'final', '--remove', 'drafts']);
    const shown = json<Kept>(await run(['show', id, '--json']));
    expect([shown.name, shown.labels]).toEqual(['Lease, final.docx', ['final']]);
    const copy = json<Kept>(await run(['copy', id, '--name', 'Another.docx', '--json']));
    expect([copy.name, copy.id === id]).toEqual(['Another.docx', false]);
    expect((await run(['delete', id])).stdout.toString()).toMatch(/\(deleted\)\n$/);
    const deleted = json<{ documents: Kept[] }>(await run(['list', '--deleted', '--json'])).documents;
    expect(deleted.map((one) => one.id)).toEqual([id]);
    expect(json<Kept>(await run(['restore', id, '--json'])).state).toBe('active');
  });

  test('adds versions, tells their history, and gives each of them back', async () => {
    const [one, two] = [contract('one'), contract('two')];
    const { id } = await upload('versions.docx', one);
    expect((await upload('versions-2.docx', two, '--to', id)).current.number).toBe(2);
    await run(['restore', id, '--version', '1']);
    const history = json<{ versions: { number: number; origin: object }[] }>(
      await run(['history', id, '--json']),
    );
    expect(history.versions.map(({ number, origin }) => [number, origin])).toEqual([
      [3, { kind: 'restored', version: 1 }],
      [2, { kind: 'upload' }],
      [1, { kind: 'upload' }],
    ]);
    const table = (await run(['history', id])).stdout.toString();
    expect(table).toMatch(/3 .* operator .* restored from version 1 .*\n.*2 .*uploaded/);
    for (const [number, bytes] of [
      ['1', one],
      ['2', two],
    ] as const) {
      expect((await run(['download', id, '--version', number, '-o', 'out.docx'])).exitCode).toBe(0);
      expect(readFileSync(at('out.docx')).equals(Buffer.from(bytes))).toBe(true);
    }
    expect((await run(['download', id, '-o', '-'])).stdout.equals(Buffer.from(one))).toBe(true);
  });

  test('several files at once, each a document', async () => {
    for (const name of ['a.docx', 'b.docx']) writeFileSync(at(name), contract(name));
    writeFileSync(at('c.pdf'), textPdf('c'));
    const result = await run(['upload', 'a.docx', 'b.docx', 'c.pdf']);
    expect(result.stdout.toString()).toMatch(
      /^d_\w+ {2}a\.docx .*\nd_\w+ {2}b\.docx .*\nd_\w+ {2}c\.pdf .*\n$/,
    );
    expect([result.stderr, remembered()]).toEqual(['', []]);
  });

  test('a list longer than a page of the service is whole', async () => {
    const copied = await upload('many.docx', contract('many'), '--label', 'many');
    const body = JSON.stringify({});
    const headers = { 'Content-Type': 'application/json' };
    for (let i = 0; i < 204; i++)
      await fetch(`${service.url}/v1/documents/${copied.id}/copies`, { method: 'POST', body, headers });
    const asked = async (...flags: string[]) =>
      json<{ documents: Kept[]; nextPageToken: string | null }>(
        await run(['list', '--label', 'many', '--json', ...flags]),
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
    return (await redline(['verify', 'o.docx', 'm.docx', name], { cwd: folder })).exitCode;
  };
  const [one, two, three] = [contract('one way'), contract('two ways'), contract('three ways')];

  test('two versions become a redline that is kept, exact, and listed', async () => {
    const { id } = await upload('compared.docx', one);
    await upload('compared-2.docx', two, '--to', id);
    await upload('compared-3.docx', three, '--to', id);
    const latest = await run(['compare', id, '-o', 'latest.docx']);
    expect(latest.stdout.toString()).toMatch(
      /^r_\w+ {2}version 2 with version 3: .*insertions.*\n {2}latest\.docx\n$/,
    );
    expect(await exact(two, three, 'latest.docx')).toBe(0);
    const flags = ['--original', '1', '--modified', '3', '-o', 'whole.docx', '--author', 'Ada', '--json'];
    const whole = json<{ id: string }>(await run(['compare', id, ...flags]));
    expect(await exact(one, three, 'whole.docx')).toBe(0);
    const { redlines } = json<{ redlines: { id: string }[] }>(await run(['redlines', id, '--json']));
    expect([redlines.length, redlines[0]?.id]).toEqual([2, whole.id]);
    expect((await run(['redlines', id])).stdout.toString()).toMatch(
      /version 1 with version 3\n.*version 2 with version 3\n$/,
    );
  });

  test('a file is sent, compared with the current version, and leaves no upload behind', async () => {
    const { id } = await upload('mine.docx', one);
    writeFileSync(at('returned.docx'), two);
    const result = await run(['compare', id, 'returned.docx', '-o', 'theirs.docx']);
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(result.stdout.toString()).toContain('version 1 with returned.docx');
    expect(await exact(one, two, 'theirs.docx')).toBe(0);
    expect(remembered()).toEqual([]);
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
    const { id } = await upload('wrong.docx', one);
    const result = await run([...args.map((word) => (word === 'ID' ? id : word)), '--json']);
    expect([result.exitCode, json<{ code: string }>(result).code]).toEqual([exitCode, code]);
    expect(remembered()).toEqual([]);
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
    const result = await run([...args, '--json']);
    expect([result.exitCode, json<{ code: string }>(result).code]).toEqual([exitCode, code]);
    expect(remembered()).toEqual([]);
  });

  test('a document that someone else changed is left alone', async () => {
    const { id, etag } = await upload('stale.docx', contract('x'));
    await run(['rename', id, 'changed.docx']);
    for (const args of [
      ['delete', id],
      ['rename', id, 'x'],
      ['upload', 'stale.docx', '--to', id],
    ]) {
      const result = await run([...args, '--if-match', etag, '--json']);
      expect([result.exitCode, json<{ code: string }>(result).code]).toEqual([2, 'documents/stale']);
    }
    expect(json<Kept>(await run(['show', id, '--json'])).name).toBe('changed.docx');
  });
});

/** A way to the service that can be held up. */
interface Gate {
  readonly url: string;
  /** Offsets of the pieces that came by. */
  readonly offsets: number[];
  /** Resolves when so many pieces came by; the next one is held until `open`. */
  hold(pieces: number): Promise<void>;
  open(): void;
  close(): Promise<void>;
}

async function openGate(): Promise<Gate> {
  const offsets: number[] = [];
  let passing = Number.POSITIVE_INFINITY;
  let reached: () => void = () => {};
  const server: Server = createServer((incoming, outgoing) => {
    if (incoming.method === 'PATCH') {
      if (offsets.length >= passing) {
        reached();
        return;
      }
      offsets.push(Number(incoming.headers['upload-offset']));
    }
    const { method, url: path } = incoming;
    const headers = { ...incoming.headers, host: new URL(service.url).host };
    const onward = request({ host: '127.0.0.1', port: service.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    offsets,
    hold: (pieces) => {
      passing = pieces;
      return new Promise((resolve) => {
        reached = resolve;
      });
    },
    open: () => {
      passing = Number.POSITIVE_INFINITY;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('an upload that is cut short', () => {
  beforeEach(() => rmSync(at('state'), { recursive: true, force: true }));
  const large = (): Buffer => Buffer.from(textPdf(randomBytes(2 * PIECE).toString('hex')));
  const starts = (gate: Gate, name: string, ...flags: string[]): ChildProcess =>
    spawn(process.execPath, [launcher, 'documents', 'upload', name, ...flags], {
      cwd: folder,
      env: environment(gate.url),
      stdio: 'ignore',
    });

  test('by a kill goes on where it was when the command is run again', async () => {
    const gate = await openGate();
    const bytes = large();
    writeFileSync(at('killed.pdf'), bytes);
    const held = gate.hold(2);
    const child = starts(gate, 'killed.pdf');
    await held;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const [state = ''] = remembered();
    expect(state).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(at(`state/redline/uploads/${state}`), 'utf8')).toMatch(/^u_[0-9a-f]+$/);
    expect(statSync(at(`state/redline/uploads/${state}`)).mode & 0o777).toBe(0o600);
    gate.open();
    const again = await run(['upload', 'killed.pdf', '--json'], gate.url);
    const [document] = json<{ documents: Kept[] }>(again).documents;
    expect(gate.offsets).toEqual([0, PIECE, 2 * PIECE, 3 * PIECE, 4 * PIECE]);
    await run(['download', document?.id ?? '', '-o', 'killed-back.pdf']);
    expect(readFileSync(at('killed-back.pdf')).equals(bytes)).toBe(true);
    expect(
      json<{ documents: Kept[] }>(await run(['list', '--name', 'killed.pdf', '--json'])).documents,
    ).toHaveLength(1);
    expect(remembered()).toEqual([]);
    await gate.close();
  });

  test('by a service that goes away ends with 5, and goes on later', async () => {
    const first = await openGate();
    writeFileSync(at('away.pdf'), large());
    const held = first.hold(1);
    const running = redline(['documents', 'upload', 'away.pdf', '--patience', '0', '--json'], {
      cwd: folder,
      env: environment(first.url),
    });
    await held;
    await first.close();
    const result = await running;
    expect([result.exitCode, json<{ code: string; detail: string }>(result)]).toEqual([
      5,
      expect.objectContaining({ code: 'client/unreachable', detail: expect.stringContaining('goes on') }),
    ]);
    expect(remembered()).toHaveLength(1);
  });

  test('a file that changed in between is sent anew', async () => {
    const gate = await openGate();
    writeFileSync(at('changed.pdf'), large());
    const held = gate.hold(2);
    const child = starts(gate, 'changed.pdf');
    await held;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const bytes = large();
    writeFileSync(at('changed.pdf'), bytes);
    gate.open();
    const again = await run(['upload', 'changed.pdf', '--json'], gate.url);
    const [document] = json<{ documents: Kept[] }>(again).documents;
    expect(gate.offsets.slice(2, 4)).toEqual([0, PIECE]);
    await run(['download', document?.id ?? '', '-o', 'changed-back.pdf']);
    expect(readFileSync(at('changed-back.pdf')).equals(bytes)).toBe(true);
    await gate.close();
  });
});

import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asking, json, keep, word } from './kept.ts';
import { runHere } from './run-here.ts';
import { type Service, startService } from './service.ts';

// Out of one service and into another one, by command, through a network that breaks.

const folder = mkdtempSync(join(tmpdir(), 'redline-archives-'));
const at = (name: string): string => join(folder, name);
const archive = at('everything.tar');
let from: Service;
let to: Service;
let network: Network;
let document = '';

beforeAll(async () => {
  // What one run did, the next one has checkpoints of.
  const first = await startService({ dataDirectory: at('data') });
  const ask = asking(() => first);
  const lease = await keep(ask, word('The rent is 100.'), word('The rent is 120.'));
  document = lease.body.id;
  await ask(`${lease.body.links.self}/redlines`, json('POST', {}));
  await first.stop();
  from = await startService({ dataDirectory: at('data') });
  to = await startService();
  network = await breaking(from);
});
afterAll(async () => {
  network.server.close();
  await from.stop();
  await to.stop();
  rmSync(folder, { recursive: true });
});

interface Network {
  readonly url: string;
  readonly server: Server;
  /** How many bytes of each answer with an archive arrive, one after the other; all where nothing is said. */
  readonly cuts: number[];
  /** What of an archive was asked for. */
  readonly ranges: (string | undefined)[];
}

/** What passes everything on, until it does not. */
async function breaking(service: Service): Promise<Network> {
  const cuts: number[] = [];
  const ranges: (string | undefined)[] = [];
  const server = createServer((asked, answer) => {
    const { method, url = '', headers } = asked;
    const isArchive = url.endsWith('/content');
    if (isArchive) ranges.push(headers.range);
    const cut = isArchive ? cuts.shift() : undefined;
    const own = { ...headers, host: `127.0.0.1:${service.port}` };
    const to = { host: '127.0.0.1', port: service.port, method, path: url, headers: own };
    const passed = request(to, (found) => {
      answer.writeHead(found.statusCode ?? 0, found.headers);
      if (cut === undefined) found.pipe(answer);
      else {
        const chunks: Buffer[] = [];
        found.on('data', (chunk: Buffer) => chunks.push(chunk));
        found.on('end', () => {
          answer.write(Buffer.concat(chunks).subarray(0, cut));
          answer.socket?.end();
        });
      }
    });
    asked.pipe(passed);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, cuts, ranges };
}

const exportTo = (path: string, ...args: string[]) =>
  runHere('export', '-o', path, '--server', network.url, ...args);
const verify = (path: string, ...args: string[]) => runHere('archive', 'verify', path, ...args);

/** A copy of the archive in which one byte is another one. */
function hurt(name: string, where: string): string {
  const bytes = readFileSync(archive);
  const found = bytes.indexOf(where);
  expect(found).toBeGreaterThan(0);
  bytes[found] = (bytes[found] ?? 0) ^ 1;
  writeFileSync(at(name), bytes);
  return at(name);
}

describe('an archive', () => {
  test('is fetched, and goes on where the network broke', async () => {
    network.cuts.push(20_000);
    const cut = await exportTo(archive, '--scope', 'tenant', '--patience', '0', '--json');
    expect([cut.code, JSON.parse(cut.text)]).toMatchObject([
      5,
      { code: 'client/unreachable', detail: expect.stringContaining('everything.tar.part where it ends') },
    ]);
    expect([existsSync(archive), statSync(`${archive}.part`).size]).toEqual([false, 20_000]);
    // Cut twice more, and waited for.
    network.cuts.push(100, 100);
    const whole = await exportTo(archive, '--scope', 'tenant', '--json');
    const report = JSON.parse(whole.text);
    expect([whole.code, report]).toMatchObject([
      0,
      { scope: 'tenant', counts: { documents: 1, redlines: 1, versions: 3 }, key: expect.any(String) },
    ]);
    expect(network.ranges).toEqual([
      undefined,
      ...[20_000, 20_100, 20_200].map((first) => `bytes=${first}-`),
    ]);
    expect([existsSync(`${archive}.part`), statSync(archive).size]).toEqual([false, report.size]);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
  });

  test('that is changed on its way is not kept', async () => {
    const path = at('changed.tar');
    network.cuts.push(20_000);
    expect(await exportTo(path, '--scope', 'tenant', '--patience', '0')).toMatchObject({ code: 5 });
    const part = readFileSync(`${path}.part`);
    part[15_000] = (part[15_000] ?? 0) ^ 1;
    writeFileSync(`${path}.part`, part);
    const { code, text } = await exportTo(path, '--scope', 'tenant', '--json');
    expect([code, JSON.parse(text).code]).toEqual([5, 'service/broken']);
    expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  });

  test('begins anew over a piece of something else', async () => {
    const path = at('own.tar');
    copyFileSync(archive, `${path}.part`);
    expect(await exportTo(path)).toMatchObject({ code: 0, text: expect.stringContaining('1 documents') });
    expect(await verify(path)).toMatchObject({
      ...{
        code: 0,
        text: expect.stringMatching(/^sound: what operator owns in local.*\n.*\n.*no checkpoint/),
      },
    });
    writeFileSync(`${path}.part`, 'something');
    expect(await exportTo(path)).toMatchObject({ code: 0 });
  });

  test('is verified where nothing else is', async () => {
    const { code, text } = await verify(archive);
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(
        /^sound: all of local, .*\n1 documents.*\n\d+ events, untouched; checkpoints up to/,
      ),
    ]);
    const [, root = ''] = /first key (\w+)/.exec(text) ?? [];
    const trusted = await verify(archive, '--trust', root, '--json');
    expect([trusted.code, JSON.parse(trusted.text)]).toMatchObject([0, { fault: null, root }]);
    expect(await verify(archive, '--trust', 'f'.repeat(32))).toMatchObject({
      ...{ code: 1, text: expect.stringContaining('is not vouched for') },
    });
  });

  test.each([
    ['a content', 'word/document.xml'],
    ['a description', '"labels"'],
    ['an event', '"sequence"'],
    ['a checkpoint', '"leaves"'],
    ['the list', '{"name":"archive.json"'],
    ['the manifest', '"counts": {'],
    ['the signature', '"algorithm"'],
  ])('with one bit of %s changed is not sound, and is not taken in', async (name, where) => {
    const path = hurt(`${name}.tar`, where);
    const verified = await verify(path);
    expect([verified.code, verified.text]).toEqual([
      1,
      expect.stringMatching(/^not sound: .*(?:archive cannot|is not as this release knows it)/),
    ]);
    const { code, text } = await runHere('import', path, '--server', to.url, '--json');
    expect([code, JSON.parse(text)]).toMatchObject([3, { code: 'archive/damaged' }]);
    expect((await asking(() => to)('/v1/documents')).body.documents).toEqual([]);
  });

  test('is taken in by another service, once', async () => {
    const bring = (...args: string[]) => runHere('import', archive, '--server', to.url, ...args);
    const { code, text } = await bring();
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(
        /^from local: 1 documents, 1 redlines, 3 versions; 0 were.*\nits audit trail: \d/,
      ),
    ]);
    const there = asking(() => to);
    expect((await there(`/v1/documents/${document}/versions`)).body).toEqual(
      (await asking(() => from)(`/v1/documents/${document}/versions`)).body,
    );
    const again = await bring('--json');
    expect([again.code, JSON.parse(again.text)]).toMatchObject([0, { documents: 0, present: 2 }]);
  });
});

test.each<[string, number, string[]]>([
  ['an archive on standard output', 2, ['export', '-o', '-']],
  ['a scope that is none', 2, ['export', '-o', at('x.tar'), '--scope', 'all']],
  ['a folder that is none', 2, ['export', '-o', at('none/x.tar')]],
  ['a service that is not there', 5, ['export', '-o', at('x.tar'), '--server', 'http://127.0.0.1:9']],
  ['an archive that is not there', 2, ['import', at('none.tar')]],
  ['members that are none', 2, ['import', at('none.tar'), '--map', 'ann=ben']],
  ['nothing to verify', 2, ['archive', 'verify', at('none.tar')]],
])('%s is a mistake', async (_, code, args) => {
  expect(await runHere(...args)).toMatchObject({ code });
});

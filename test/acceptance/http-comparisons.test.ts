import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareOptions } from '../../src/redline/index.ts';
import { asked, form, post, type Service, STAND_IN_ENGINE, startService } from './service.ts';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const HOUR_MS = 3_600_000;

let service: Service;
let now = Date.parse('2026-11-22T09:00:00.500Z');

beforeAll(async () => {
  service = await startService({ engineScript: STAND_IN_ENGINE, clock: () => now });
});
afterAll(() => service.stop());

interface Saved {
  readonly id: string;
  readonly report: { readonly options: { readonly date: string } };
  readonly links: { readonly self: string; readonly redline: string; readonly html: string };
  readonly expiresAt: string;
}

async function save(): Promise<Saved> {
  const answer = await post(service, asked('echo'), { accept: 'application/json' });
  expect(answer.status).toBe(201);
  const saved = (await answer.json()) as Saved;
  expect(answer.headers.get('location')).toBe(saved.links.self);
  return saved;
}

describe('the form of the result', () => {
  test.each([
    ['nothing asked for', undefined, 200, DOCX],
    ['anything', '*/*', 200, DOCX],
    ['a Word document', DOCX, 200, DOCX],
    ['any application type', 'application/*', 200, DOCX],
    ['JSON', 'application/json', 201, 'application/json'],
    ['JSON rather than anything', '*/*;q=0.1, application/json', 201, 'application/json'],
    ['a Word document rather than JSON', `application/json;q=0.5, ${DOCX};q=0.9`, 200, DOCX],
    ['a page', 'text/html', 200, 'text/html; charset=utf-8'],
    ['a PDF where nothing prints', 'application/pdf', 501, 'application/problem+json'],
    ['a picture', 'image/png', 406, 'application/problem+json'],
    [
      'anything but what there is',
      `*/*, ${DOCX};q=0, application/json;q=0, text/html;q=0, application/pdf;q=0`,
      406,
      'application/problem+json',
    ],
  ])('%s', async (_, accept, status, type) => {
    const answer = await post(service, asked('echo'), accept === undefined ? {} : { accept });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe(type);
    await answer.arrayBuffer();
  });

  test('a file with its digest and what was found', async () => {
    const answer = await post(service, asked('echo'));
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([2, 3]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-disposition': 'attachment; filename="redline.docx"',
      'content-length': '2',
      'cache-control': 'no-store',
      'redline-counts':
        'identical=?0, insertions=1, deletions=2, moves=0, run-formatting=0, paragraph-formatting=0, table-rows=0, table-properties=0, sections=0',
    });
  });

  test('leaves nothing behind when the file itself was asked for', async () => {
    const fresh = await startService({ engineScript: STAND_IN_ENGINE });
    await (await post(fresh, asked('echo'))).arrayBuffer();
    const { openEmbeddedPlatform } = await import('../../src/platform/embedded/index.ts');
    const { regions } = await openEmbeddedPlatform(fresh.dataDirectory);
    const kept: string[] = [];
    for (const { spool } of regions.values()) for await (const { name } of spool.list('')) kept.push(name);
    expect({ regions: regions.size, kept }).toEqual({ regions: 1, kept: [] });
    await fresh.stop();
  });
});

describe('a kept result', () => {
  test('answers under its links for an hour and is gone then', async () => {
    const saved = await save();
    expect(saved.id).toMatch(/^[0-9a-f]{48}$/);
    expect(Date.parse(saved.expiresAt)).toBe(now + HOUR_MS);
    now += HOUR_MS - 1;
    for (const link of Object.values(saved.links)) {
      const answer = await fetch(service.url + link);
      expect([link, answer.status]).toEqual([link, 200]);
      await answer.arrayBuffer();
    }
    now += 1;
    for (const link of Object.values(saved.links)) {
      const answer = await fetch(service.url + link);
      expect([answer.status, await answer.json()]).toMatchObject([410, { code: 'comparison/expired' }]);
    }
  });

  test('gives its report again', async () => {
    const saved = await save();
    expect(await (await fetch(service.url + saved.links.self)).json()).toEqual(saved);
  });

  test('is sent with a tag, and not sent again to who has it', async () => {
    const { links } = await save();
    const url = service.url + links.redline;
    const first = await fetch(url);
    const bytes = new Uint8Array(await first.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest();
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toBe(`"${sha256.toString('hex')}"`);
    expect(first.headers.get('repr-digest')).toBe(`sha-256=:${sha256.toString('base64')}:`);
    expect(first.headers.get('content-length')).toBe('2');
    const again = await fetch(url, { headers: { 'if-none-match': `"other", ${etag}` } });
    expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '2']);
  });

  test('is a page that may do nothing', async () => {
    const { links } = await save();
    for (let round = 0; round < 2; round += 1) {
      const answer = await fetch(service.url + links.html);
      expect(await answer.text()).toBe('<article class="redline">stand-in</article>');
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringMatching(/^default-src 'none';.*sandbox allow-same-origin$/),
        'x-content-type-options': 'nosniff',
      });
    }
  });

  test('is still there after a restart, and swept away after its hour', async () => {
    const clock = { now: Date.now() };
    const options = { engineScript: STAND_IN_ENGINE, clock: () => clock.now };
    const { mkdtemp, rm } = await import('node:fs/promises');
    const { tmpdir } = await import('node:os');
    const dataDirectory = await mkdtemp(`${tmpdir()}/redline-restart-`);
    const first = await startService({ ...options, dataDirectory });
    const saved = (await (await post(first, asked('echo'), { accept: 'application/json' })).json()) as Saved;
    await first.stop();
    const second = await startService({ ...options, dataDirectory });
    for (const link of Object.values(saved.links)) expect((await fetch(second.url + link)).status).toBe(200);
    await second.stop();
    clock.now += HOUR_MS;
    const third = await startService({ ...options, dataDirectory });
    await expect.poll(() => third.lines.find(({ msg }) => msg === 'swept')).toMatchObject({ count: 3 });
    const answer = await fetch(third.url + saved.links.redline);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'comparison/not-found' }]);
    await third.stop();
    await rm(dataDirectory, { recursive: true });
  });

  test.each(['0'.repeat(48), 'x', '..%2f..%2fetc', 'A'.repeat(48), `${'0'.repeat(48)}%00`])(
    'is not found under the id %s',
    async (id) => {
      for (const path of ['', '/redline', '/html']) {
        const answer = await fetch(`${service.url}/v1/comparisons/${id}${path}`);
        expect(answer.status).toBe(404);
        expect(((await answer.json()) as { code: string }).code).toMatch(/not-found$/);
      }
    },
  );
});

describe('the options', () => {
  const inputs = { original: Uint8Array.of(1), modified: Uint8Array.of(2) };

  test('default to the service as author and now as date', async () => {
    const { report } = await save();
    expect(report.options.date).toMatch(/^2026-11-22T\d\d:\d\d:\d\dZ$/);
  });

  test.each([
    ['not JSON', '{', 'not JSON'],
    ['no object', '[]', 'expected object'],
    ['an unknown one', { author: 'echo', autor: 'x' }, 'autor'],
    ['an empty author', { author: '  ' }, 'author'],
    ['an author that XML cannot hold', { author: 'a\u0001b' }, 'control characters'],
    ['an endless author', { author: 'x'.repeat(256) }, 'author'],
    ['a date without time', { date: '2026-11-22' }, 'date'],
    ['a date in another zone', { date: '2026-11-22T09:00:00+01:00' }, 'date'],
    ['a date that is none', { date: '2026-02-30T09:00:00Z' }, 'date'],
    ['another granularity', { granularity: 'line' }, 'granularity'],
    ['an aspect that is none', { ignore: { colour: true } }, 'colour'],
    ['an aspect that is no flag', { ignore: { case: 'yes' } }, 'ignore.case'],
    ['a move of no words', { moves: { leastWords: 0 } }, 'moves.leastWords'],
    ['a move of endless words', { moves: { leastWords: 1001 } }, 'moves.leastWords'],
    ['other metadata', { metadata: 'mine' }, 'metadata'],
    ['limits of its own', { limits: { entries: 1 } }, 'limits'],
  ])('refuses %s', async (_, options, reason) => {
    const answer = await post(service, form({ ...inputs, options }));
    const problem = await answer.json();
    expect([answer.status, problem]).toMatchObject([400, { code: 'options/invalid' }]);
    expect((problem as { detail: string }).detail).toContain(reason);
  });

  test.each([
    ['a date', { author: 'echo', date: '2020-01-02T03:04:05Z' }, '2020-01-02T03:04:05Z'],
    ['no date', { author: 'echo', date: null }, null],
  ])('pass on %s', async (_, options, date) => {
    const answer = await post(service, form({ ...inputs, options }), { accept: 'application/json' });
    expect(await answer.json()).toMatchObject({ report: { options: { author: 'echo', date } } });
  });

  test('pass on every other one, and the defaults of what is left out', async () => {
    const options = { author: 'echo', date: null, granularity: 'character', ignore: { case: true } };
    const given = { ...options, moves: { leastWords: 9 }, metadata: 'remove' } as const;
    const answer = await post(service, form({ ...inputs, options: given }), { accept: 'application/json' });
    expect(await answer.json()).toMatchObject({
      report: { options: compareOptions({ ...given, granularity: 'character' }) },
    });
  });
});

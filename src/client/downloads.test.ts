import { expect, test } from 'vitest';
import { download } from './downloads.ts';
import { Service } from './service.ts';

const WHOLE = new TextEncoder().encode('the whole of a file');

/** Sends so many bytes of what is asked for, then cuts the connection; all of them when there is no number left. */
function sending(cuts: number[], headers: Record<string, string>) {
  const asked: (string | null)[] = [];
  const send: typeof fetch = async (_, init = {}) => {
    const range = new Headers(init.headers).get('Range');
    asked.push(range);
    const from = Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
    const cut = cuts.shift();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(WHOLE.slice(from, cut === undefined ? undefined : from + cut));
        if (cut === undefined) controller.close();
      },
      pull: (controller) => controller.error(new TypeError('terminated')),
    });
    const status = range === null ? 200 : 206;
    return new Response(body, {
      status,
      headers: { 'Content-Length': String(WHOLE.length - from), ...headers },
    });
  };
  return { service: new Service('', { fetch: send, retries: { leastMs: 0, mostMs: 0 } }), asked };
}

const RESUMABLE = { ETag: '"1"', 'Accept-Ranges': 'bytes' };

test('a cut download goes on where it ended', async () => {
  const { service, asked } = sending([4, 5], RESUMABLE);
  const { text, size } = await download(service, '/v1/x');
  expect([size, await text()]).toEqual([WHOLE.length, 'the whole of a file']);
  expect(asked).toEqual([null, 'bytes=4-', 'bytes=9-']);
});

test('one that cannot go on fails, and one that gets nowhere', async () => {
  const fixed = sending([4], {});
  await expect((await download(fixed.service, '/v1/x')).bytes()).rejects.toMatchObject({
    problem: { code: 'client/unreachable' },
  });
  const stuck = sending([4, 0, 0, 0, 0, 0, 0], RESUMABLE);
  await expect((await download(stuck.service, '/v1/x')).bytes()).rejects.toThrow('client/unreachable');
});

test.each([
  [`attachment; filename="a.docx"; filename*=UTF-8''%C3%A4.docx`, 'ä.docx'],
  ['attachment; filename="a.docx"', 'a.docx'],
  [`attachment; filename*=UTF-8''%zz`, null],
  ['inline', null],
])('the name in %s', async (disposition, expected) => {
  const { service } = sending([], { 'Content-Disposition': disposition });
  expect((await download(service, '/v1/x')).name).toBe(expected);
});

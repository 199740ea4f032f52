import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildDocx, documentXml } from '../support/package.ts';
import { type Service, startService } from './service.ts';

// Bodies, headers and addresses that are long or deep: a problem, and a service that goes on.

let service: Service;
let document: string;
beforeAll(async () => {
  service = await startService();
  const body = new FormData();
  body.set(
    'file',
    new Blob([Uint8Array.from(buildDocx({ 'word/document.xml': documentXml('<w:p/>') }))]),
    'a',
  );
  const made = await fetch(`${service.url}/v1/documents`, { method: 'POST', body });
  document = ((await made.json()) as { id: string }).id;
});
afterAll(() => service.stop());

const nested = (depth: number, open: string, shut: string) => open.repeat(depth) + shut.repeat(depth);
const DEEP = [
  ['lists', nested(30_000, '[', ']')],
  ['objects', nested(10_000, '{"a":', '}').replace(/:}/, ':1}')],
  ['lists without end', '['.repeat(60_000)],
  ['a member that is deep', `{"name":${nested(30_000, '[', ']')}}`],
  ['members that set prototypes', '{"__proto__":{"a":1},"constructor":{"prototype":{}},"name":7}'],
] as const;

const json = (method: string, body: string) => ({
  method,
  body,
  headers: { 'content-type': 'application/json', 'if-match': '*' },
});

async function problemOf(answer: Response): Promise<{ status: number; code: string }> {
  const { code } = (await answer.json()) as { code: string };
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return { status: answer.status, code };
}

describe.each(DEEP)('JSON of %s', (_, body) => {
  test.each([
    ['PATCH', () => `/v1/documents/${document}`],
    ['POST', () => `/v1/documents/${document}/edits`],
    ['POST', () => `/v1/documents/${document}/decisions`],
    ['POST', () => `/v1/documents/${document}/redlines`],
    ['POST', () => `/v1/documents/${document}/members`],
    ['POST', () => '/v1/documents'],
    ['POST', () => '/v1/groups'],
    ['POST', () => '/v1/api-keys'],
  ])('%s is refused', async (method, path) => {
    const { status, code } = await problemOf(await fetch(`${service.url}${path()}`, json(method, body)));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status, code).toBeLessThan(500);
  });

  test('is refused as options of a comparison', async () => {
    const form = new FormData();
    for (const side of ['original', 'modified']) form.set(side, new Blob([Uint8Array.of(1)]), side);
    form.set('options', body.slice(0, 16_000));
    const { status } = await problemOf(
      await fetch(`${service.url}/v1/comparisons`, { method: 'POST', body: form }),
    );
    expect([400, 413, 415, 422]).toContain(status);
  });
});

describe('what is long', () => {
  test.each([
    ['PATCH', () => `/v1/documents/${document}`],
    ['POST', () => '/v1/groups'],
    ['POST', () => '/v1/api-keys'],
    ['POST', () => `/v1/documents/${document}/members`],
  ])('a body of %s is refused', async (method, path) => {
    const body = `{"name":"${'x'.repeat(70_000)}"}`;
    const answer = await fetch(`${service.url}${path()}`, json(method, body));
    expect(await problemOf(answer)).toEqual({ status: 413, code: 'request/too-large' });
  });

  test('headers are refused', async () => {
    const answer = await fetch(`${service.url}/v1/me`, { headers: { 'x-long': 'x'.repeat(17_000) } });
    expect(await problemOf(answer)).toEqual({ status: 431, code: 'request/headers-too-large' });
  });

  test('an address is refused', async () => {
    const answer = await fetch(`${service.url}/v1/documents/${'d'.repeat(15_000)}`);
    expect((await problemOf(answer)).status).toBe(404);
  });
});

test('the service goes on', async () => {
  expect((await fetch(`${service.url}/v1/me`)).status).toBe(200);
  expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

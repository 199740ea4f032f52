import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare, compareOptions } from '../../src/redline/index.ts';
import { buildDocx } from '../support/package.ts';
import { body, p, r } from '../support/redlines.ts';
import { form, type Service, startService } from './service.ts';

const original = buildDocx(body(p(r('The fee is ten pounds.'))));
const modified = buildDocx(body(p(r('The fee is twelve pounds.'))));
const { redline } = compare(original, modified, compareOptions(), nodeCodec);

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

function ask(path: string, parts: Parameters<typeof form>[0], accept = '*/*'): Promise<Response> {
  return fetch(`${service.url}${path}`, { method: 'POST', body: form(parts), headers: { accept } });
}

describe('operations on documents', () => {
  test.each([
    ['a redline that is exact', redline, true],
    ['one that is not', original, false],
  ])('verify %s', async (_, document, exact) => {
    const answer = await ask('/v1/verifications', { original, modified, redline: document });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({ exact });
  });

  test('show a document as a page that can do nothing', async () => {
    const answer = await ask('/v1/html', { document: redline });
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await answer.text()).toContain('twelve');
  });

  test.each([
    ['a form without the document', '/v1/html', {}, '*/*', 400, 'request/field-missing'],
    [
      'a document too many',
      '/v1/html',
      { document: [redline, redline] },
      '*/*',
      400,
      'request/field-repeated',
    ],
    ['a field of another operation', '/v1/html', { original }, '*/*', 400, 'request/field-unknown'],
    [
      'an option that is none',
      '/v1/html',
      { document: redline, options: { x: 1 } },
      '*/*',
      400,
      'options/invalid',
    ],
    [
      'a form of the result that is none',
      '/v1/html',
      { document: redline },
      'image/png',
      406,
      'request/not-acceptable',
    ],
    [
      'what is no document',
      '/v1/html',
      { document: Uint8Array.of(1, 2) },
      '*/*',
      415,
      'document/not-a-package',
    ],
  ])('refuse %s', async (_, path, parts, accept, status, code) => {
    const answer = await ask(path, parts, accept);
    expect(await answer.json()).toMatchObject({ status, code });
    expect((await service.health()).uploadBytesHeld).toBe(0);
  });

  test('stand in the description of the API', async () => {
    const api = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
      paths: Record<string, { post?: { requestBody: { content: object } } }>;
    };
    expect(api.paths['/v1/verifications']?.post?.requestBody.content).toMatchObject({
      'multipart/form-data': { schema: { required: ['original', 'modified', 'redline'] } },
    });
  });

  test('keep results apart from comparisons', async () => {
    const kept = await ask('/v1/comparisons', { original, modified }, 'application/json');
    const { id } = (await kept.json()) as { id: string };
    expect((await fetch(`${service.url}/v1/comparisons/${id}`)).status).toBe(200);
    expect((await fetch(`${service.url}/v1/results/${id}`)).status).toBe(404);
  });
});

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from './service.ts';

let service: Service;
let assets: string;

beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), 'redline-assets-'));
  await mkdir(join(assets, 'web', 'assets'), { recursive: true });
  await mkdir(join(assets, 'sample'));
  await writeFile(join(assets, 'web', 'index.html'), '<!doctype html><title>Redline</title>');
  await writeFile(join(assets, 'web', 'assets', 'index-abc123.js'), 'export {};');
  await writeFile(join(assets, 'sample', 'original.docx'), 'one');
  await writeFile(join(assets, 'sample', 'modified.docx'), 'two');
  await writeFile(join(assets, 'secret.txt'), 'not to be served');
  service = await startService({ assetsDirectory: assets });
});
afterAll(async () => {
  await service.stop();
  await rm(assets, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(service.url + path, { headers });

interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses: Record<string, unknown> }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** What is kept in versions, and what stands below each. */
const KEPT = ['/v1/documents/{id}', '/v1/documents/{id}/redlines/{redline}'];
const BELOW = [
  'delete …',
  'get …',
  ...['delete', 'get', 'post'].map((method) => `${method} …/links`),
  'delete …/links/{link}',
  ...['blackline', 'changes', 'comments', 'html', 'pdf', 'report'].map((path) => `get …/${path}`),
  ...['comments', 'decisions', 'edits', 'scrubs'].map((path) => `post …/${path}`),
  'get …/content',
  'get …/versions',
  'get …/versions/{number}',
  'get …/versions/{number}/content',
  'get …/versions/{number}/result',
  'post …/restore',
  'post …/versions/{number}/restore',
];

describe('the description of the API', () => {
  test('names every route, with its problems', async () => {
    const document = (await (await get('/openapi.json')).json()) as ApiDocument;
    expect(document.openapi).toBe('3.1.0');
    const routes = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((m) => `${m} ${path}`),
    );
    const all = [
      ...KEPT.flatMap((one) => BELOW.map((route) => route.replace('…', one))),
      'get /v1/documents/{id}/redlines',
      'get /v1/documents/{id}/redlines/{redline}/certificate',
      'post /v1/documents/{id}/redlines',
      'post /v1/documents/{id}/redlines/combinations',
      'get /v1/links/{token}',
      'get /v1/me',
      ...['get', 'post'].flatMap((method) =>
        ['documents/{id}/leases', 'documents/{id}/members', 'groups', 'service-accounts'].map(
          (path) => `${method} /v1/${path}`,
        ),
      ),
      ...['patch', 'delete'].map((method) => `${method} /v1/documents/{id}/leases/{lease}`),
      'patch /v1/documents/{id}/members/{member}',
      'delete /v1/documents/{id}/members/{member}',
      'post /v1/documents/{id}/transfers',
      ...['get', 'patch', 'delete'].map((method) => `${method} /v1/groups/{id}`),
      ...['get', 'patch'].map((method) => `${method} /v1/service-accounts/{id}`),
      'post /v1/service-accounts/{id}/keys',
      ...['', '/checkpoints', '/events/{sequence}', '/events/{sequence}/proof', '/export'].map(
        (path) => `get /v1/audit${path}`,
      ),
      ...['get', 'put', 'delete'].map((method) => `${method} /v1/documents/{id}/hold`),
      ...['get', 'put'].map((method) => `${method} /v1/retention`),
      'post /v1/retention/sweeps',
      ...['', '/events', '/{id}', '/{id}/events', '/{id}/result'].map((path) => `get /v1/operations${path}`),
      ...['cancel', 'replay'].map((path) => `post /v1/operations/{id}/${path}`),
      ...['exports', 'imports', 'erasures'].map((path) => `post /v1/${path}`),
      ...['exports/{id}', 'exports/{id}/content', 'imports/{id}/evidence'].map((path) => `get /v1/${path}`),
      ...['', '/certificate'].map((path) => `get /v1/erasures/{id}${path}`),
      'get /v1/api-keys',
      'post /v1/api-keys',
      'get /v1/api-keys/{id}',
      'delete /v1/api-keys/{id}',
      'post /v1/api-keys/{id}/rotations',
      'delete /v1/sessions/{id}',
      'get /v1/people',
      'delete /v1/uploads/{id}',
      'get /health',
      'get /health/live',
      'get /health/ready',
      'get /v1/comparisons/{id}',
      'get /v1/comparisons/{id}/html',
      'get /v1/comparisons/{id}/redline',
      'get /v1/documents',
      'get /v1/results/{id}',
      'get /v1/results/{id}/document',
      'get /v1/samples/{name}/{version}',
      'get /v1/sessions',
      'get /v1/uploads/{id}',
      'patch /v1/documents/{id}',
      'patch /v1/documents/{id}/redlines/{redline}',
      'patch /v1/people/{id}',
      'patch /v1/uploads/{id}',
      'post /v1/blacklines',
      'post /v1/changes',
      'post /v1/combinations',
      'post /v1/comments',
      'post /v1/comparisons',
      'post /v1/decisions',
      'post /v1/documents',
      'post /v1/documents/{id}/copies',
      'post /v1/documents/{id}/versions',
      'post /v1/edits',
      'post /v1/html',
      'post /v1/pdfs',
      'post /v1/reports',
      'post /v1/scrubs',
      'post /v1/uploads',
      'post /v1/verifications',
      ...['get /v1/batches', 'post /v1/batches'],
      ...['get /v1/webhooks', 'post /v1/webhooks', 'get /v1/webhook-events'],
      ...['delete', 'get', 'patch'].map((method) => `${method} /v1/webhooks/{id}`),
      'get /v1/webhooks/{id}/deliveries',
      ...['replays', 'rotations', 'tests'].map((path) => `post /v1/webhooks/{id}/${path}`),
      ...['', '/archive', '/report'].map((path) => `get /v1/batches/{id}${path}`),
      ...['cancel', 'retries'].map((path) => `post /v1/batches/{id}/${path}`),
    ];
    expect(routes.sort()).toEqual(all.sort());
    const answers = Object.entries(document.paths).filter(([path]) => path.startsWith('/v1'));
    for (const [, item] of answers) {
      for (const { responses } of Object.values(item)) expect(Object.keys(responses)).toContain('default');
    }
  });

  test('asks for no body that nothing can be', async () => {
    const text = await (await get('/openapi.json')).text();
    // Two closed objects of which both must hold.
    const both = /"allOf":\[(?:\{"\$ref":"[^"]*"\}),\{"type":"object"[^\]]*"additionalProperties":false/;
    expect(both.exec(text)?.[0]).toBeUndefined();
  });

  test('refers only to what it holds', async () => {
    const text = await (await get('/openapi.json')).text();
    const { components } = JSON.parse(text) as ApiDocument;
    const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(3);
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(names));
  });
});

describe('pages', () => {
  test.each(['/docs', '/problems', '/problems/document-encrypted'])(
    '%s asks no other host for anything',
    async (path) => {
      const answer = await get(path, { accept: 'text/html' });
      const page = await answer.text();
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
      const loads = [...page.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');
      expect(loads.length).toBeGreaterThan(0);
      expect(loads.filter((address) => !address.startsWith('/'))).toEqual([]);
      expect(page).not.toMatch(/<script|<style|\sstyle=|\son\w+=/);
    },
  );

  test('every kind of problem has one, also for programs', async () => {
    const list = await (await get('/problems')).text();
    const pages = [...list.matchAll(/href="(\/problems\/[a-z-]+)"/g)].map(([, path]) => path ?? '');
    expect(pages.length).toBeGreaterThan(25);
    for (const path of pages) {
      const answer = await get(path, { accept: 'application/json' });
      const kind = (await answer.json()) as { code: string };
      expect([answer.status, `/problems/${kind.code.replace('/', '-')}`]).toEqual([200, path]);
    }
    expect((await get('/problems/nothing')).status).toBe(404);
  });

  test('show the web application, and keep what never changes', async () => {
    const page = await get('/');
    expect(await page.text()).toContain('<title>Redline</title>');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await get('/assets/index-abc123.js');
    expect(await script.text()).toBe('export {};');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toContain('javascript');
  });

  test.each([
    '/secret.txt',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
  ])('give nothing but themselves: %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

describe('the sample', () => {
  test.each([
    ['original', 'one'],
    ['modified', 'two'],
  ])('has its %s', async (version, content) => {
    const answer = await get(`/v1/samples/services-agreement/${version}`);
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="services-agreement-${version}.docx"`,
    );
    expect(await answer.text()).toBe(content);
    expect(service.lines.at(-1)).toMatchObject({ route: '/v1/samples/:name/:version', status: 200 });
  });

  test.each(['services-agreement/other', 'other/original', '..%2f..%2fsecret.txt/original'])(
    'has no %s',
    async (path) => {
      const answer = await get(`/v1/samples/${path}`);
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'sample/not-found' }]);
    },
  );
});

describe('health', () => {
  test.each(['/health/live', '/health/ready', '/health'])('%s', async (path) => {
    const answer = await get(path);
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'ok' }]);
  });

  test('is not ready without its store', async () => {
    const broken = await startService();
    await rm(join(broken.dataDirectory, 'blobs'), { recursive: true });
    const answer = await fetch(`${broken.url}/health/ready`);
    const expected = { status: 'unavailable', checks: { pool: true, store: false } };
    expect([answer.status, await answer.json()]).toEqual([503, expected]);
    expect((await fetch(`${broken.url}/health/live`)).status).toBe(200);
    expect(existsSync(broken.dataDirectory)).toBe(true);
    await broken.stop();
  });
});

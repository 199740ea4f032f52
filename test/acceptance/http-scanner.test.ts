import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clamd, EICAR, startClamd } from '../services/clamd.ts';
import { buildDocx } from '../support/package.ts';
import { type Service, startService } from './service.ts';

async function keep(service: Service, bytes: Uint8Array): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)]), 'a.docx');
  return await fetch(`${service.url}/v1/documents`, { method: 'POST', body: form });
}

async function compareInBatch(service: Service, bytes: Uint8Array): Promise<Response> {
  const form = new FormData();
  for (const [name, one] of [
    ['a.docx', buildDocx({})],
    ['b.docx', bytes],
  ] as const) {
    form.append('files', new Blob([Uint8Array.from(one)]), name);
  }
  form.set('options', JSON.stringify({ items: [{ original: 'a.docx', modified: 'b.docx' }] }));
  return await fetch(`${service.url}/v1/batches`, { method: 'POST', body: form });
}

async function batches(service: Service): Promise<number> {
  const page = (await (await fetch(`${service.url}/v1/batches`)).json()) as { batches: unknown[] };
  return page.batches.length;
}

async function listed(service: Service): Promise<number> {
  const page = (await (await fetch(`${service.url}/v1/documents`)).json()) as { documents: unknown[] };
  return page.documents.length;
}

const infected = buildDocx({ 'word/media/image1.bin': Buffer.from(EICAR) });

// `npm test` installs it; who runs this suite alone may have none.
const program = process.env.CLAMD_PATH ?? '/usr/sbin/clamd';
describe.skipIf(!existsSync(program))('with a real clamd', () => {
  let clamd: Clamd;
  let service: Service;
  beforeAll(async () => {
    clamd = await startClamd(program);
    const address = 'path' in clamd.local ? clamd.local.path : '';
    service = await startService({ settings: { REDLINE_CLAMD: address } });
  });
  afterAll(async () => {
    await service.stop();
    await clamd.stop();
  });

  test('what does no harm is kept, and says what looked at it', async () => {
    const response = await keep(service, buildDocx({}));
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ current: { content: { scanned: 'clamav' } } });
  });

  test('what does harm is refused and never listed', async () => {
    const before = await listed(service);
    const response = await keep(service, infected);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'documents/infected' });
    expect(await listed(service)).toBe(before);
  });

  test('a batch with a file that does harm is refused, and nothing is begun', async () => {
    const response = await compareInBatch(service, infected);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'documents/infected' });
    expect(await batches(service)).toBe(0);
    expect((await compareInBatch(service, buildDocx({}))).status).toBe(202);
  });
});

test('while the scanner is away nothing is kept', async () => {
  // Nobody listens on the port for services that nobody uses (tcpmux).
  const service = await startService({ settings: { REDLINE_CLAMD: 'tcp://127.0.0.1:1' } });
  const response = await keep(service, buildDocx({}));
  expect(response.status).toBe(503);
  expect(await listed(service)).toBe(0);
  expect((await compareInBatch(service, buildDocx({}))).status).toBe(503);
  expect(await batches(service)).toBe(0);
  await service.stop();
});

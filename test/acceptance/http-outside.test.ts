import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textPdf } from '../support/files.ts';
import { asked, post, type Service, STAND_IN_ENGINE, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ engineScript: STAND_IN_ENGINE });
});
afterAll(() => service.stop());

/** Takes a folder of the service away and puts it back. */
async function without(folder: string, run: () => Promise<void>): Promise<void> {
  const path = join(service.dataDirectory, folder);
  await rename(path, `${path}-away`);
  // In the place of a folder a file answers neither "there" nor "not there".
  await writeFile(path, '');
  try {
    await run();
  } finally {
    await rm(path);
    await rename(`${path}-away`, path);
  }
}

const CONTENT = textPdf('some words');

function upload(): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([CONTENT]), 'lease.pdf');
  return fetch(`${service.url}/v1/documents`, { method: 'POST', body: form });
}

const states = (part: string) =>
  service.lines.flatMap((line) => (line.msg === 'breaker' && line.part === part ? [line.state] : []));

/** Asks until the breaker has opened, and then once more. */
async function askUntilOpen(part: string, ask: () => Promise<Response>): Promise<Response> {
  const before = states(part).length;
  for (let n = 0; n < 40 && states(part).length === before; n += 1) {
    await Promise.all(Array.from({ length: 5 }, async () => await (await ask()).text()));
  }
  expect(states(part).slice(before)).toContain('open');
  return await ask();
}

describe('while the breaker is open', () => {
  test('of the store: everything that is kept answers 503 with Retry-After, and all is well again after', async () => {
    const made = await upload();
    expect(made.status).toBe(201);
    const { links } = (await made.json()) as { links: { self: string } };
    const read = () => fetch(`${service.url}${links.self}`);
    await without('heads', async () => {
      const answer = await askUntilOpen('BlobStore', read);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: 'storage/unavailable' });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(5);
      expect((await upload()).status).toBe(503);
      // What keeps nothing needs no more than the outbox.
      expect((await post(service, asked('echo'))).status).toBe(200);
      expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    });
    await expect.poll(async () => (await read()).status).toBe(200);
  });

  test('of the outbox: what cannot be audited is not answered, also when it keeps nothing', async () => {
    const compare = () => post(service, asked('echo'));
    expect((await compare()).status).toBe(200);
    await without('outbox', async () => {
      const answer = await compare();
      expect([answer.status, (await answer.json()).code]).toEqual([503, 'storage/unavailable']);
    });
    await expect.poll(async () => (await compare()).status).toBe(200);
  });

  test('of the keys: what is new is refused, what was read lately can be read, and all is well again after', async () => {
    const made = await upload();
    const { links } = (await made.json()) as { links: { self: string } };
    const content = () => fetch(`${service.url}${links.self}/content`);
    expect(await (await content()).text()).toBe(CONTENT);
    await without('keys', async () => {
      const answer = await askUntilOpen('KeyService', upload);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: 'storage/unavailable' });
      expect(await (await content()).text()).toBe(CONTENT);
    });
    await expect.poll(async () => (await upload()).status).toBe(201);
  });
});

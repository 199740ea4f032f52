import { afterAll, beforeAll, expect, test } from 'vitest';
import { word } from './kept.ts';
import { runHere } from './run-here.ts';
import { form, type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const operations = (...args: string[]) => runHere('operations', ...args, '--server', service.url);

async function begin(original: Uint8Array): Promise<string> {
  const body = form({ original, modified: word('The rent is 120.') });
  const headers = { prefer: 'respond-async' };
  const answer = await fetch(`${service.url}/v1/comparisons`, { method: 'POST', body, headers });
  return answer.headers.get('location')?.split('/').at(-1) ?? '';
}

test('what takes longer is waited for, listed and shown; what failed ends the command with 1', async () => {
  const [good, bad] = [await begin(word('The rent is 100.')), await begin(Uint8Array.of(1))];
  const done = await operations('wait', good);
  expect(done).toMatchObject({ code: 0, text: expect.stringMatching(/^state +succeeded$/m) });
  expect(await operations('wait', bad)).toMatchObject({
    code: 1,
    text: expect.stringContaining('document/not-a-package'),
  });
  const listed = await operations('list', '--state', 'failed');
  expect(listed).toMatchObject({ code: 0, text: expect.stringContaining(bad) });
  expect(listed.text).not.toContain(good);
  const shown = await operations('show', good, '--json');
  expect(JSON.parse(shown.text)).toMatchObject({ id: good, state: 'succeeded' });
  expect(await operations('cancel', good)).toMatchObject({ code: 0 });
  expect(await operations('list', '--state', 'nonsense')).toMatchObject({ code: 2 });
  expect((await operations('list', '--state', 'open')).text).toBe('No operations.\n');
});

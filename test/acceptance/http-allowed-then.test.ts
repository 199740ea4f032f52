import { afterEach, beforeEach, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { file, word } from './kept.ts';
import { form, STAND_IN_ENGINE } from './service.ts';
import { openSignIn, type SignInStage } from './sign-in-stage.ts';

// Work of somebody who may not have it done any more when it is begun.

const PATIENT = { timeout: 60_000, interval: 50 };

interface Made {
  readonly id: string;
  readonly key: string;
}

interface Said {
  readonly state: string;
  readonly error: { readonly code: string; readonly status: number } | null;
}

let stage: SignInStage;
let admin: Visitor;
beforeEach(async () => {
  // One operation at a time: what is asked for behind one that does not end waits.
  stage = await openSignIn({ REDLINE_JOBS: '1' }, () => ({}), { engineScript: STAND_IN_ENGINE });
  admin = await stage.signedIn();
});
afterEach(() => stage.stop());

async function keyOf(visitor: Visitor, scopes = ['compare']): Promise<Made> {
  const json = { name: 'night', scopes };
  const answer = await visitor.fetch('/v1/api-keys', { method: 'POST', json });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Made;
}

/** @returns where the operation is. */
async function compareLater(key: Made, author: string): Promise<string> {
  const answer = await fetch(`${stage.service.url}/v1/comparisons`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.key}`, prefer: 'respond-async' },
    body: form({ original: word('x'), modified: word('y'), options: { author } }),
  });
  expect(answer.status).toBe(202);
  return answer.headers.get('location') ?? '';
}

const said = async (place: string): Promise<Said> => (await (await admin.fetch(place)).json()) as Said;

const until = (place: string, state: string) =>
  expect.poll(async () => (await said(place)).state, PATIENT).toBe(state);

test.each<[string, (ben: Made) => Promise<Response>]>([
  ['whose key was revoked', ({ id }) => admin.fetch(`/v1/api-keys/${id}`, { method: 'DELETE' })],
  [
    'who was disabled',
    async () => {
      const { people } = (await (await admin.fetch('/v1/people')).json()) as {
        people: { id: string; email: string }[];
      };
      const { id } = people.find(({ email }) => email === BEN.email) ?? { id: '' };
      return await admin.fetch(`/v1/people/${id}`, { method: 'PATCH', json: { disabled: true } });
    },
  ],
])('what somebody asked for %s while it waited fails, and says why', async (_, end) => {
  const [own, ben] = [await keyOf(admin), await keyOf(await stage.signedIn(BEN))];
  const first = await compareLater(own, 'spin');
  await until(first, 'running');
  const [waiting, allowed] = [await compareLater(ben, 'echo'), await compareLater(own, 'echo')];
  expect((await end(ben)).ok).toBe(true);
  // What is remembered of who may act is never older than five seconds.
  stage.time.ahead += 6000;
  expect((await admin.fetch(`${first}/cancel`, { method: 'POST' })).ok).toBe(true);
  await until(waiting, 'failed');
  await until(allowed, 'succeeded');
  expect((await said(waiting)).error).toMatchObject({ code: 'work/not-allowed', status: 403 });
});

test('a batch keeps redlines only for those who may write, and says so at once', async () => {
  const reads = ['compare', 'documents:read'];
  const [reading, writing] = [await keyOf(admin, reads), await keyOf(admin, [...reads, 'documents:write'])];
  const headers = { authorization: `Bearer ${writing.key}` };
  const kept = await fetch(`${stage.service.url}/v1/documents`, {
    ...{ method: 'POST', headers, body: file(word('x')) },
  });
  const { id: document } = (await kept.json()) as { id: string };
  const side = { document, version: 1 };
  const asked = async ({ key }: Made, keep: boolean): Promise<number> => {
    const answer = await fetch(`${stage.service.url}/v1/batches`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ keep, items: [{ original: side, modified: side }] }),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  expect([await asked(reading, true), await asked(reading, false), await asked(writing, true)]).toEqual([
    403, 202, 202,
  ]);
});

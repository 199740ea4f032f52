import type { ClientRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { answerOf, openUpload, partHead } from './service.ts';
import { ACCESS, openSignIn, type SignInStage } from './sign-in-stage.ts';

// How many requests somebody may have under way.

let stage: SignInStage;
beforeAll(async () => {
  stage = await openSignIn({ REDLINE_AT_ONCE: '2', REDLINE_ENTERPRISE: 'other' });
});
afterAll(() => stage.stop());

const bearer = (one: Visitor) => `Bearer ${one.cookies.get(ACCESS)}`;

/** A place is given back when its connection says so, which may be after the answer: whoever is turned away asks again. */
async function newKey(maker: Visitor): Promise<string> {
  const json = { name: 'k', scopes: ['compare'], perMinute: 6000 };
  let answer = await maker.fetch('/v1/api-keys', { method: 'POST', json });
  const again = async () => {
    if (answer.status === 429) answer = await maker.fetch('/v1/api-keys', { method: 'POST', json });
    return answer.status;
  };
  await expect.poll(again, { timeout: 30_000, interval: 100 }).toBe(201);
  return `Bearer ${((await answer.json()) as { key: string }).key}`;
}

const ask = async (authorization: string) =>
  await fetch(`${stage.service.url}/v1/me`, { headers: { authorization } });

/** A comparison whose sender does not come to an end. */
function hold(authorization: string): { end(): Promise<void> } {
  const state = { over: false };
  const open = (): { readonly request: ClientRequest; readonly ended: Promise<void> } => {
    const request = openUpload(stage.service, { authorization });
    const ended = answerOf(request).then(
      async ({ status }) => {
        // A place of an earlier request was not given back yet.
        if (status !== 429 || state.over) return;
        await new Promise((again) => setTimeout(again, 50));
        if (!state.over) held = open();
      },
      () => {},
    );
    request.write(partHead('original'));
    return { request, ended };
  };
  let held = open();
  return {
    end: async () => {
      state.over = true;
      held.request.destroy();
      await held.ended;
    },
  };
}

const until = (authorization: string, status: number) =>
  expect.poll(async () => (await ask(authorization)).status, { timeout: 30_000, interval: 100 }).toBe(status);

describe('requests at once', () => {
  test('are so many, and one more is told to come back; whoever else asks is let in', async () => {
    const ben = await stage.signedIn(BEN);
    const [key, other] = [await newKey(ben), await newKey(ben)];
    const held = [hold(key), hold(key)];
    await until(key, 429);
    const refused = await ask(key);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'access/too-many-at-once', status: 429 });
    await until(other, 200);
    await until(bearer(ben), 200);
    await held[0]?.end();
    await until(key, 200);
    await held[1]?.end();
  });

  test('of one tenant are ten times as many, whoever asks', async () => {
    const ben = await stage.signedIn({ ...BEN, sub: '7001' });
    const keys: string[] = [];
    for (let n = 0; n < 10; n += 1) keys.push(await newKey(ben));
    const free = await newKey(ben);
    const held = keys.flatMap((key) => [hold(key), hold(key)]);
    await until(free, 429);
    await until(bearer(ben), 429);
    const stranger = await stage.signedIn({ ...BEN, sub: '2001', hd: 'other.test' });
    await until(bearer(stranger), 200);
    for (const one of held) await one.end();
    await until(free, 200);
  });
});

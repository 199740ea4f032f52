import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { type Ask, asking, json, keep, word } from './kept.ts';
import { ended, LATER, PATIENCE_MS, placeOf } from './later.ts';
import { asked, type Service, STAND_IN_ENGINE, startService } from './service.ts';
import { me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// What has a record of its own, followed as an operation.

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
const ask = asking(() => service);
const monitorOf = (headers: Headers): string =>
  /<([^>]*)>; rel="monitor"/.exec(headers.get('link') ?? '')?.[1] ?? '';

describe('erasing later', () => {
  test('ends where the record of the erasure is, and cannot be ended before', async () => {
    const { body: document } = await keep(ask, word('Soon gone.'));
    const erase = json('POST', { document: document.id, reason: 'asked' }, LATER);
    const done = await ended(ask, placeOf(await ask('/v1/erasures', erase)));
    expect(done).toMatchObject({
      ...{ kind: 'erasure', name: document.id, state: 'succeeded', percent: 100, cancellable: false },
      result: { kind: 'erasure', id: document.id, link: `/v1/erasures/${document.id}` },
    });
    expect((await ask(done.result.link)).body).toMatchObject({ document: document.id, state: 'done' });
    expect((await ask(document.links.self)).status).toBe(404);
    const listed = await ask('/v1/operations?kind=erasure');
    expect(listed.body.operations.map(({ id }: { id: string }) => id)).toEqual([done.id]);
  });

  test('of what is not there fails with the problem that a request would have got', async () => {
    const erase = json('POST', { document: `d_${'0'.repeat(32)}`, reason: 'asked' }, LATER);
    expect(await ended(ask, placeOf(await ask('/v1/erasures', erase)))).toMatchObject({
      ...{ state: 'failed', replayable: false, error: { code: 'documents/not-found', status: 404 } },
    });
  });
});

describe('an export', () => {
  test('is an operation until its archive is ready', async () => {
    await keep(ask, word('Ours.'));
    const taken = await ask('/v1/exports', json('POST', { scope: 'tenant' }));
    expect(taken.status).toBe(202);
    const done = await ended(ask, monitorOf(taken.headers));
    expect(done).toMatchObject({
      kind: 'export',
      name: 'Everything of the organisation',
      state: 'succeeded',
    });
    expect(done.result).toMatchObject({ kind: 'export', link: taken.headers.get('location') });
    const { body } = await ask(done.result.link);
    expect(body).toMatchObject({ status: 'ready', size: done.result.size });
    expect((await ask(body.links.content)).body.byteLength).toBe(body.size);
  });

  test('is there no more when it is cancelled', async () => {
    const held = await startService({ settings: { REDLINE_JOBS: '1' }, engineScript: STAND_IN_ENGINE });
    try {
      const there = asking(() => held);
      const before = await there('/v1/comparisons', { method: 'POST', body: asked('spin'), headers: LATER });
      await expect.poll(async () => (await held.health()).pool.running, { timeout: PATIENCE_MS }).toBe(1);
      const queued = await there('/v1/comparisons', { method: 'POST', body: asked('echo'), headers: LATER });
      const { headers, body } = await there('/v1/exports', json('POST', {}));
      // What waits with a higher priority goes before it.
      await expect
        .poll(async () => (await there(monitorOf(headers))).body, { timeout: PATIENCE_MS })
        .toMatchObject({ state: 'queued', ahead: 1 });
      expect((await there(placeOf(queued))).body).toMatchObject({ state: 'queued', ahead: 0 });
      expect((await there(placeOf(before))).body).toMatchObject({ state: 'running', ahead: null });
      expect((await there(body.links.self)).status).toBe(200);
      const cancelled = await there(`${monitorOf(headers)}/cancel`, { method: 'POST' });
      expect(cancelled.body).toMatchObject({ state: 'cancelled', cancellable: false });
      expect((await there(body.links.self)).status).toBe(404);
      await there(`${placeOf(before)}/cancel`, { method: 'POST' });
    } finally {
      await held.stop();
    }
  });
});

test('a sweep of retention that is done later has its report as its result', async () => {
  const sweep = json('POST', { dryRun: true }, LATER);
  const done = await ended(ask, placeOf(await ask('/v1/retention/sweeps', sweep)));
  const { body } = await ask('/v1/retention/sweeps', json('POST', { dryRun: true }));
  expect(done).toMatchObject({ kind: 'retention', state: 'succeeded' });
  expect(done.result).toMatchObject({ dryRun: true, counts: body.counts, documents: body.documents });
});

describe('where people sign in', () => {
  let stage: SignInStage;
  let admin: Visitor;
  let ben: Visitor;
  beforeAll(async () => {
    stage = await openSignIn();
    [admin, ben] = [await stage.signedIn(), await stage.signedIn(BEN)];
  });
  afterAll(() => stage.stop());

  const asAdmin: Ask = async (path) => {
    const answer = await admin.fetch(path);
    const { status, headers } = answer;
    return { status, headers, etag: '', body: await answer.json() };
  };

  test('a person is erased later, by administrators alone', async () => {
    const { id } = await me(ben);
    const erasure = { method: 'POST', json: { person: id, reason: 'asked' }, headers: LATER };
    expect((await ben.fetch('/v1/erasures', erasure)).status).toBe(403);
    const taken = await admin.fetch('/v1/erasures', erasure);
    expect(taken.status).toBe(202);
    const done = await ended(asAdmin, taken.headers.get('location') ?? '');
    expect(done).toMatchObject({ kind: 'erasure', name: id, state: 'succeeded' });
    expect((await asAdmin(done.result.link)).body).toMatchObject({ person: id, state: 'done' });
    expect((await ben.fetch('/v1/me')).status).toBe(401);
  });
});

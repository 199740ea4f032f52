import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { asking, json, keep, word } from './kept.ts';
import { ended, LATER, PATIENCE_MS, placeOf } from './later.ts';
import { type Service, STAND_IN_ENGINE, startService } from './service.ts';

// Combinations that are done later.

const BASE = word('The fee is ten.', 'The term is one year.');
const ANN = word('The fee is six.', 'The term is one year.');
const BO = word('The fee is ten.', 'The term is two years.');

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
const ask = asking(() => service);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function sent(options: object, copies: readonly (readonly [Uint8Array, string])[], base?: Uint8Array) {
  const form = new FormData();
  if (base !== undefined) form.append('base', new Blob([Uint8Array.from(base)]), 'Lease.docx');
  for (const [bytes, name] of copies) form.append('copies', new Blob([Uint8Array.from(bytes)]), name);
  form.append('options', JSON.stringify(options));
  return { method: 'POST', body: form };
}

const combine = (
  options: object,
  headers: Record<string, string> = LATER,
  copies: readonly Uint8Array[] = [ANN, BO],
  of = ask,
) =>
  of('/v1/combinations', {
    ...sent(
      options,
      copies.map((bytes, at) => [bytes, `copy ${at}.docx`] as const),
      BASE,
    ),
    headers,
  });

describe('copies that are combined later', () => {
  test('give what they give at once', async () => {
    const options = { reviewers: ['Ann', 'Bo'], date: '2026-11-23T09:00:00Z' };
    const done = await ended(ask, placeOf(await combine(options)));
    expect(done).toMatchObject({
      ...{ kind: 'combination', name: 'Lease.docx: copies of Ann, Bo', percent: 100, error: null },
      result: { kind: 'results', exact: true, copies: 2, conflicts: 0 },
    });
    const { body } = await ask(done.result.link);
    const atOnce = (await combine(options, { accept: 'application/json' })).body;
    expect(body.report).toEqual(atOnce.report);
    expect((await ask(body.links.document)).body).toEqual((await ask(atOnce.links.document)).body);
    const listed = await ask('/v1/operations?state=ended&kind=combination');
    expect(listed.body.operations.map(({ id }: { id: string }) => id)).toContain(done.id);
  });

  test('are not combined twice, and each operation has a result of its own', async () => {
    const options = { reviewers: ['Cy', 'Di'] };
    const links: string[] = [];
    for (const asked of [options, options, { ...options, policy: 'refuse' }]) {
      links.push((await ended(ask, placeOf(await combine(asked)))).result.link);
    }
    expect(new Set(links).size).toBe(3);
    const [first, second] = await Promise.all(
      links.map(async (link) => (await ask(`${link}/document`)).body),
    );
    expect(second).toEqual(first);
  });

  test.each<[string, object, readonly Uint8Array[], string, number]>([
    ['fewer reviewers than copies', { reviewers: ['Ann'] }, [ANN, BO], 'options/invalid', 400],
    [
      'a copy that is no document',
      { reviewers: ['Ann'] },
      [Uint8Array.of(1, 2)],
      'document/not-a-package',
      415,
    ],
    [
      'copies that must not meet',
      { reviewers: ['Ann', 'Bo'], policy: 'refuse' },
      [ANN, word('The fee is two.', 'The term is one year.')],
      'combine/conflict',
      422,
    ],
  ])('fail with the problem that a request would have got: %s', async (_, options, copies, code, status) => {
    const done = await ended(ask, placeOf(await combine(options, LATER, copies)));
    expect(done).toMatchObject({ state: 'failed', replayable: false, error: { code, status } });
  });

  test('that cannot be asked for are refused at once', async () => {
    const { status, body } = await combine({ reviewers: [] });
    expect([status, body.code]).toEqual([400, 'options/invalid']);
  });
});

describe('a combination that is kept later', () => {
  test('is kept with its document, once', async () => {
    const { body: document } = await keep(ask, BASE, ANN);
    const other = await keep(ask, BO);
    const { self } = document.links;
    const asked = {
      base: { version: 1 },
      copies: [{ version: 2 }, { document: other.body.id }],
      options: { reviewers: ['Ann', 'Bo'] },
    };
    const headers = { ...LATER, 'idempotency-key': 'c1' };
    const send = () => ask(`${self}/redlines/combinations`, json('POST', asked, headers));
    const place = placeOf(await send());
    expect(placeOf(await send())).toBe(place);
    const done = await ended(ask, place);
    expect(done).toMatchObject({
      name: 'Lease.docx, version 1: copies of Ann, Bo',
      result: { kind: 'redline', document: document.id, exact: true, copies: 2, conflicts: 0 },
    });
    expect((await ask(done.result.link)).body).toMatchObject({
      ...{ kind: 'combined', name: 'Lease (redline).docx', modified: null },
      original: { document: document.id, version: 1, sha256: sha256(BASE) },
      copies: [{ version: 2 }, { document: other.body.id, version: 1, sha256: sha256(BO) }],
      current: { origin: { kind: 'combined', counts: { copies: 2, conflicts: 0 } } },
    });
    expect((await ask(`${self}/redlines`)).body.redlines).toHaveLength(1);
    // Also with one of the copies it is erased.
    await ask('/v1/erasures', json('POST', { document: other.body.id, reason: 'asked' }));
    expect((await ask(place)).body).toMatchObject({ code: 'operations/not-found' });
  });

  test('takes files, of the current version where no base is named', async () => {
    const { body: document } = await keep(ask, BASE);
    const request = sent({ name: 'Both.docx', options: { reviewers: ['Ann', 'Bo'] } }, [
      [ANN, 'Ann.docx'],
      [BO, 'Bo.docx'],
    ]);
    const path = `${document.links.self}/redlines/combinations`;
    const done = await ended(ask, placeOf(await ask(path, { ...request, headers: LATER })));
    expect((await ask(done.result.link)).body).toMatchObject({
      name: 'Both.docx',
      original: { document: document.id, version: 1 },
      copies: [{ document: null, name: 'Ann.docx', sha256: sha256(ANN) }, { name: 'Bo.docx' }],
    });
  });

  test.each<[string, object, number, string]>([
    ['no copies', { options: { reviewers: ['Ann'] } }, 400, 'options/invalid'],
    [
      'a version that is not there',
      { copies: [{ version: 9 }], options: { reviewers: ['Ann'] } },
      404,
      'documents/version-not-found',
    ],
  ])('is refused at once: %s', async (_, asked, status, code) => {
    const { body: document } = await keep(ask, BASE);
    const path = `${document.links.self}/redlines/combinations`;
    expect(await ask(path, json('POST', asked, LATER))).toMatchObject({ status, body: { code } });
  });
});

test('cancelling a combination stops the thread', async () => {
  const held = await startService({ engineScript: STAND_IN_ENGINE });
  const running = (count: number) =>
    vi.waitFor(async () => expect((await held.health()).pool.running).toBe(count), { timeout: PATIENCE_MS });
  try {
    const there = asking(() => held);
    const place = placeOf(await combine({ reviewers: ['spin', 'Bo'] }, LATER, [ANN, BO], there));
    await running(1);
    const { body } = await there(`${place}/cancel`, { method: 'POST' });
    expect(body).toMatchObject({ kind: 'combination', state: 'cancelled', result: null });
    await running(0);
  } finally {
    await held.stop();
  }
});

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DrivenOperation } from './driven-operation.ts';
import { type Ask, asking, json, keep, word } from './kept.ts';
import { ended, LATER, PATIENCE_MS, placeOf } from './later.ts';
import { asked, form, type Service, STAND_IN_ENGINE, startService } from './service.ts';

// What takes longer than a request, as those who wait for it see it.

let service: Service;
let ask: Ask;

beforeAll(async () => {
  service = await startService();
  ask = asking(() => service);
});
afterAll(() => service.stop());

const compare = (original: Uint8Array, modified: Uint8Array, headers: Record<string, string> = LATER) =>
  ask('/v1/comparisons', { method: 'POST', body: form({ original, modified }), headers });

test('what becomes of all of one’s own is told as it goes on', async () => {
  const controller = new AbortController();
  const response = await fetch(`${service.url}/v1/operations/events`, { signal: controller.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const hear = async (wanted: RegExp): Promise<void> => {
    while (!wanted.test(text)) text += (await reader?.read())?.value ?? '';
  };
  await hear(/^event: anew$/m);
  text = '';
  const done = await ended(ask, placeOf(await compare(word('The fee is 50.'), word('The fee is 70.'))));
  await hear(/^event: anew$/m);
  const { body } = await ask('/v1/operations?state=ended&kind=comparison');
  expect(body.operations[0]).toMatchObject({ id: done.id, name: 'original.docx → modified.docx' });
  expect((await ask('/v1/operations?state=open')).body.operations).toEqual([]);
  controller.abort();
  await reader?.cancel().catch(() => {});
});

describe('a comparison that is done later', () => {
  test('is followed at its address, and what came of it is where it says', async () => {
    const place = placeOf(await compare(word('The rent is 100.'), word('The rent is 120.')));
    const done = await ended(ask, place);
    expect(done).toMatchObject({ kind: 'comparison', state: 'succeeded', percent: 100, error: null });
    expect(done.result).toMatchObject({ kind: 'comparisons', exact: true, identical: false });
    const { body } = await ask(done.result.link);
    expect(body.report.counts.insertions).toBe(1);
    expect((await ask(body.links.redline)).status).toBe(200);
    const listed = await ask('/v1/operations?state=succeeded&pageSize=1');
    expect(listed.body.operations.map(({ id }: { id: string }) => id)).toEqual([done.id]);
  });

  test('is not done twice for the same documents and options', async () => {
    const [one, other] = [word('The term is one year.'), word('The term is two years.')];
    const first = await ended(ask, placeOf(await compare(one, other)));
    const second = await ended(ask, placeOf(await compare(one, other)));
    expect(second.result.link).not.toBe(first.result.link);
    const reports = await Promise.all(
      [first, second].map(async ({ result }) => (await ask(result.link)).body.report),
    );
    expect(reports[1]).toEqual(reports[0]);
  });

  test('fails with the problem that a request would have got', async () => {
    const done = await ended(ask, placeOf(await compare(Uint8Array.of(1, 2), word('x'))));
    expect(done).toMatchObject({ state: 'failed', replayable: false, result: null });
    expect(done.error).toMatchObject({
      code: 'document/not-a-package',
      status: 415,
      type: '/problems/document-not-a-package',
    });
    const again = await ask(`${done.links.self}/replay`, { method: 'POST' });
    expect([again.status, again.body.code]).toEqual([409, 'operations/not-dead']);
  });

  test('is kept with its document, once', async () => {
    const lease = await keep(ask, word('The rent is 100.'), word('The rent is 120.'));
    const { self } = lease.body.links;
    const send = () => ask(`${self}/redlines`, json('POST', {}, { ...LATER, 'idempotency-key': 'k1' }));
    const place = placeOf(await send());
    expect(placeOf(await send())).toBe(place);
    const done = await ended(ask, place);
    expect(done.result).toMatchObject({ kind: 'redline', document: lease.body.id });
    expect((await ask(done.result.link)).body).toMatchObject({
      name: 'Lease (redline).docx',
      kind: 'compared',
    });
    expect((await ask(`${self}/redlines`)).body.redlines).toHaveLength(1);
    const erased = await ask('/v1/erasures', json('POST', { document: lease.body.id, reason: 'asked' }));
    expect([200, 201]).toContain(erased.status);
    expect((await ask(place)).body).toMatchObject({ code: 'operations/not-found' });
  });

  test.each([
    ['', 404],
    ['/events', 404],
  ])('is not found when there is none: %s', async (below, status) => {
    expect((await ask(`/v1/operations/o_${'0'.repeat(32)}${below}`)).status).toBe(status);
  });
});

test.each(['x', '../..', '%00', 'O_0'])('the parts of what is no operation are none: %s', async (parent) => {
  const { status, body } = await ask(`/v1/operations?parent=${parent}`);
  expect([status, body.operations]).toEqual([200, []]);
});

test.each(['/v1/operations', '/v1/batches'])('a page token that nobody gave is refused: %s', async (path) => {
  const { body } = await ask(`${path}?pageSize=1`);
  const given = JSON.parse(
    Buffer.from(body.nextPageToken ?? '', 'base64url').toString() || '{"q":"","value":""}',
  );
  const token = Buffer.from(JSON.stringify({ ...given, id: '../A' })).toString('base64url');
  const forged = await ask(`${path}?pageSize=1&pageToken=${token}`);
  expect([forged.status, forged.body.code]).toEqual([400, 'request/page-token']);
});

test('cancelling stops the thread', async () => {
  const held = await startService({ engineScript: STAND_IN_ENGINE });
  try {
    const there = asking(() => held);
    const begun = await there('/v1/comparisons', { method: 'POST', body: asked('spin'), headers: LATER });
    const place = placeOf(begun);
    await vi.waitFor(async () => expect((await held.health()).pool.running).toBe(1), {
      timeout: PATIENCE_MS,
    });
    const { body } = await there(`${place}/cancel`, { method: 'POST' });
    expect(body).toMatchObject({ state: 'cancelled', result: null });
    await vi.waitFor(async () => expect((await held.health()).pool.running).toBe(0), {
      timeout: PATIENCE_MS,
    });
    const { body: told } = await there(`${place}/events`);
    const [last] = [...new TextDecoder().decode(told).matchAll(/^id: (\d+)$/gm)].at(-1)?.slice(1) ?? [];
    const headers = { 'last-event-id': last ?? '' };
    expect((await there(`${place}/events`, { headers })).status).toBe(204);
  } finally {
    await held.stop();
  }
});

describe('the events of an operation', () => {
  test('are all seen by a client that is cut again and again', async () => {
    const driven = await DrivenOperation.open(service.dataDirectory);
    const seen: number[] = [];
    const read = async (): Promise<number> => {
      const controller = new AbortController();
      const last = seen.at(-1);
      const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': String(last) };
      const response = await fetch(`${service.url}/v1/operations/${driven.id}/events`, {
        headers,
        signal: controller.signal,
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      // Cut in the middle of what comes: as soon as one more event is whole.
      while (response.status === 200 && !/^id: \d+\n[\s\S]*?\n\n/m.test(text)) {
        const next = await reader?.read();
        if (next?.value === undefined) break;
        text += next.value;
      }
      controller.abort();
      await reader?.cancel().catch(() => {});
      const [, first] = /^id: (\d+)\n[\s\S]*?\n\n/m.exec(text) ?? [];
      if (first !== undefined) seen.push(Number(first));
      return response.status;
    };
    try {
      for (let percent = 1; percent <= 30; percent += 1) {
        await driven.step({ state: 'running', percent });
        if (percent % 3 === 0) await read();
      }
      await driven.end();
      while ((await read()) !== 204);
      expect(seen).toEqual(driven.events.map(({ sequence }) => sequence));
      expect(seen.length).toBeGreaterThan(31);
    } finally {
      await driven.close();
    }
  });

  describe('that somebody comes back to', () => {
    const COUNT = 130;
    let driven: DrivenOperation;
    beforeAll(async () => {
      driven = await DrivenOperation.open(service.dataDirectory);
      for (let step = 2; step < COUNT; step += 1) await driven.step({ state: 'running', percent: step / 2 });
      await driven.end();
    });
    afterAll(() => driven.close());

    /** @returns the numbers of what is sent; `null`: nothing, as there will be no more. */
    async function behind(lastEventId: string | null): Promise<number[] | null> {
      const headers: Record<string, string> = lastEventId === null ? {} : { 'last-event-id': lastEventId };
      const response = await fetch(`${service.url}/v1/operations/${driven.id}/events`, { headers });
      if (response.status === 204) return null;
      expect(response.status).toBe(200);
      return [...(await response.text()).matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    }
    const kept = (): number[] => driven.events.map(({ sequence }) => sequence);

    test('begin with the earliest that is remembered, where the last one that they saw is not', async () => {
      const [earliest = 0] = kept();
      expect([kept().length, earliest]).toEqual([100, (kept().at(-1) ?? 0) - 99]);
      expect(earliest).toBeGreaterThan(2);
      expect(await behind('1')).toEqual(kept());
      expect(await behind(String(earliest - 1))).toEqual(kept());
      expect(await behind(String(earliest))).toEqual(kept().slice(1));
    });

    test('end where they saw the last one', async () => {
      const last = kept().at(-1) ?? 0;
      expect(await behind(String(last - 1))).toEqual([last]);
      expect(await behind(String(last))).toBeNull();
    });

    test.each<[string, string | null]>([
      ['none', null],
      ['an empty one', ''],
      ['a word', 'the-last'],
      ['a negative number', '-3'],
      ['a fraction', '120.5'],
      ['a number in another form', '1e2'],
      ['a hexadecimal one', '0x70'],
      ['one that was never given', '9000'],
      ['one that is too large', '9'.repeat(40)],
      ['a long one', 'x'.repeat(4000)],
    ])('begin with the earliest for an id that is none: %s', async (_, id) => {
      expect(await behind(id)).toEqual(kept());
    });
  });

  test('come as it goes on, until its end', async () => {
    const place = placeOf(await compare(word('The fee is 5.'), word('The fee is 7.')));
    const response = await fetch(`${service.url}${place}/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await response.text();
    expect([...text.matchAll(/^event: (\w+)$/gm)].map(([, state]) => state).at(-1)).toBe('succeeded');
    expect(text).toMatch(/^id: 1$/m);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventParser, readEvents, type SentEvent } from './events.ts';
import { Service } from './service.ts';

const ALL = fc.stringMatching(/^[a-z :\n]{0,12}$/);

test('events are the same wherever the text is cut', () => {
  const event = fc.record({
    id: fc.stringMatching(/^[a-z0-9]{1,4}$/),
    event: fc.constantFrom('', 'stage'),
    data: ALL,
  });
  const cuts = fc.array(fc.nat(200), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(event), fc.constantFrom('\n', '\r\n', '\r'), cuts, (events, end, places) => {
      const text = events.map((one) => written(one, end)).join('');
      const sorted = [
        0,
        ...places.map((place) => Math.min(place, text.length)).sort((a, b) => a - b),
        text.length,
      ];
      const parser = new EventParser('');
      const found = sorted.slice(1).flatMap((to, index) => [...parser.take(text.slice(sorted[index], to))]);
      // A lone CR at the very end may be half of a line's end.
      found.push(...(end === '\r' ? [...parser.take('x')] : []));
      expect(found).toEqual(events.map((one) => ({ ...one, event: one.event || 'message' })));
    }),
  );
});

function written({ id, event, data }: SentEvent, end: string): string {
  const lines = [': nothing', `id: ${id}`, ...(event === '' ? [] : [`event: ${event}`])];
  return [...lines, ...data.split('\n').map((line) => `data: ${line}`), '', ''].join(end);
}

test('a connection that is cut goes on behind the last event', async () => {
  const asked: (string | null)[] = [];
  const send: typeof fetch = async (_, init = {}) => {
    const last = new Headers(init.headers).get('Last-Event-ID');
    asked.push(last);
    if (asked.length === 2) throw new TypeError('fetch failed');
    const from = Number(last ?? '0') + 1;
    if (from > 6) return new Response(null, { status: 204 });
    // Two events, and the half of one.
    return new Response(
      `retry: 0\nid: ${from}\ndata: a\n\nid: ${from + 1}\ndata: b\n\nid: ${from + 2}\ndata: c\n`,
    );
  };
  const service = new Service('', { fetch: send, retries: { leastMs: 0, mostMs: 0 } });
  const ids: string[] = [];
  for await (const { id } of readEvents(service, '/v1/x')) ids.push(id);
  expect(ids).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(asked).toEqual([null, '2', '2', '4', '6']);
});

test('a service that does not come back is given up', async () => {
  const send: typeof fetch = async () => new Response('');
  const service = new Service('', { fetch: send, retries: { leastMs: 0, mostMs: 0 } });
  const reading = readEvents(service, '/v1/x').next();
  await expect(reading).rejects.toMatchObject({ problem: { code: 'client/unreachable' } });
});

test('an event without an end is none', () => {
  const parser = new EventParser('');
  expect(() => [...parser.take(`data: ${'x'.repeat(2 ** 20)}`)]).toThrow('client/unexpected-answer');
});

import { describe, expect, test } from 'vitest';
import { ProblemError, secondsIn } from './problem.ts';
import { pauseMs, RETRIES } from './retries.ts';
import { type Ask, Service, type ServiceOptions } from './service.ts';

/** A status, with headers and a code where there are such; `cut`: nothing answers. */
type Answer = number | 'cut' | { status: number; code?: string; retryAfter?: string };

const AT_ONCE = { leastMs: 0, mostMs: 0 };

/** A service that answers so, in turn, and what it was asked. */
function answering(answers: readonly Answer[], options: ServiceOptions = {}) {
  const asked: RequestInit[] = [];
  const send: typeof fetch = async (_, init = {}) => {
    const answer = answers[asked.length] ?? 'cut';
    asked.push(init);
    if (answer === 'cut') throw new TypeError('fetch failed');
    const {
      status,
      code = 'some/problem',
      retryAfter,
    } = typeof answer === 'number' ? { status: answer } : answer;
    const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
    return new Response(JSON.stringify({ code }), { status, headers });
  };
  return { service: new Service('http://x.test', { fetch: send, retries: AT_ONCE, ...options }), asked };
}

const POST: Ask = { method: 'POST', json: {} };

describe('what is sent again', () => {
  test.each<[string, readonly Answer[], Ask, number, number | 'fails']>([
    ['what succeeds is sent once', [200], {}, 1, 200],
    ['a cut is tried again', ['cut', 200], {}, 2, 200],
    ['also for what changes something', ['cut', 503, 201], POST, 3, 201],
    ['too many requests', [{ status: 429, retryAfter: '0' }, 200], {}, 2, 200],
    ['a request with this key at work', [{ status: 409, code: 'request/still-running' }, 200], POST, 2, 200],
    ['a conflict is final', [409, 200], POST, 1, 'fails'],
    ['a refusal is final', [403, 200], {}, 1, 'fails'],
    ['a stale state is final', [412, 200], POST, 1, 'fails'],
    ['four times at most', [503, 503, 503, 503, 200], {}, 4, 'fails'],
    ['not what asks for much time', [{ status: 503, retryAfter: '3600' }, 200], {}, 1, 'fails'],
    ['not what would be done twice', ['cut', 200], { ...POST, isRepeatable: false }, 1, 'fails'],
  ])('%s', async (_, answers, ask, times, expected) => {
    const { service, asked } = answering(answers);
    const outcome = await service.ask('/v1/x', ask).then(
      ({ status }) => status,
      () => 'fails',
    );
    expect([outcome, asked.length]).toEqual([expected, times]);
  });

  test('with the same key each time, and another for another request', async () => {
    const { service, asked } = answering(['cut', 500, 201, 'cut', 201]);
    await service.ask('/v1/x', POST);
    await service.ask('/v1/x', POST);
    const keys = asked.map(({ headers }) => new Headers(headers).get('Idempotency-Key'));
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('until somebody ends it', async () => {
    const end = new AbortController();
    const { service, asked } = answering([503, 503], {
      retries: { leastMs: 3_600_000, mostMs: 3_600_000, patienceMs: 0 },
    });
    const asking = service.ask('/v1/x', { signal: end.signal });
    await expect.poll(() => asked.length).toBe(1);
    end.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });

  test('what is refused for want of a credential, once one was renewed', async () => {
    let token = 'old';
    const renew = async () => {
      token = 'new';
      return true;
    };
    const { service, asked } = answering([401, 200], { key: () => token, renew });
    await service.ask('/v1/x');
    const sent = asked.map(({ headers }) => new Headers(headers).get('Authorization'));
    expect(sent).toEqual(['Bearer old', 'Bearer new']);
  });
});

test('an answer that was cut is asked for again', async () => {
  let times = 0;
  const send: typeof fetch = async () => new Response(++times === 1 ? '{"half":' : '{"whole":true}');
  const service = new Service('', { fetch: send, retries: AT_ONCE });
  expect(await service.read('/v1/x')).toEqual({ whole: true });
});

test.each([
  ['the first pause', 1, 0, 125],
  ['by chance twice as long', 1, 1, 250],
  ['each twice the one before', 3, 1, 1000],
])('%s', (_, failures, chance, expected) => {
  const failed = new ProblemError({ code: 'some/problem', status: 503 });
  expect(pauseMs(failed, failures, RETRIES, () => chance)).toBe(expected);
});

test.each([
  ['7', 7],
  ['Fri, 31 Dec 1999 23:59:59 GMT', 59],
  ['Fri, 31 Dec 1999 20:00:00 GMT', 0],
  ['soon', undefined],
  ['-3', undefined],
  [null, undefined],
])('Retry-After: %s', (given, expected) => {
  expect(secondsIn(given, Date.UTC(1999, 11, 31, 23, 59, 0))).toBe(expected);
});

import { describe, expect, test } from 'vitest';
import { JobError } from '../jobs/index.ts';
import { RedlineError } from '../redline/index.ts';
import { PROBLEMS, type ProblemCode, problemName, RequestError, toProblem } from './errors.ts';

const codes = Object.keys(PROBLEMS) as ProblemCode[];

describe('problems', () => {
  test.each(codes)('%s says enough', (code) => {
    const { status, title, advice } = PROBLEMS[code];
    expect(status).toSatisfy((value: number) => value >= 400 && value <= 507);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(advice).toMatch(/^.+\.$/);
    expect(problemName(code)).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test('have names of their own', () => {
    expect(new Set(codes.map(problemName)).size).toBe(codes.length);
  });

  test.each([
    [
      new RedlineError('limits/exceeded', 'Too much.', { limit: { name: 'entries', allowed: 1, found: 2 } }),
      { status: 413, code: 'limits/exceeded', detail: 'Too much.', details: { limit: { name: 'entries' } } },
      {},
    ],
    [new JobError('service/busy', 'Full.', 7), { status: 503, code: 'service/busy' }, { 'Retry-After': '7' }],
    [
      new RequestError('request/method-not-allowed', 'No.', { Allow: 'GET' }),
      { status: 405, type: '/problems/request-method-not-allowed', requestId: 'id' },
      { Allow: 'GET' },
    ],
  ])('%s', (error, problem, headers) => {
    expect(toProblem(error, 'id')).toMatchObject({ problem, headers, unexpected: false });
  });

  test.each([new Error('secret text'), new TypeError('secret text'), 'secret text', null])(
    'say nothing of what nobody foresaw: %s',
    (error) => {
      const { problem, unexpected } = toProblem(error, 'id');
      expect([problem.status, problem.code, unexpected]).toEqual([500, 'internal', true]);
      expect(JSON.stringify(problem)).not.toContain('secret');
    },
  );
});

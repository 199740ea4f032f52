import { expect, test } from 'vitest';
import { createLog, describeError, type LogFields } from './log.ts';

function capture(): { lines: Record<string, unknown>[]; log: ReturnType<typeof createLog> } {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: createLog('info', { write: (line) => void lines.push(JSON.parse(line)) }) };
}

test('writes what may be written, and nothing else', () => {
  const { lines, log } = capture();
  const fields = { status: 200, documentText: 'secret', fileName: 'secret.docx' } as LogFields;
  log.info('request', fields);
  expect(lines).toEqual([
    { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), status: 200, msg: 'request' },
  ]);
});

test('writes nothing when it is silent', () => {
  const lines: string[] = [];
  createLog('silent', { write: (line) => void lines.push(line) }).error('request');
  expect(lines).toEqual([]);
});

test.each([
  ['an error', new TypeError('secret text\n    at secret (line two)'), 'TypeError'],
  [
    'an error whose message changed',
    Object.assign(new Error('    at secret'), { message: 'other' }),
    'Error',
  ],
  ['a thrown text', 'secret text', 'string'],
])('says where %s came from, not what it says', (_, error, errorName) => {
  const described = describeError(error);
  expect(described.errorName).toBe(errorName);
  expect(JSON.stringify(described)).not.toContain('secret');
});

import { expect, test } from 'vitest';
import { Integrity } from './integrity.ts';
import { createLog } from './log.ts';
import { OutsideError, type OutsideFailure } from './outside-error.ts';

test.each<[string, OutsideFailure, string | null]>([
  ['BlobStore', 'damaged', 'integrity.damaged'],
  ['KeyService', 'damaged', 'integrity.damaged'],
  ['KeyService', 'refused', 'integrity.key-refused'],
  ['BlobStore', 'refused', null],
  ['BlobStore', 'unavailable', null],
  ['KeyService', 'unclear', null],
])('%s %s is told as %s, once', (port, failure, event) => {
  const lines: { msg: string; level: string; part: string; chore: string }[] = [];
  const integrity = new Integrity(createLog('info', { write: (line) => void lines.push(JSON.parse(line)) }));
  const error = new OutsideError(port, failure, 'x');
  for (let time = 0; time < 2; time += 1) integrity.note(error, { chore: 'a' });
  integrity.note(new Error('x'));
  const expected = event === null ? [] : [{ level: 'error', msg: event, part: port, chore: 'a' }];
  expect(lines).toMatchObject(expected);
  expect(lines).toHaveLength(expected.length);
  expect(integrity.failures).toBe(expected.length);
});

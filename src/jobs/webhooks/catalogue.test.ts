import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isFilter, isWanted, sequenceIn, WEBHOOK_EVENTS } from './catalogue.ts';

test('the page names every type, and no other', () => {
  const page = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w.-]+)` +\| (.+?) +\|$/gm)].map(([, type, title]) => ({
    type,
    title,
  }));
  expect(rows).toEqual(WEBHOOK_EVENTS);
});

test.each([
  ['*', 'document.created', true],
  ['document.*', 'document.created', true],
  ['document.created', 'document.created', true],
  ['document.created', 'document.deleted', false],
  ['doc.*', 'document.created', false],
  ['redline.*', 'document.created', false],
])('%s asks for %s: %s', (filter, type, expected) => {
  expect(isWanted([filter], type)).toBe(expected);
});

test.each(['document.read', 'documents.*', '', '**', '.*', 'document'])('%s is no filter', (filter) => {
  expect(isFilter(filter)).toBe(false);
});

test.each([
  '',
  'msg_0_000000000000000000000000',
  'msg_1',
  'msg_1_00000000000000000000000',
  'msg_1e3_000000000000000000000000',
])('%s is the id of no message', (id) => expect(sequenceIn(id)).toBeNull());

import { expect, test } from 'vitest';
import { chainOf } from '../../test/support/audit.ts';
import type { AuditQuery } from '../audit/index.ts';
import { SqliteAuditSink } from '../platform/embedded/index.ts';
import { exportedEvents } from './audit-export.ts';

const COUNT = 1700;

async function openSink() {
  const sink = SqliteAuditSink.open(':memory:');
  await sink.append(chainOf('t', COUNT));
  const asked: AuditQuery[] = [];
  const list = async (query: AuditQuery) => {
    asked.push(query);
    return await sink.list(query);
  };
  return { trail: { list }, asked };
}

test('an export reads no more than what is taken, and ends when nobody takes it', async () => {
  const { trail, asked } = await openSink();
  const stretch = { format: 'csv', after: 0, through: COUNT } as const;
  const pieces = exportedEvents(trail, { tenant: 't' }, stretch)[Symbol.asyncIterator]();
  await pieces.next();
  expect(asked).toHaveLength(0);
  await pieces.next();
  expect(asked).toHaveLength(1);
  await pieces.return?.();
  expect(await pieces.next()).toMatchObject({ done: true });
  expect(asked).toHaveLength(1);
});

test.each([
  [0, COUNT, 1, COUNT],
  [0, 1000, 1, 1000],
  [499, 1001, 500, 1001],
  [1650, 1699, 1651, 1699],
])('an export behind %i through %i has every event between, once', async (after, through, first, last) => {
  const { trail } = await openSink();
  let text = '';
  for await (const piece of exportedEvents(trail, { tenant: 't' }, { format: 'jsonl', after, through }))
    text += new TextDecoder().decode(piece);
  const sequences = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).sequence);
  expect(sequences).toEqual(Array.from({ length: last - first + 1 }, (_, at) => first + at));
});

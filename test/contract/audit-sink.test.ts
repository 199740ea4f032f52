import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SqliteAuditSink } from '../../src/platform/embedded/index.ts';
import { chainOf } from '../support/audit.ts';
import { describeAuditSink } from './audit-sink.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'redline-audit-')), 'audit.sqlite');

describeAuditSink('an embedded database', async () => {
  const path = newFile();
  const opened = [SqliteAuditSink.open(path)];
  const [sink] = opened;
  if (sink === undefined) throw new Error('It was just opened.');
  return {
    sink,
    reopen: async () => {
      const other = SqliteAuditSink.open(path);
      opened.push(other);
      return other;
    },
    age: async () => {},
    dispose: async () => {
      for (const one of opened) one.close();
      rmSync(join(path, '..'), { recursive: true });
    },
  };
});

test('another event in the place of one is damage, and nothing of the call is kept', async () => {
  const path = newFile();
  const sink = SqliteAuditSink.open(path);
  await sink.append(chainOf('t', 2));
  const others = chainOf('t', 4).map((event) =>
    event.sequence === 2 ? { ...event, hash: 'f'.repeat(64) } : event,
  );
  await expect(sink.append(others.toReversed())).rejects.toMatchObject({
    port: 'AuditSink',
    failure: 'damaged',
  });
  expect(await sink.last('t')).toBe(2);
  sink.close();
  rmSync(join(path, '..'), { recursive: true });
});

test('a file of a newer release is left alone', () => {
  const path = newFile();
  const newer = new Database(path);
  newer.exec('CREATE TABLE events (other TEXT); PRAGMA user_version = 99');
  newer.close();
  expect(() => SqliteAuditSink.open(path)).toThrow('Update it');
  rmSync(join(path, '..'), { recursive: true });
});

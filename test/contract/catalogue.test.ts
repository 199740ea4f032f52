import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SqliteCatalogue } from '../../src/platform/embedded/index.ts';
import { describeCatalogue } from './catalogue.ts';

const newFile = () => join(mkdtempSync(join(tmpdir(), 'redline-catalogue-')), 'catalogue.sqlite');

describeCatalogue('an embedded database', async () => {
  const path = newFile();
  const opened = [SqliteCatalogue.open(path)] as const;
  const others: SqliteCatalogue[] = [];
  return {
    catalogue: opened[0],
    reopen: async () => {
      const other = SqliteCatalogue.open(path);
      others.push(other);
      return other;
    },
    dispose: async () => {
      for (const one of [...opened, ...others]) one.close();
      rmSync(join(path, '..'), { recursive: true });
    },
  };
});

test('a file of another format is made anew', () => {
  const path = newFile();
  const old = new Database(path);
  old.exec('CREATE TABLE documents (other TEXT); PRAGMA user_version = 99');
  old.close();
  expect(() => SqliteCatalogue.open(path).close()).not.toThrow();
  rmSync(join(path, '..'), { recursive: true });
});

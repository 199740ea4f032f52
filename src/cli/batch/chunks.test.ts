import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examine } from './chunks.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'redline-chunks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, bytes: number): string => {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(bytes));
  return path;
};

test('documents are called the same in every run, however long each takes to read', async () => {
  const base = file('base.docx', 32 * 1024 * 1024);
  const pairs = [
    { name: 'a', original: base, modified: file('a.docx', 1), options: {} },
    { name: 'b', original: file('b1.docx', 1), modified: file('b2.docx', 1), options: {} },
    { name: 'c', original: base, modified: file('c.docx', 1), options: {} },
  ];
  const names = (await examine(pairs)).map((one) =>
    'error' in one ? [] : [one.original.name, one.modified.name],
  );
  expect(names).toEqual([
    ['0 base.docx', '1 a.docx'],
    ['2 b1.docx', '3 b2.docx'],
    ['0 base.docx', '4 c.docx'],
  ]);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { differences } from '../office/differences.ts';
import { isSettled, Office } from '../office/settle.ts';
import { redline } from '../support/cli.ts';

const sample = resolve(import.meta.dirname, '../../dist/sample');
const folder = mkdtempSync(join(tmpdir(), 'redline-office-'));
const made = join(folder, 'redline.docx');
const [original, modified] = [join(sample, 'original.docx'), join(sample, 'modified.docx')];
const office = new Office();

beforeAll(async () => {
  const { exitCode } = await redline(['compare', original, modified, '-o', made]);
  expect(exitCode).toBe(0);
  await office.start();
});
afterAll(() => {
  office.stop();
  rmSync(folder, { recursive: true });
});

/** Known of LibreOffice 7.4 (docs/libreoffice.md): it numbers notes in its own order, and knows no deletion within a move. */
const KNOWN = [/^notes: /, /"Term" became "sixty60Term"/, /"thirty \(30\)" became "sixtythirty \(6030\)"/];

test.each([
  ['reject', original],
  ['accept', modified],
] as const)(
  'LibreOffice comes to the same words when it %ss all changes of the sample',
  async (mode, input) => {
    const [expected, kept, found] = await office.settle(
      [
        { file: input, mode: 'keep' },
        { file: made, mode: 'keep' },
        { file: made, mode },
      ],
      60_000,
    );
    if (!isSettled(expected) || !isSettled(kept) || !isSettled(found))
      return expect.fail(JSON.stringify([expected, kept, found]));
    expect(expected.words.body.length).toBeGreaterThan(1000);
    expect(kept.changes).toBeGreaterThan(0);
    expect(found.changes).toBe(0);
    const unknown = differences(expected.words, found.words).filter(
      (one) => !KNOWN.some((pattern) => pattern.test(one)),
    );
    expect(unknown).toEqual([]);
  },
);

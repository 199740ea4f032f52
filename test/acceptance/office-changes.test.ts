import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
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

/** LibreOffice's own file of the redline: its marks, ids and order of properties. */
function savedByOffice(): string {
  const profile = pathToFileURL(join(folder, 'profile')).href;
  const saved = join(folder, 'saved');
  const command = [
    `-env:UserInstallation=${profile}`,
    '--headless',
    '--convert-to',
    'docx',
    '--outdir',
    saved,
  ];
  spawnSync(process.env.SOFFICE_PATH ?? 'soffice', [...command, made], { timeout: 60_000 });
  return join(saved, 'redline.docx');
}

const MODES = ['accept', 'reject'] as const;

/** Our decided document says what LibreOffice leaves when it decides all itself. */
async function isAsOffice(document: string, decided: string, mode: (typeof MODES)[number]): Promise<void> {
  const [kept, own, ours] = await office.settle(
    [
      { file: document, mode: 'keep' },
      { file: document, mode },
      { file: decided, mode: 'keep' },
    ],
    60_000,
  );
  if (!isSettled(kept) || !isSettled(own) || !isSettled(ours))
    return expect.fail(JSON.stringify([kept, own, ours]));
  expect(kept.changes).toBeGreaterThan(50);
  expect(ours.changes).toBe(0);
  const unknown = differences(ours.words, own.words).filter((one) => !KNOWN.some((p) => p.test(one)));
  expect(unknown).toEqual([]);
}

test.each(MODES)('what "redline %s" leaves of the sample is what LibreOffice leaves of it', async (mode) => {
  const decided = join(folder, `${mode}.docx`);
  const { exitCode } = await redline([mode, made, '--all', '-o', decided]);
  expect(exitCode).toBe(0);
  await isAsOffice(made, decided, mode);
});

test.each(MODES)('what LibreOffice saved is decided: %s', async (mode) => {
  const saved = savedByOffice();
  const decided = join(folder, `saved-${mode}.docx`);
  const { exitCode, stdout } = await redline([mode, saved, '--all', '-o', decided, '--json']);
  expect([exitCode, JSON.parse(stdout.toString())]).toMatchObject([0, { left: 0 }]);
  await isAsOffice(saved, decided, mode);
});

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redline } from '../support/cli.ts';

const sample = resolve(import.meta.dirname, '../../dist/sample');
const folder = mkdtempSync(join(tmpdir(), 'redline-office-'));
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  for (const name of ['original', 'modified']) {
    copyFileSync(join(sample, `${name}.docx`), file(`${name}.docx`));
  }
  const made = await redline([
    ...['compare', file('original.docx'), file('modified.docx')],
    ...['-o', file('redline.docx')],
  ]);
  expect(made.exitCode).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Converts a document with another word processor; a document that it cannot read leaves no file behind. */
function convert(name: string, format: string): Buffer {
  const profile = pathToFileURL(file('profile')).href;
  const command = [
    `-env:UserInstallation=${profile}`,
    '--headless',
    '--convert-to',
    format,
    '--outdir',
    folder,
  ];
  spawnSync(process.env.SOFFICE_PATH ?? 'soffice', [...command, file(`${name}.docx`)], { timeout: 60_000 });
  return readFileSync(file(`${name}.${format}`));
}

describe('LibreOffice', () => {
  test.each(['original', 'modified', 'redline'])('opens the %s of the sample, on about ten pages', (name) => {
    const pages = convert(name, 'pdf')
      .toString('latin1')
      .match(/\/Type\s*\/Page\b/g)?.length;
    expect(pages).toBeGreaterThanOrEqual(9);
    expect(pages).toBeLessThanOrEqual(14);
  });
});

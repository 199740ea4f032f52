import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { type Browser, chromium } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revision } from '../../scripts/sample/content/modified.ts';
import { original } from '../../scripts/sample/content/original.ts';
import { revise } from '../../scripts/sample/edits.ts';
import { pack } from '../../scripts/sample/pack.ts';
import { render } from '../../scripts/sample/render.ts';
import { readConfig } from '../../src/config.ts';
import { printable } from '../../src/jobs/index.ts';
import { nodeCodec } from '../../src/kit/index.ts';
import { openProgramPrinter } from '../../src/platform/embedded/index.ts';
import {
  changeReport,
  compare,
  compareOptions,
  DEFAULT_LIMITS,
  renderHtml,
  reportHtml,
} from '../../src/redline/index.ts';

// What the sample looks like, against pictures that were looked at. `REDLINE_GOLDENS=write` makes them anew.

const GOLDENS = join(import.meta.dirname, 'goldens');
const SEEN = join(import.meta.dirname, '../../test-results/pictures');
const SIZE = { width: 960, height: 720 };
/** Pictures are kept a third of their size, and compared by the means of larger squares: letters differ between machines. */
const [KEPT, COMPARED] = [3, 3];
/** Share of squares that may differ. */
const MOST = 0.03;

const [before, after] = await Promise.all([
  pack(render(original), '2026-02-02T09:00:00Z'),
  pack(render(revise(original, revision)), '2026-02-23T16:30:00Z'),
]);
const options = compareOptions({ author: 'Redline', date: '2026-03-01T00:00:00Z' });
const { redline } = compare(before, after, options, nodeCodec);
const report = changeReport(
  redline,
  {
    original: 'draft-1.docx',
    modified: 'draft-2.docx',
    date: '2026-03-01T00:00:00Z',
    limits: DEFAULT_LIMITS,
  },
  nodeCodec,
);

let browser: Browser;
beforeAll(async () => {
  mkdirSync(SEEN, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
  });
});
afterAll(() => browser.close());

async function shot(html: string, colorScheme: 'light' | 'dark', at: string): Promise<Buffer> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme });
  try {
    await page.setContent(html);
    // Groups of blocks are painted only where somebody looks.
    await page
      .getByText(at)
      .first()
      .evaluate((element) => element.scrollIntoView());
    await page.evaluate(() => new Promise(requestAnimationFrame));
    return await page.screenshot();
  } finally {
    await page.close();
  }
}

/** The picture by the means of squares of so many pixels. */
function squares(png: PNG, side: number): PNG {
  const [width, height] = [Math.floor(png.width / side), Math.floor(png.height / side)];
  const small = new PNG({ width, height });
  for (let at = 0; at < width * height * 4; at++) {
    const [channel, x, y] = [at % 4, Math.floor(at / 4) % width, Math.floor(at / 4 / width)];
    let sum = 0;
    for (let dy = 0; dy < side; dy++)
      for (let dx = 0; dx < side; dx++)
        sum += png.data[((y * side + dy) * png.width + x * side + dx) * 4 + channel] ?? 0;
    small.data[at] = sum / side ** 2;
  }
  return small;
}

/** Share of squares in which a picture differs from the one that was looked at. */
function differs(name: string, picture: Buffer): number {
  writeFileSync(join(SEEN, `${name}.png`), picture);
  const golden = join(GOLDENS, `${name}.png`);
  const fresh = squares(PNG.sync.read(picture), KEPT);
  if (process.env.REDLINE_GOLDENS === 'write') writeFileSync(golden, PNG.sync.write(fresh, { colorType: 2 }));
  const [seen, known] = [fresh, PNG.sync.read(readFileSync(golden))].map((png) => squares(png, COMPARED));
  if (seen === undefined || known === undefined) throw new Error('no picture');
  expect([seen.width, seen.height]).toEqual([known.width, known.height]);
  const count = pixelmatch(seen.data, known.data, undefined, seen.width, seen.height, {
    threshold: 0.06,
    includeAA: true,
  });
  return count / (seen.width * seen.height);
}

const PAGES = {
  inline: renderHtml(redline, nodeCodec, DEFAULT_LIMITS),
  columns: renderHtml(redline, nodeCodec, DEFAULT_LIMITS, 'side-by-side'),
  report: reportHtml(report),
};

describe('the sample looks as it did', () => {
  test.each([
    ['inline', 'light', 'Insurance'],
    ['inline', 'dark', 'Insurance'],
    ['columns', 'light', 'Insurance'],
    ['report', 'light', 'Change report'],
    ['report', 'dark', 'Change report'],
  ] as const)('%s, %s', async (page, scheme, at) => {
    expect(differs(`${page}-${scheme}`, await shot(PAGES[page], scheme, at))).toBeLessThanOrEqual(MOST);
  });

  const { printer: programs } = readConfig({}, process.env);
  const POPPLER = process.env.PDFTOPPM_PATH ?? '/usr/bin/pdftoppm';
  // `npm test` installs both; who runs this suite alone may have neither.
  test.skipIf(programs.office === null || !existsSync(POPPLER)).each([
    ['blackline', 2],
    ['redline', 2],
    ['report', 1],
  ] as const)('the PDF of the %s, page %d', async (subject, number) => {
    const printer = openProgramPrinter({ ...programs, browser: null });
    const printed = await printer.print(
      'docx',
      await printable(redline, subject, 'docx', DEFAULT_LIMITS),
      new AbortController().signal,
    );
    const folder = mkdtempSync(join(tmpdir(), 'redline-picture-'));
    try {
      writeFileSync(join(folder, 'a.pdf'), 'pdf' in printed ? printed.pdf : '');
      const page = ['-f', String(number), '-l', String(number), '-r', '80', '-singlefile'];
      execFileSync(POPPLER, [...page, '-png', join(folder, 'a.pdf'), join(folder, 'a')]);
      expect(differs(`pdf-${subject}`, readFileSync(join(folder, 'a.png')))).toBeLessThanOrEqual(MOST);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('and a picture without its marks would be noticed', async () => {
    const bare = PAGES.inline.replace(/^(?:ins|del|\.move|\.hanging\.changed).*$/gm, '');
    const name = process.env.REDLINE_GOLDENS;
    if (name === 'write') return;
    expect(differs('inline-light', await shot(bare, 'light', 'Insurance'))).toBeGreaterThan(2 * MOST);
  });
});

import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare as compareDocuments, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { buildDocx, documentXml } from '../support/package.ts';
import { compare, docx, openStage, type Stage, shoot, takeSample, type Visit } from './browser.ts';

let stage: Stage;
let visit: Visit;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  visit = await stage.open();
});
afterEach(async () => {
  expect(visit.faults).toEqual([]);
  await visit.end();
});

const contract = (...paragraphs: string[]): Uint8Array =>
  buildDocx({
    'word/document.xml': documentXml(
      `${paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('')}<w:sectPr/>`,
    ),
  });
const ORIGINAL = contract(
  'Payment is due within thirty days.',
  'The term is two years.',
  'Notices are in writing.',
);
const MODIFIED = contract(
  'Payment is due within sixty days.',
  'The term is two years.',
  'Notices are by email in writing.',
);

describe('the sample', () => {
  test('from one click to a redline that is proven, and to its file', async () => {
    const { page } = visit;
    await takeSample(page);
    const changes = Number(
      (await page.getByRole('heading', { level: 1 }).textContent())?.match(/^(\d+) changes$/)?.[1],
    );
    expect(changes).toBeGreaterThan(20);
    await page.getByText('Proven exact').click();
    await expect
      .poll(() => page.locator('.proof').textContent())
      .toMatch(/equals your original.*equals your modified/);
    for (const kind of ['Replaced', 'Inserted', 'Deleted', 'Moved ↕', 'Formatted'])
      expect(await page.locator('.kind', { hasText: kind }).count(), kind).toBe(1);
    expect(await page.locator('.change').count()).toBe(changes);

    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: /Download/ }).click();
    const file = await readFile(await (await downloading).path());
    expect(file.subarray(0, 2).toString()).toBe('PK');
    await shoot(page, 'sample');
  });

  test('moves lead to their other end and back, without leaving the page', async () => {
    const { page } = visit;
    await takeSample(page);
    const address = page.url();
    const link = page.locator('.move-from .move-link').first();
    await link.click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('move-to');
    expect(page.url()).toBe(address);
  });

  test('a reload shows the same result; the way back leads to the beginning', async () => {
    const { page } = visit;
    await takeSample(page);
    const heading = await page.getByRole('heading', { level: 1 }).textContent();
    await page.reload();
    await page.locator('.paper article').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(heading);
    await page.getByRole('button', { name: 'Start over', exact: true }).click();
    await page.getByRole('button', { name: 'Compare' }).waitFor();
    await page.goBack();
    await page.locator('.paper article').waitFor();
  });
});

describe('two files', () => {
  test('dropped on the page, compared by keyboard', async () => {
    const { page } = visit;
    const files = [...ORIGINAL];
    const others = [...MODIFIED];
    const data = await page.evaluateHandle(
      ([a, b]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(a ?? [])], 'old.docx'));
        transfer.items.add(new File([new Uint8Array(b ?? [])], 'new.docx'));
        return transfer;
      },
      [files, others],
    );
    await page.locator('.zone label').first().dispatchEvent('drop', { dataTransfer: data });
    expect(await page.locator('.zone-name').allTextContents()).toEqual(['old.docx', 'new.docx']);
    await page.getByRole('button', { name: 'Compare' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.paper article').waitFor();
    expect(await page.locator('.paper').textContent()).toContain('within thirtysixty days');
    expect(await page.locator('.names').textContent()).toContain('old.docx');
  });

  test('chosen, swapped, with an author of their own', async () => {
    const { page } = visit;
    await page.getByLabel(/^Original/).setInputFiles(docx('new.docx', MODIFIED));
    await page.getByLabel(/^Modified/).setInputFiles(docx('old.docx', ORIGINAL));
    await page.getByRole('button', { name: 'Swap original and modified' }).click();
    await page.getByText('Options').click();
    await page.getByLabel('Author of the changes').fill('Ada & Co');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.locator('.paper article').waitFor();
    expect(await page.locator('.paper del').first().textContent()).toBe('thirty');
    expect(await page.locator('.paper del').first().getAttribute('data-author')).toBe('Ada & Co');
  });

  test('that say the same', async () => {
    const { page } = visit;
    await compare(page, docx('a.docx', ORIGINAL), docx('b.docx', ORIGINAL));
    await page.locator('.paper article').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('No differences');
    expect(await page.locator('.steps').count()).toBe(0);
    await shoot(page, 'identical');
  });
});

describe('reading by keyboard', () => {
  test('n and p walk through the changes, with focus, place and words in step', async () => {
    const { page } = visit;
    await takeSample(page);
    const total = await page.locator('.change').count();
    const position = page.locator('.steps-at');
    const spoken = page.locator('.steps [aria-live]');
    for (const [key, place] of [
      ['n', 1],
      ['j', 2],
      ['n', 3],
      ['p', 2],
      ['k', 1],
      ['p', total],
      ['n', 1],
    ] as const) {
      await page.keyboard.press(key);
      expect(await position.textContent()).toBe(`${place} of ${total}`);
      expect(await spoken.textContent()).toMatch(new RegExp(`^Change ${place} of ${total}\\. `));
      expect(await page.evaluate(() => document.activeElement?.classList.contains('current'))).toBe(true);
    }
    await page.keyboard.press('p');
    await expect
      .poll(() =>
        page.evaluate(() => {
          const { top, bottom } = document.activeElement?.getBoundingClientRect() ?? { top: -1, bottom: -1 };
          return top >= 0 && bottom <= innerHeight;
        }),
      )
      .toBe(true);
  });

  test('the keys can be turned off, and rest while someone types', async () => {
    const { page } = visit;
    await takeSample(page);
    await page.getByRole('checkbox', { name: /Keys/ }).uncheck();
    await page.keyboard.press('n');
    expect(await page.locator('.current').count()).toBe(0);
  });

  test('the buttons, the list and a click in the text lead to the same', async () => {
    const { page } = visit;
    await takeSample(page);
    await page.getByRole('button', { name: 'Next change' }).click();
    expect(await page.locator('.change[aria-current]').count()).toBe(1);
    await page.locator('.change').nth(4).click();
    expect(await page.locator('.steps-at').textContent()).toMatch(/^5 of /);
    await page.locator('.paper ins.current, .paper del.current').first().waitFor();
    await page.locator('.page ins').nth(6).click();
    expect(await page.locator('.steps-at').textContent()).not.toMatch(/^5 of /);
  });

  test('a kind that is turned off is passed over', async () => {
    const { page } = visit;
    await takeSample(page);
    const moved = page.locator('.kind', { hasText: 'Moved' });
    const count = Number(await moved.locator('.kind-count').textContent());
    for (const kind of ['Replaced', 'Inserted', 'Deleted', 'Formatted'])
      await page.locator('.kind', { hasText: kind }).click();
    await page.keyboard.press('n');
    expect(await page.locator('.steps-at').textContent()).toBe(`1 of ${count}`);
    expect(await page.locator('.change-kind').allTextContents()).toEqual(Array(count).fill('Moved'));
  });
});

describe('a long document', () => {
  const paragraphs = (word: string) =>
    Array.from(
      { length: 3000 },
      (_, i) => `Clause ${i} binds the parties for ${i % 3 === 0 ? word : 'ten'} days after notice ${i}.`,
    );
  const [long, longer] = [contract(...paragraphs('thirty')), contract(...paragraphs('sixty'))];

  test('a thousand changes: the last is one key away', async () => {
    const { page } = visit;
    const options = { author: 'Redline', date: null, limits: DEFAULT_LIMITS };
    const { counts } = compareDocuments(long, longer, options, nodeCodec).report;
    await compare(page, docx('a.docx', long), docx('b.docx', longer));
    await page.locator('.paper article').waitFor();
    expect(await page.locator('.paper [data-kind=insertion]').count()).toBeGreaterThanOrEqual(
      counts.insertions,
    );
    expect(await page.locator('.page').count()).toBe(50);
    await page.keyboard.press('p');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getBoundingClientRect().top))
      .toBeGreaterThan(0);
    expect(await page.locator('.steps-at').textContent()).toMatch(/^(1,000) of \1$/);
    await shoot(page, 'long');
  });
});

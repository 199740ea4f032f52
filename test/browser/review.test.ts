import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { textPdf } from '../support/files.ts';
import {
  docx,
  expectAccessible,
  expectNoSidewaysScroll,
  openStage,
  type Stage,
  shoot,
  type Visit,
} from './browser.ts';
import { addVersion, contract, type Kept, keep, openDocument, row, stored } from './kept.ts';

let stage: Stage;
let visit: Visit;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  visit = await stage.open();
});
afterEach(() => visit.end());

const WORDS = ['ten', 'twelve', 'two', 'three', 'may', 'shall', 'Rome', 'Bern'] as const;
const terms = (days: string, years: string, can: string, town: string) =>
  contract(
    `Payment is due within ${days} days.`,
    `The term is ${years} years.`,
    `The Supplier ${can} subcontract.`,
    `Disputes are heard in ${town}.`,
  );
const BEFORE = terms('ten', 'two', 'may', 'Rome');
const AFTER = terms('twelve', 'three', 'shall', 'Bern');

async function twoVersions(name: string): Promise<Kept> {
  return await addVersion(stage.service, await keep(stage.service, name, BEFORE), AFTER);
}

/** Compares the two versions of a document on its page. */
async function compareVersions(page: Page, kept: Kept): Promise<void> {
  await openDocument(stage.service, page, kept);
  await page.getByLabel('Compare version 1').check();
  await page.getByLabel('Compare version 2').check();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.locator('.paper article').waitFor();
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });
const standing = (page: Page) =>
  page.locator('.paper article').evaluate((article) => {
    const copy = article.cloneNode(true) as HTMLElement;
    for (const gone of copy.querySelectorAll('del')) gone.remove();
    return copy.textContent ?? '';
  });

interface Versions {
  readonly versions: readonly { readonly number: number; readonly origin: object }[];
}

/** What the service says of the redline that a page shows. */
async function historyOf(page: Page): Promise<Versions['versions']> {
  const [, document, redline] = /documents\/(\w+)\/redlines\/(\w+)/.exec(page.url()) ?? [];
  const address = `${stage.service.url}/v1/documents/${document}/redlines/${redline}`;
  return ((await (await fetch(`${address}/versions`)).json()) as Versions).versions;
}

describe('two versions compared', () => {
  test('give a redline that is proven, kept, and found again', async () => {
    const { page, faults } = visit;
    const kept = await twoVersions('compared.docx');
    await compareVersions(page, kept);
    await heading(page, '4 changes').waitFor();
    expect(await page.locator('.paper').textContent()).toContain('within tentwelve days');
    expect(await page.locator('.names').textContent()).toContain('compared.docx, version 1');
    expect(await page.getByText('Proven exact').count()).toBe(1);
    await expectAccessible(page);
    await page.reload();
    await heading(page, '4 changes').waitFor();
    await page.getByRole('link', { name: 'Redline: back to compared.docx' }).click();
    await page.getByRole('link', { name: 'Version 1 with version 2' }).click();
    await heading(page, '4 changes').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: /Download/ }).click();
    const file = await readFile(await (await downloading).path());
    expect(file.subarray(0, 2).toString()).toBe('PK');
    expect(faults).toEqual([]);
  });

  test('of a later one with the one before it, from the history', async () => {
    const { page } = visit;
    await openDocument(stage.service, page, await twoVersions('neighbours.docx'));
    await page.getByRole('button', { name: 'Compare with version 1' }).click();
    await heading(page, '4 changes').waitFor();
  });

  test('at most two are chosen, and one that cannot be compared offers it not', async () => {
    const { page } = visit;
    const second = await twoVersions('three.docx');
    await openDocument(
      stage.service,
      page,
      await addVersion(stage.service, second, Buffer.from(textPdf('x'))),
    );
    await page.getByLabel('Compare version 1').check();
    expect(await page.getByRole('button', { name: 'Compare', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Compare version 2').check();
    await page.getByText('Version 1 with version 2').waitFor();
    expect(await page.getByLabel('Compare version 3').count()).toBe(0);
  });

  test('a redline is deleted, and that undone', async () => {
    const { page, faults } = visit;
    const kept = await twoVersions('removed.docx');
    await compareVersions(page, kept);
    await heading(page, '4 changes').waitFor();
    await openDocument(stage.service, page, kept);
    await page.getByRole('button', { name: 'Delete the redline of Version 1 with version 2' }).click();
    await page.getByText('The redline is deleted.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'Version 1 with version 2' }).waitFor();
    expect(faults).toEqual([]);
  });
});

describe('a file compared with a document', () => {
  test('goes up like any other, and opens as a redline', async () => {
    const { page, faults } = visit;
    await openDocument(stage.service, page, await keep(stage.service, 'sent.docx', BEFORE));
    await page.getByLabel('Compare with a file').setInputFiles(docx('returned.docx', AFTER));
    await heading(page, '4 changes').waitFor();
    expect(await page.locator('.names').textContent()).toMatch(/sent\.docx, version 1.*returned\.docx/);
    expect(await row(page, 'returned.docx').textContent()).toContain('Compared; the redline is kept');
    expect(faults).toEqual([]);
  });

  test('that is none says so, and nothing is kept', async () => {
    const { page } = visit;
    const kept = await keep(stage.service, 'alone.docx', BEFORE);
    await openDocument(stage.service, page, kept);
    await page.getByLabel('Compare with a file').setInputFiles(docx('cut.docx', AFTER.slice(0, 500)));
    await row(page, 'cut.docx').getByText('The document is damaged').waitFor();
    const answer = await fetch(`${stage.service.url}/v1/documents/${kept.id}/redlines`);
    expect(await answer.json()).toMatchObject({ redlines: [] });
  });
});

describe('changes are decided', () => {
  test('by key: each is a commit, shown at once, and taken back', async () => {
    const { page, faults } = visit;
    await compareVersions(page, await twoVersions('by key.docx'));
    await page.keyboard.press('n');
    await page.keyboard.press('a');
    await page.getByText('Version 2 of this redline').waitFor();
    await heading(page, '3 changes left').waitFor();
    expect(await page.locator('.steps-at').textContent()).toBe('1 of 3');
    await page.keyboard.press('r');
    await heading(page, '2 changes left').waitFor();
    await page.getByText('Version 3 of this redline').waitFor();
    expect(await standing(page)).toContain('within twelve days');
    expect(await standing(page)).toContain('is two years');
    const origins = (await historyOf(page)).map(({ number, origin }) => [number, origin]);
    expect(origins).toMatchObject([
      [3, { kind: 'decided', counts: { accepted: 0, rejected: 1 } }],
      [2, { kind: 'decided', counts: { accepted: 1, rejected: 0 } }],
      [1, { kind: 'compared' }],
    ]);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Undo' }).click();
    await heading(page, '3 changes left').waitFor();
    expect(faults).toEqual([]);
  });

  test('by button, which keeps the focus', async () => {
    const { page, faults } = visit;
    await compareVersions(page, await twoVersions('by button.docx'));
    const accept = page.getByRole('button', { name: 'Accept this change' });
    expect(await accept.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Next change' }).click();
    for (const left of ['3 changes left', '2 changes left', '1 change left', 'No changes left']) {
      if (left !== '3 changes left')
        expect(await accept.evaluate((button) => button === document.activeElement)).toBe(true);
      await accept.click();
      await heading(page, left).waitFor();
      await page.getByText(/Version \d of this redline/).waitFor();
    }
    for (const word of ['twelve', 'three', 'shall', 'Bern']) expect(await standing(page)).toContain(word);
    expect(faults).toEqual([]);
  });

  test('fast: what is decided while a commit is under way goes into one more', async () => {
    const { page, faults } = visit;
    await compareVersions(page, await twoVersions('fast.docx'));
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await page.route('**/decisions', async (route) => {
      await gate;
      await route.continue();
    });
    await page.keyboard.press('n');
    for (const key of 'arra') await page.keyboard.press(key);
    await heading(page, 'No changes left').waitFor();
    open();
    await page.getByText('Version 3 of this redline').waitFor();
    expect((await historyOf(page)).map(({ origin }) => origin)).toMatchObject([
      { kind: 'decided', counts: { accepted: 1, rejected: 2 } },
      { kind: 'decided', counts: { accepted: 1, rejected: 0 } },
      { kind: 'compared' },
    ]);
    expect(await standing(page)).toMatch(/twelve.*two.*may.*Bern/s);
    expect(faults).toEqual([]);
  });

  test('all at once, and the result becomes a version of the document', async () => {
    const { page, faults } = visit;
    const kept = await twoVersions('finished.docx');
    await compareVersions(page, kept);
    await page.getByRole('button', { name: 'Reject all 4' }).click();
    await page.getByText('Version 2 of this redline').waitFor();
    expect(await page.getByRole('button', { name: /^(Accept|Reject)/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Add to the document as a version' }).click();
    await row(page, 'finished.docx').getByText('Kept as version 3').waitFor();
    expect(await stored(stage.service, 'finished.docx')).toMatchObject([{ versions: 3 }]);
    await page.getByRole('link', { name: 'Redline: back to finished.docx' }).click();
    await page.getByRole('link', { name: 'View version 3' }).click();
    for (const [at, word] of WORDS.entries())
      expect((await page.locator('.paper').textContent())?.includes(` ${word}`), word).toBe(at % 2 === 0);
    expect(faults).toEqual([]);
  });

  test('but not blindly: what someone else decided first is said, and shown', async () => {
    const { page } = visit;
    await compareVersions(page, await twoVersions('contested.docx'));
    const other = await stage.open();
    await other.page.goto(page.url());
    await heading(other.page, '4 changes').waitFor();
    await other.page.getByRole('button', { name: 'Accept all 4' }).click();
    await other.page.getByText('Version 2 of this redline').waitFor();
    await other.end();
    await page.keyboard.press('n');
    await page.keyboard.press('r');
    await page.getByText('Changed by someone else').waitFor();
    await heading(page, '4 changes').waitFor();
    await expectAccessible(page);
    await shoot(page, 'review-contested');
    await page.getByRole('button', { name: 'Reload' }).click();
    await heading(page, 'No changes left').waitFor();
    expect(await standing(page)).toContain('within twelve days');
    expect(await historyOf(page)).toHaveLength(2);
  });

  test('a service that goes away in between is said, and nothing is lost', async () => {
    const { page } = visit;
    await compareVersions(page, await twoVersions('cut off.docx'));
    await page.context().setOffline(true);
    await page.keyboard.press('n');
    await page.keyboard.press('a');
    await page.getByText('The service cannot be reached').waitFor();
    await heading(page, '4 changes').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByText('The service cannot be reached').count()).toBe(0);
    await page.keyboard.press('n');
    await page.keyboard.press('a');
    await page.getByText('Version 2 of this redline').waitFor();
  });
});

test('a redline that is not there says so', async () => {
  const { page } = visit;
  const kept = await keep(stage.service, 'without.docx', BEFORE);
  await page.goto(`${stage.service.url}/documents/${kept.id}/redlines/r_00000000000000000000000000000000`);
  await page.getByRole('alert').getByText('There is no such redline').waitFor();
  await expectAccessible(page);
});

const LOOKS = [
  ['light', { viewport: { width: 1360, height: 900 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1360, height: 900 }, colorScheme: 'dark' }],
  ['a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true }],
  ['a phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true }],
] as const;

test.each(LOOKS)('everybody can review: %s', async (name, options) => {
  const { page, faults, end } = await stage.open(options);
  await compareVersions(
    page,
    await twoVersions('A lease with a name that is rather long, second draft.docx'),
  );
  await page.getByRole('button', { name: 'Next change' }).click();
  await page.getByRole('button', { name: 'Accept this change' }).click();
  await page.getByText('Version 2 of this redline').waitFor();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await shoot(page, `review-${name.replaceAll(/\W+/g, '-')}`);
  expect(faults).toEqual([]);
  await end();
});

import { readFile } from 'node:fs/promises';
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
import { addVersion, contract, keep, openDocument, openList, picker, row, stored } from './kept.ts';

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

describe('the list', () => {
  beforeAll(async () => {
    for (let i = 1; i <= 53; i++)
      await keep(
        stage.service,
        `listed ${String(i).padStart(2, '0')}.docx`,
        contract('x'),
        i % 2 ? [] : ['even'],
      );
    await keep(stage.service, 'listed picture.pdf', Buffer.from(textPdf('picture')));
  });

  test('is searched, filtered and sorted, and a reload and the way back show the same', async () => {
    const { page, faults } = visit;
    await openList(stage.service, page);
    const found = page.waitForResponse(/name=LISTED/);
    await page.getByLabel('Search by name').fill('LISTED');
    await found;
    await page.getByRole('button', { name: 'Name' }).click();
    await page.getByRole('row', { name: /listed 01/ }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe(
      'ascending',
    );
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('Documents 51–54').waitFor();
    await page.getByRole('link', { name: 'listed 53.docx' }).click();
    await page.getByRole('heading', { level: 1, name: 'listed 53.docx' }).waitFor();
    await page.goBack();
    await page.getByText('Documents 51–54').waitFor();
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('Documents 1–50').waitFor();
    await page.getByLabel('Kind').selectOption({ label: 'PDF' });
    await page.getByText('Documents 1–1, all of them').waitFor();
    await page.reload();
    await page.getByText('Documents 1–1, all of them').waitFor();
    expect(await page.getByLabel('Search by name').inputValue()).toBe('LISTED');
    await page.getByLabel('Kind').selectOption({ label: 'All kinds' });
    await page.getByRole('button', { name: 'Only documents labelled even' }).first().click();
    await page.getByText('Documents 1–26, all of them').waitFor();
    await page.getByLabel('Search by name').fill('nothing is called this');
    await page.getByText('No document fits.').waitFor();
    await page.getByRole('button', { name: 'Show all documents' }).click();
    await page.getByText('Documents 1–50').waitFor();
    expect(faults).toEqual([]);
  });

  test('is empty at first, and says what to do', async () => {
    const other = await openStage();
    const { page, faults, end } = await other.open();
    await page.getByRole('link', { name: 'Documents' }).click();
    await page.getByText('Nothing is kept yet').waitFor();
    await expectAccessible(page);
    await shoot(page, 'documents-empty');
    await page.locator('.nothing input[type=file]').setInputFiles(docx('first.docx', contract('First.')));
    await page.getByRole('row', { name: /first\.docx/ }).waitFor();
    expect(faults).toEqual([]);
    await end();
    await other.close();
  });
});

describe('a document', () => {
  test('is renamed and labelled where it stands, by keyboard', async () => {
    const { page, faults } = visit;
    await openDocument(stage.service, page, await keep(stage.service, 'before.docx', contract('x')));
    await page.getByRole('button', { name: 'Rename' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('after');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'after.docx' }).waitFor();
    await page.getByLabel('Add a label').fill('leases');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove the label leases' }).waitFor();
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.keyboard.type('never');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { level: 1, name: 'after.docx' }).waitFor();
    expect(await page.title()).toBe('after.docx · Redline');
    await page.getByRole('button', { name: 'Remove the label leases' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Remove the label leases' }).count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test('is deleted, and that undone', async () => {
    const { page, faults } = visit;
    const kept = await keep(stage.service, 'deleted and back.docx', contract('x'));
    await openDocument(stage.service, page, kept);
    await page.getByRole('button', { name: 'Delete' }).click();
    const undo = page.getByRole('button', { name: 'Undo: restore it' });
    await undo.waitFor();
    expect(await undo.evaluate((button) => button === document.activeElement)).toBe(true);
    await expectAccessible(page);
    await openList(stage.service, page, '?state=deleted&name=deleted and back');
    await page.getByRole('button', { name: 'Restore deleted and back.docx' }).click();
    await page.getByText('No deleted document fits.').waitFor();
    await openDocument(stage.service, page, kept);
    await page.getByRole('button', { name: 'Delete' }).click();
    await undo.waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Delete' }).waitFor();
    expect(faults).toEqual([]);
  });

  test('that someone else changed is not changed blindly', async () => {
    const { page } = visit;
    const kept = await keep(stage.service, 'shared.docx', contract('x'));
    await openDocument(stage.service, page, kept);
    await addVersion(stage.service, kept, contract('y'));
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Changed by someone else').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('heading', { level: 3, name: 'Version 2' }).waitFor();
    expect(await page.getByText('Changed by someone else').count()).toBe(0);
  });

  test('has a history: viewed, downloaded, restored, copied', async () => {
    const { page, faults } = visit;
    const first = contract('The term is two years.');
    const kept = await addVersion(
      stage.service,
      await keep(stage.service, 'storied.docx', first),
      contract('The term is three years.'),
    );
    await openDocument(stage.service, page, kept);
    const entries = page.locator('.entry h3');
    expect(await entries.allTextContents()).toEqual(['Version 2current', 'Version 1']);
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download version 1' }).click();
    const file = await readFile(await (await downloading).path());
    expect(file.equals(Buffer.from(first))).toBe(true);
    await page.getByRole('link', { name: 'View version 1' }).click();
    await page.locator('.paper').getByText('The term is two years.').waitFor();
    await expectAccessible(page);
    await page.goBack();
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await page.getByText('Restored from version 1').waitFor();
    expect(await entries.allTextContents()).toEqual(['Version 3current', 'Version 2', 'Version 1']);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('heading', { level: 1, name: 'Copy of storied.docx' }).waitFor();
    await page.getByText('Copied from another document').waitFor();
    expect(faults).toEqual([]);
  });

  test('gets a version by upload, also after someone else got there first', async () => {
    const { page } = visit;
    const kept = await keep(stage.service, 'grows.docx', contract('one'));
    await openDocument(stage.service, page, kept);
    const adding = page.locator('.document-actions input[type=file]').first();
    await adding.setInputFiles(docx('two.docx', contract('two')));
    await page.getByRole('heading', { level: 3, name: 'Version 2' }).waitFor();
    const [now] = await stored(stage.service, 'grows.docx');
    if (now !== undefined) await addVersion(stage.service, now, contract('three, by someone else'));
    await adding.setInputFiles(docx('four.docx', contract('four')));
    await row(page, 'four.docx').getByText('Changed by someone else').waitFor();
    await page.getByRole('button', { name: 'Add as the latest version four.docx' }).click();
    await row(page, 'four.docx').getByText('Kept as version 4').waitFor();
    await page.getByRole('heading', { level: 3, name: 'Version 4' }).waitFor();
  });

  test.each([
    ['/documents/d_00000000000000000000000000000000', 'There is no such document'],
    ['/documents/d_00000000000000000000000000000000/versions/1', 'There is no such document'],
    ['/documents/nonsense', 'There is no such document'],
  ])('%s says that it is not there', async (path, words) => {
    const { page } = visit;
    await page.goto(stage.service.url + path);
    await page.getByRole('alert').getByText(words).waitFor();
    await expectAccessible(page);
  });
});

const LOOKS = [
  ['light', { viewport: { width: 1360, height: 900 }, colorScheme: 'light' }],
  ['dark', { viewport: { width: 1360, height: 900 }, colorScheme: 'dark' }],
  ['a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true }],
  ['a phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true }],
] as const;

test.each(LOOKS)('everybody can read it: %s', async (name, options) => {
  const { page, faults, end } = await stage.open(options);
  const label = ['client: Northwind', 'draft'];
  const kept = await keep(
    stage.service,
    'Services agreement, a name that is long enough to wrap.docx',
    contract('x'),
    label,
  );
  await addVersion(stage.service, kept, contract('y'));
  await openList(stage.service, page);
  await picker(page).setInputFiles(docx('seen.docx', contract('seen')));
  await row(page, 'seen.docx').getByText('Kept as a new document').waitFor();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await shoot(page, `documents-${name.replaceAll(/\W+/g, '-')}`);
  await openDocument(stage.service, page, kept);
  await page.locator('.entry').nth(1).waitFor();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await shoot(page, `document-${name.replaceAll(/\W+/g, '-')}`);
  expect(faults).toEqual([]);
  await end();
});

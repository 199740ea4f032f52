import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { docx, expectAccessible, openStage, type Stage, shoot, type Visit } from './browser.ts';
import { contentOf, contract, keep, large, openDocument, openList, picker, row, stored } from './kept.ts';

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

describe('uploads', () => {
  test('many at once: what can be kept is, and what cannot says why', async () => {
    const { page, faults } = visit;
    await openList(stage.service, page);
    const contracts = Array.from({ length: 6 }, (_, i) => docx(`many ${i}.docx`, contract(`Number ${i}.`)));
    await picker(page).setInputFiles([
      ...contracts,
      docx('many.doc', contract('old')),
      docx('empty.docx', new Uint8Array()),
      docx('notes.txt', Buffer.from('plain text')),
    ]);
    await page.getByRole('heading', { name: '6 uploaded, 3 not kept' }).waitFor();
    expect(await row(page, 'many.doc').textContent()).toContain('Word 97–2003');
    expect(await row(page, 'empty.docx').textContent()).toContain('The file is empty');
    expect(await row(page, 'notes.txt').textContent()).toContain('Files of this kind are not kept');
    await expect.poll(() => page.getByRole('row', { name: /many \d/ }).count()).toBe(6);
    expect(await stored(stage.service, 'many')).toHaveLength(6);
    await expectAccessible(page);
    await shoot(page, 'uploads');
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('.upload').count()).toBe(3);
    // The browser itself tells of the one answer that says no.
    expect(faults.filter((fault) => !/status of 415/.test(fault))).toEqual([]);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  });

  test('a file that is too large is refused before anything is sent', async () => {
    const { page } = visit;
    await openList(stage.service, page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.method()));
    await picker(page).evaluate((input: HTMLInputElement) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(50 * 1024 * 1024 + 1)], 'huge.docx'));
      input.files = transfer.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await row(page, 'huge.docx').getByText('The file is too large').waitFor();
    expect(asked).toEqual([]);
  });

  test('dropped anywhere on the page', async () => {
    const { page } = visit;
    await openList(stage.service, page);
    const transfer = await page.evaluateHandle(
      (bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], 'dropped.docx'));
        return data;
      },
      [...contract('Dropped.')],
    );
    await page.dispatchEvent('footer', 'dragover', { dataTransfer: transfer });
    await page.getByText('Drop to keep as new documents').waitFor();
    await shoot(page, 'dropping');
    await page.dispatchEvent('footer', 'drop', { dataTransfer: transfer });
    await page.getByRole('row', { name: /dropped\.docx/ }).waitFor();
    expect(await page.locator('.dropping').count()).toBe(0);
  });

  test('several dropped on one document are not taken for a version', async () => {
    const { page } = visit;
    const kept = await keep(stage.service, 'one at a time.docx', contract('x'));
    await openDocument(stage.service, page, kept);
    const transfer = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      for (const name of ['first.docx', 'second.docx']) data.items.add(new File(['x'], name));
      return data;
    });
    await page.dispatchEvent('footer', 'drop', { dataTransfer: transfer });
    await page.getByRole('heading', { name: '2 not kept' }).waitFor();
    await row(page, 'second.docx').getByText('One file at a time').waitFor();
  });

  test('a network that is cut in the middle: it goes on by itself, and sends no piece again', async () => {
    const { page } = visit;
    const file = large('cut.pdf', 4);
    const context = page.context();
    await openList(stage.service, page);
    const offsets: string[] = [];
    await page.route('**/v1/uploads/*', async (route) => {
      const { 'upload-offset': offset = '' } = route.request().headers();
      if (route.request().method() === 'PATCH') {
        if (offsets.length === 2) await context.setOffline(true);
        else offsets.push(offset);
      }
      await route.continue();
    });
    await picker(page).setInputFiles(file);
    await row(page, 'cut.pdf').getByText('no connection; it goes on by itself').waitFor();
    expect(offsets).toHaveLength(2);
    await shoot(page, 'upload-cut');
    await page.unroute('**/v1/uploads/*');
    await context.setOffline(false);
    await row(page, 'cut.pdf').getByText('Kept as a new document').waitFor();
    const [kept] = await stored(stage.service, 'cut.pdf');
    expect(kept && file.buffer.equals(await contentOf(stage.service, kept))).toBe(true);
  });

  test('paused, and gone on with', async () => {
    const { page } = visit;
    await openList(stage.service, page);
    const held = await holdAfter(page, 1);
    await picker(page).setInputFiles(large('paused.pdf', 3));
    await held.reached;
    await page.getByRole('button', { name: 'Pause paused.pdf' }).click();
    await row(page, 'paused.pdf').getByText('paused', { exact: false }).last().waitFor();
    await held.release();
    await page.getByRole('button', { name: 'Resume paused.pdf' }).click();
    await row(page, 'paused.pdf').getByText('Kept as a new document').waitFor();
    expect(await stored(stage.service, 'paused.pdf')).toHaveLength(1);
  });

  test('a reload: the same file chosen again goes on where it was, another one does not', async () => {
    const { page } = visit;
    const file = large('reloaded.pdf', 4);
    await openList(stage.service, page);
    const held = await holdAfter(page, 2);
    await picker(page).setInputFiles(file);
    await held.reached;
    await page.reload();
    await held.release();
    const again = row(page, 'reloaded.pdf');
    await again.getByText('choose the file again to go on').waitFor();
    await expectAccessible(page);
    await shoot(page, 'upload-unfinished');
    await again.locator('input[type=file]').setInputFiles(large('reloaded.pdf', 4));
    await again.getByText('That is another file').waitFor();
    const offsets: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
    });
    await again.locator('input[type=file]').setInputFiles(file);
    await again.getByText('Kept as a new document').waitFor();
    expect(offsets[0]).toBe(2 * 1024 * 1024);
    const [kept, ...more] = await stored(stage.service, 'reloaded.pdf');
    expect(more).toEqual([]);
    expect(kept && file.buffer.equals(await contentOf(stage.service, kept))).toBe(true);
    await page.reload();
    await page.getByRole('row', { name: /reloaded/ }).waitFor();
    expect(await page.locator('.tray').count()).toBe(0);
  });

  test('in two tabs: one sends, the other says so, and takes it for neither its own nor unfinished', async () => {
    const { page } = visit;
    const file = large('twice.pdf', 3);
    await openList(stage.service, page);
    const held = await holdAfter(page, 1);
    await picker(page).setInputFiles(file);
    await held.reached;
    const other = await page.context().newPage();
    await openList(stage.service, other);
    await picker(other).setInputFiles(file);
    await row(other, 'twice.pdf').getByText('It is being uploaded already').waitFor();
    expect(await other.locator('.upload').count()).toBe(1);
    await held.release();
    await row(page, 'twice.pdf').getByText('Kept as a new document').waitFor();
    expect(await stored(stage.service, 'twice.pdf')).toHaveLength(1);
  });

  test('cancelled: nothing of it is left, here or there', async () => {
    const { page } = visit;
    await openList(stage.service, page);
    const held = await holdAfter(page, 1);
    const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await picker(page).setInputFiles(large('cancelled.pdf', 3));
    await held.reached;
    await page.getByRole('button', { name: 'Cancel cancelled.pdf' }).click();
    expect((await deleted).status()).toBe(204);
    await held.release();
    expect(await page.locator('.tray').count()).toBe(0);
    expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
    expect(await stored(stage.service, 'cancelled.pdf')).toEqual([]);
  });

  test('what the browser remembers names neither the file nor what is in it', async () => {
    const { page } = visit;
    await openList(stage.service, page);
    const held = await holdAfter(page, 1);
    await picker(page).setInputFiles(large('secret merger.pdf', 3));
    await held.reached;
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
    expect(kept).toMatch(/^\{"redline\.upload\.[0-9a-f]{64}":"\{\\"upload\\":\\"u_[0-9a-f]+\\"\}"\}$/);
    await held.release();
  });
});

/** Lets so many pieces pass and holds the next. */
async function holdAfter(page: Page, pieces: number) {
  let seen = 0;
  let open: () => void = () => {};
  let tell: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const url = '**/v1/uploads/*';
  await page.route(url, async (route) => {
    if (route.request().method() === 'PATCH' && ++seen > pieces) {
      tell();
      await gate;
    }
    await route.continue().catch(() => {}); // the page may have ended it
  });
  const release = async (): Promise<void> => {
    await page.unroute(url);
    open();
  };
  return { reached, release };
}

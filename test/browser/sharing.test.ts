import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { me, openSignIn, type SignInStage } from '../acceptance/sign-in-stage.ts';
import { BEN } from '../services/openid-provider.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from './browser.ts';

let stage: SignInStage;
let browser: Browser;
beforeAll(async () => {
  stage = await openSignIn();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  await me(await stage.signedIn(BEN));
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function signIn(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  await page.goto(stage.service.url);
  await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Continue as ada@acme.test' }).click();
  await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  return page;
}

/** A document of whoever looks at the page. */
async function keep(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const sample = await (await fetch('/v1/samples/services-agreement/original')).blob();
    const form = new FormData();
    form.set('file', sample, 'Lease.docx');
    const answer = await fetch('/v1/documents', { method: 'POST', body: form });
    return ((await answer.json()) as { id: string }).id;
  });
}

/** From where to where each of them stands, in pixels from the left. */
async function boxes(found: Locator): Promise<readonly (readonly [number, number])[]> {
  return await found.evaluateAll((all) =>
    all.map((one) => {
      const { left, right } = one.getBoundingClientRect();
      return [Math.round(left), Math.round(right)] as const;
    }),
  );
}

describe('the dialog', () => {
  test('shares, changes and takes back by keyboard, and tells what is wrong', async () => {
    const page = await signIn();
    const id = await keep(page);
    await page.goto(`${stage.service.url}/documents/${id}`);
    const open = page.getByRole('button', { name: 'Share', exact: true });
    await open.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Share Lease.docx' });
    await dialog.getByText('Ada Lovelace (you)').waitFor();
    await dialog.getByLabel('An address, a group or a domain').fill('nobody@acme.test');
    await page.keyboard.press('Enter');
    await dialog.getByText('There is nobody of that name').waitFor();
    await dialog.getByLabel('An address, a group or a domain').fill('ben@acme.test');
    await dialog.getByLabel('Role', { exact: true }).selectOption('editor');
    await dialog.getByLabel('Until').fill('2999-01-31');
    await dialog.getByRole('button', { name: 'Share' }).click();
    await dialog.getByText(/until 31 Jan 2999/).waitFor();
    await dialog.getByLabel('An address, a group or a domain').fill('acme.test');
    await dialog.getByRole('button', { name: 'Share' }).click();
    await dialog.getByText('everybody of this domain').waitFor();
    const lefts = await boxes(dialog.getByRole('listitem').getByRole('combobox'));
    expect(lefts).toHaveLength(3);
    for (const left of lefts) expect(left, 'roles in one column').toEqual(lefts[0]);
    await expectAccessible(page);
    await shoot(page, 'share');
    await dialog.getByLabel('Role of Ben Ng').selectOption('viewer');
    await expect
      .poll(() => dialog.getByLabel('Role of Ben Ng').inputValue(), { timeout: 20_000 })
      .toBe('viewer');
    await dialog.getByLabel('Role of Ada Lovelace').selectOption('editor');
    await dialog.getByText('The document needs an owner').waitFor();
    await dialog.getByRole('button', { name: 'Remove Ben Ng' }).click();
    await dialog.getByText('Ben Ng').waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await shoot(page, 'share-narrow');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await open.evaluate((button) => button === document.activeElement)).toBe(true);
  });
});

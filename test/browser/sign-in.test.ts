import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from '../acceptance/service.ts';
import { openSignIn, type SignInStage } from '../acceptance/sign-in-stage.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from './browser.ts';
import { large, row } from './kept.ts';

let stage: SignInStage;
let byLink: Service;
let browser: Browser;
beforeAll(async () => {
  stage = await openSignIn();
  byLink = await startService({ settings: { REDLINE_SIGN_IN: 'link' } });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
afterAll(async () => {
  await browser.close();
  await byLink.stop();
  await stage.stop();
});
afterEach(() => stage.reset());

/** A browser of its own, with whatever breaks the content security policy or is thrown. */
async function visit(address = stage.service.url) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // That nobody is signed in yet is told by a status.
    const ours = message.location().url.startsWith(new URL(address).origin);
    if (message.type() === 'error' && ours && !/status of 401/.test(message.text()))
      faults.push(message.text());
  });
  await page.goto(address);
  return { context, page, faults };
}

async function signIn() {
  const visited = await visit();
  await visited.page.getByRole('link', { name: 'Continue' }).click();
  await visited.page.getByRole('button', { name: 'Continue as ada@acme.test' }).click();
  await visited.page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  return visited;
}

describe('through the provider', () => {
  test('from the door to the page that was asked for, and to its end', async () => {
    const { context, page, faults } = await visit(`${stage.service.url}/documents?name=x`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectAccessible(page);
    await shoot(page, 'sign-in');
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.getByRole('button', { name: /Continue as/ }).click();
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    expect(page.url()).toBe(`${stage.service.url}/documents?name=x`);

    const cookies = (await context.cookies()).filter(({ name }) => name.includes('redline'));
    expect(cookies.map(({ name }) => name).sort()).toEqual([
      '__Host-redline-access',
      '__Host-redline-refresh',
    ]);
    for (const cookie of cookies)
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' });
    expect(await page.evaluate(() => document.cookie)).toBe('');

    await page.getByRole('link', { name: 'Ada Lovelace' }).click();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    await page.getByText('This browser').waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await shoot(page, 'account');
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await context.cookies()).filter(({ name }) => name.includes('redline'))).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('another device is ended from here', async () => {
    const [one, other] = [await signIn(), await signIn()];
    await other.page.goto(`${stage.service.url}/account`);
    const end = other.page.getByRole('button', { name: /End the session of Chrome/ });
    await end.first().click();
    await expect.poll(() => end.count()).toBe(0);
    await one.page.reload();
    await one.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    for (const { context, faults } of [one, other]) {
      expect(faults).toEqual([]);
      await context.close();
    }
  });

  test('when the token is over, all tabs go on: each renews in its turn', async () => {
    const { context, page, faults } = await signIn();
    const tabs = [page, await context.newPage(), await context.newPage()];
    stage.time.ahead = 16 * 60_000;
    await page.evaluate(() => localStorage.clear());
    await Promise.all(tabs.map((tab) => tab.goto(`${stage.service.url}/account`)));
    for (const tab of tabs) await tab.getByText('This browser').waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('when the token is over in the middle of an upload, it goes on', async () => {
    const { context, page, faults } = await signIn();
    await page.getByRole('link', { name: 'Documents', exact: true }).click();
    let pieces = 0;
    await page.route('**/v1/uploads/*', async (route) => {
      if (route.request().method() === 'PATCH' && ++pieces === 2) {
        stage.time.ahead = 16 * 60_000;
        await page.evaluate(() => localStorage.removeItem('redline:renewed'));
      }
      await route.continue();
    });
    await page.locator('.list-head input[type=file]').setInputFiles(large('signed in.pdf', 3));
    await row(page, 'signed in.pdf').getByText('Kept as a new document').waitFor();
    await page
      .getByRole('row', { name: /signed in\.pdf/ })
      .getByRole('link')
      .click();
    await page.getByText('Uploaded by you').waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('somebody who may not sign in is told so on a page', async () => {
    stage.provider.account = { ...stage.provider.account, sub: '9', hd: 'evil.test' };
    const { context, page } = await visit();
    await page.getByRole('link', { name: 'Continue' }).click();
    await page.getByRole('button', { name: /Continue as/ }).click();
    await page.getByRole('heading', { name: 'This account may not sign in' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Back to Redline' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await context.close();
  });
});

describe('by the link that is printed', () => {
  test('once, and the secret leaves the address', async () => {
    const link = byLink.link ?? '';
    const { context, page, faults } = await visit(link);
    await page.getByRole('link', { name: 'Operator' }).waitFor();
    expect(page.url()).toBe(`${byLink.url}/`);
    expect(faults).toEqual([]);
    await context.close();
    const again = await visit(link);
    await again.page.getByRole('alert').waitFor();
    expect(await again.page.getByRole('alert').textContent()).toMatch(/not good any more/);
    await expectAccessible(again.page);
    expect(JSON.stringify(byLink.lines)).not.toContain(new URL(link).hash.slice('#link='.length));
    await again.context.close();
  });
});

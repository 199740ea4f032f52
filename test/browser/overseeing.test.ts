import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { STAND_IN_ENGINE } from '../acceptance/service.ts';
import { me, openSignIn, type SignInStage } from '../acceptance/sign-in-stage.ts';
import { BEN } from '../services/openid-provider.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from './browser.ts';

// The page of work for administrators, over an engine that ends when it is told to.

let stage: SignInStage;
let browser: Browser;
beforeAll(async () => {
  stage = await openSignIn({}, () => ({}), { engineScript: STAND_IN_ENGINE });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
const HIM = { email: BEN.email ?? '', name: BEN.name ?? '' };
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

/** Somebody's page. @param email whose. */
async function signIn(email: string, name: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1200, height: 800 } })).newPage();
  await page.goto(stage.service.url);
  await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByRole('button', { name: `Continue as ${email}` }).click();
  await page.getByRole('link', { name }).waitFor();
  return page;
}

/** A comparison that behaves so, done later for whoever looks at the page. */
async function compareLater(page: Page, behaviour: string): Promise<void> {
  const status = await page.evaluate(async (author) => {
    const form = new FormData();
    form.append('original', new Blob(['a']), 'Takeover 1.docx');
    form.append('modified', new Blob(['b']), 'Takeover 2.docx');
    form.append('options', JSON.stringify({ author }));
    const headers = { Prefer: 'respond-async' };
    return (await fetch('/v1/comparisons', { method: 'POST', body: form, headers })).status;
  }, behaviour);
  expect(status).toBe(202);
}

test('an administrator sees who has what at work, and ends it', async () => {
  await me(await stage.signedIn(BEN));
  const ada = await signIn('ada@acme.test', 'Ada Lovelace');
  stage.provider.account = BEN;
  const ben = await signIn(HIM.email, HIM.name);
  await compareLater(ada, 'echo');
  await compareLater(ben, 'spin');

  await ben.goto(`${stage.service.url}/work?whose=everybody`);
  await ben.getByRole('region', { name: /Takeover/ }).waitFor();
  expect(await ben.getByRole('navigation', { name: 'Whose work' }).count()).toBe(0);

  await ada.getByRole('link', { name: 'Work' }).click();
  await ada.getByRole('region', { name: /Takeover/ }).waitFor();
  expect(await ada.getByText('asked by').count()).toBe(0);
  await ada.getByRole('link', { name: 'Everybody’s' }).click();
  const his = ada.getByRole('region', { name: 'Comparison', exact: true });
  await his.getByText(/asked by/).waitFor();
  await his.getByRole('link', { name: HIM.name }).waitFor();
  await his.getByText('Running').waitFor();
  expect(await his.getByText('Takeover').count()).toBe(0);
  await ada
    .getByRole('region', { name: /Takeover/ })
    .getByRole('link', { name: 'you', exact: true })
    .waitFor();
  await expectAccessible(ada);
  await expectNoSidewaysScroll(ada);
  await shoot(ada, 'work-everybody');

  // By who asked, and the address says it.
  await his.getByRole('link', { name: HIM.name }).focus();
  await ada.keyboard.press('Enter');
  await ada.getByRole('link', { name: `Of ${HIM.name}` }).waitFor();
  await ada.getByRole('region', { name: /Takeover/ }).waitFor({ state: 'detached' });
  await ada.reload();
  await his.getByRole('button', { name: /^Cancel/ }).click();
  await his.getByText('Cancelled').waitFor();
  await expect.poll(async () => (await stage.service.health()).pool.running).toBe(0);
  await ben.reload();
  await ben.getByText('Cancelled').waitFor();
});

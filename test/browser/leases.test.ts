import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSignIn, type SignInStage } from '../acceptance/sign-in-stage.ts';
import { ADA, BEN } from '../services/openid-provider.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from './browser.ts';

// Two people at one document, each in a browser of their own.

/** Lists of who works on a document are asked for every ten seconds. */
const PATIENT = { timeout: 60_000 };

let stage: SignInStage;
let browser: Browser;
beforeAll(async () => {
  stage = await openSignIn();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function signIn(account: typeof ADA): Promise<Page> {
  stage.provider.account = account;
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  await page.goto(stage.service.url);
  await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByRole('button', { name: /^Continue as/ }).click();
  await page.getByRole('link', { name: 'Documents' }).waitFor();
  stage.provider.account = ADA;
  return page;
}

/** A document of whoever looks at the page, which Ben edits too. */
async function keep(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const sample = await (await fetch('/v1/samples/services-agreement/original')).blob();
    const form = new FormData();
    form.set('file', sample, 'Lease.docx');
    const kept = (await (await fetch('/v1/documents', { method: 'POST', body: form })).json()) as {
      readonly id: string;
      readonly etag: string;
    };
    const shared = await fetch(`/v1/documents/${kept.id}/members`, {
      method: 'POST',
      headers: { 'If-Match': kept.etag, 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'ben@acme.test', role: 'editor', expireTime: null }),
    });
    if (!shared.ok) throw new Error(await shared.text());
    return kept.id;
  });
}

test('one works on a document alone, the other reads who and until when, and takes it when the time is over', {
  timeout: 300_000,
}, async () => {
  const ben = await signIn(BEN);
  const ada = await signIn(ADA);
  const id = await keep(ada);
  const address = `${stage.service.url}/documents/${id}`;
  await ada.goto(address);
  await ben.goto(address);
  await ben.getByRole('button', { name: 'Work on it alone' }).waitFor();

  await ada.getByRole('button', { name: 'Work on it alone' }).focus();
  await ada.keyboard.press('Enter');
  await ada.getByText('You work on it alone.').waitFor();
  await expectAccessible(ada);
  await ben.getByText(/^Ada Lovelace works on it alone/).waitFor(PATIENT);
  for (const name of ['Add a version', 'Delete'])
    expect(await ben.getByRole('button', { name, exact: true }).isDisabled()).toBe(true);
  expect(await ben.getByRole('button', { name: 'Take it over' }).count()).toBe(0);
  await expectAccessible(ben);
  await ben.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(ben);
  await shoot(ben, 'lease-held');

  // A reload of one's own window loses nothing, and what is changed names the lease.
  await ada.reload();
  await ada.getByText('You work on it alone.').waitFor();
  const changed = ada.waitForRequest(
    (request) =>
      request.method() === 'DELETE' && request.url() === address.replace('/documents', '/v1/documents'),
  );
  await ada.getByRole('button', { name: 'Delete', exact: true }).click();
  expect((await changed).headers()['lease-id']).toMatch(/./);
  await ada.getByRole('button', { name: 'Undo: restore it' }).click();
  await ada.getByRole('button', { name: 'Add a version', exact: true }).waitFor();

  // Who leaves lets go.
  await ada.getByRole('link', { name: '← All documents' }).click();
  await ben.getByRole('button', { name: 'Work on it alone' }).waitFor(PATIENT);
  await expect
    .poll(() => ben.getByRole('button', { name: 'Delete', exact: true }).isDisabled(), PATIENT)
    .toBe(false);

  // A window that nothing is heard of: its time ends, and somebody else has it.
  await ada.goto(address);
  await ada.route('**/leases', (route) =>
    route.request().method() === 'POST'
      ? route.continue({ postData: JSON.stringify({ seconds: 5 }) })
      : route.continue(),
  );
  await ada.route('**/leases/**', (route) => route.abort());
  await ada.getByRole('button', { name: 'Work on it alone' }).click();
  await ada.getByText('You work on it alone.').waitFor();
  const held = async (): Promise<number> =>
    await ben.evaluate(async (document) => {
      const answer = await fetch(`/v1/documents/${document}/leases`);
      return ((await answer.json()) as { readonly leases: readonly unknown[] }).leases.length;
    }, id);
  await expect.poll(held, PATIENT).toBe(0);
  await ben.getByRole('button', { name: 'Work on it alone' }).click(PATIENT);
  await ben.getByText('You work on it alone.').waitFor(PATIENT);
  await ada.getByRole('button', { name: 'Delete', exact: true }).click();
  await ada.getByText('You do not work on it alone any more').first().waitFor();
  await ada.reload();
  await ada.getByText(/^Ben Ng works on it alone/).waitFor(PATIENT);
  // An owner need not wait.
  await ada.unroute('**/leases/**');
  await ada.unroute('**/leases');
  await ada.getByRole('button', { name: 'Take it over' }).click();
  await ada.getByText('You work on it alone.').waitFor();
  await ben.getByText(/^Ada Lovelace works on it alone/).waitFor(PATIENT);
});

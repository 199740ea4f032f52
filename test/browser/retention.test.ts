import { mkdirSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, openSignIn, type SignInStage } from '../acceptance/sign-in-stage.ts';
import { BEN } from '../services/openid-provider.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from './browser.ts';

// What the page says of how long a document stays, and the way to hold it; Ada administers.

const RULES = {
  default: { keepDays: null, deleteAfterDays: null },
  rules: [{ id: 'leases', label: 'lease', keepDays: 3650, deleteAfterDays: 4380 }],
};
const DAY = /\d{1,2} \w{3,4} \d{4}/;

let stage: SignInStage;
let browser: Browser;
beforeAll(async () => {
  mkdirSync(new URL('../../test-results/', import.meta.url), { recursive: true });
  stage = await openSignIn();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const headers = { authorization: `Bearer ${(await stage.signedIn()).cookies.get(ACCESS)}` };
  const address = `${stage.service.url}/v1/retention`;
  const etag = (await fetch(address, { headers })).headers.get('etag') ?? '';
  const answer = await fetch(address, {
    method: 'PUT',
    headers: { ...headers, 'if-match': etag, 'content-type': 'application/json' },
    body: JSON.stringify(RULES),
  });
  expect(answer.status).toBe(200);
});
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function signIn(name: 'ada' | 'ben'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  await page.goto(stage.service.url);
  await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByRole('button', { name: `Continue as ${name}@acme.test` }).click();
  await page.getByRole('link', { name: name === 'ada' ? 'Ada Lovelace' : 'Ben Ng' }).waitFor();
  return page;
}

/** A document of whoever looks at the page, which is shared with everybody. */
async function open(page: Page, labels: readonly string[] = []): Promise<string> {
  const id = await page.evaluate(async (given) => {
    const sample = await (await fetch('/v1/samples/services-agreement/original')).blob();
    const form = new FormData();
    form.set('file', sample, 'Lease.docx');
    form.set('options', JSON.stringify({ labels: given }));
    const answer = await fetch('/v1/documents', { method: 'POST', body: form });
    const { id, etag } = (await answer.json()) as { id: string; etag: string };
    await fetch(`/v1/documents/${id}/members`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'If-Match': etag },
      body: JSON.stringify({ domain: 'acme.test', role: 'editor', expireTime: null }),
    });
    return id;
  }, labels);
  await visit(page, id);
  return id;
}

async function visit(page: Page, id: string): Promise<void> {
  await page.goto(`${stage.service.url}/documents/${id}`);
  await page.getByRole('heading', { level: 1, name: 'Lease.docx' }).waitFor();
}

const said = (page: Page) => page.getByRole('region', { name: 'Retention' });

describe('a document', () => {
  test('is put on hold and released by an administrator, by keyboard; others see it, and its owner cannot delete it', async () => {
    const ada = await signIn('ada');
    const id = await open(ada, ['lease']);
    const opener = ada.getByRole('button', { name: 'Put on hold' });
    await opener.focus();
    await ada.keyboard.press('Enter');
    const dialog = ada.getByRole('dialog', { name: 'Legal hold on Lease.docx' });
    await dialog.getByLabel('Reason').fill('Case 7');
    await expectAccessible(ada);
    await shoot(ada, 'hold-dialog');
    await ada.keyboard.press('Enter');
    await said(ada).getByText('On hold: Case 7').waitFor();
    await dialog.waitFor({ state: 'detached' });
    const change = ada.getByRole('button', { name: 'Change or release the hold' });
    expect(await change.evaluate((button) => button === document.activeElement)).toBe(true);
    await expectAccessible(ada);
    await shoot(ada, 'hold');

    stage.provider.account = BEN;
    const ben = await signIn('ben');
    await visit(ben, id);
    await said(ben).getByText('On hold', { exact: true }).waitFor();
    await ada.goto(`${stage.service.url}/documents`);
    await ada
      .getByRole('row', { name: /Lease\.docx/ })
      .first()
      .getByText('On hold')
      .waitFor();
    await expectAccessible(ada);
    await shoot(ada, 'hold-list');
    await visit(ada, id);
    expect(await ben.getByRole('button', { name: /hold/ }).count()).toBe(0);
    stage.reset();

    await ada.getByRole('button', { name: 'Delete', exact: true }).click();
    await ada.getByRole('alert').getByText('The document is under a legal hold').waitFor();
    await ada.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScroll(ada);
    await change.click();
    await expectNoSidewaysScroll(ada);
    await dialog.getByRole('button', { name: 'Release the hold' }).click();
    await dialog.waitFor({ state: 'detached' });
    await opener.waitFor();
    await said(ada).getByText('Case 7').waitFor({ state: 'detached' });
  });

  test('says until when it is kept and after when it is deleted, and why nobody can delete it', async () => {
    const page = await signIn('ada');
    await open(page, ['lease']);
    const region = said(page);
    const lines = await region.getByRole('listitem').allTextContents();
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^Kept until ${DAY.source}, by the rule “leases”$`)),
      expect.stringMatching(new RegExp(`^Deleted after ${DAY.source}, by the rule “leases”$`)),
    ]);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('alert').getByText('The document must be kept longer').waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScroll(page);
    await shoot(page, 'kept-until-narrow');
  });
});

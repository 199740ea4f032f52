import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LocalAccounts } from '../../src/access/index.ts';
import { withService } from '../../src/cli/with-service.ts';
import { systemClock, systemRandom } from '../../src/kit/index.ts';
import { type Service, startService } from '../acceptance/service.ts';
import { expectAccessible, expectNoSidewaysScroll, shoot } from './browser.ts';

// Accounts whose passwords the service keeps, as people use them.

const PASSWORD = 'a redline is not a road';
const NEXT = 'seven herons at the ferry';

let service: Service;
let browser: Browser;
beforeAll(async () => {
  service = await startService({ settings: { REDLINE_SIGN_IN: 'local' } });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

async function invite(email: string, name: string): Promise<string> {
  const secret = await withService(
    service.dataDirectory,
    { tenant: 'local', type: 'person.invited' },
    async ({ records }) => {
      const parts = { records, tenant: 'local', clock: systemClock, random: systemRandom };
      return await new LocalAccounts(parts).invite({ email, name, administrator: false });
    },
  );
  return `${service.url}/#password=${secret}`;
}

async function visit(address: string) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40[01]/.test(message.text())) faults.push(message.text());
  });
  await page.goto(address);
  return { context, page, faults };
}

async function setPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Set password and sign in' }).click();
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('a password', () => {
  test('is set by a link that leaves the address, hidden, and not one that is guessed early', async () => {
    const { context, page, faults } = await visit(await invite('ada@example.com', 'Ada Lovelace'));
    const field = page.getByLabel('New password');
    await field.waitFor();
    expect(page.url(), 'the secret is gone').toBe(`${service.url}/`);
    const given = async (name: string) => await field.getAttribute(name);
    expect([await given('type'), await given('autocomplete')]).toEqual(['password', 'new-password']);
    await expectAccessible(page);
    await setPassword(page, 'adalovelace1');
    await page.getByText(/guessed early/).waitFor();
    await field.evaluate((input: HTMLInputElement) => {
      const paste = new DataTransfer();
      paste.setData('text/plain', 'pasted');
      const event = new ClipboardEvent('paste', { clipboardData: paste, cancelable: true, bubbles: true });
      if (!input.dispatchEvent(event)) throw new Error('Pasting is refused.');
    });
    await setPassword(page, PASSWORD);
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('signs in, is wrong or right, and managers of passwords know its fields', async () => {
    const { context, page, faults } = await visit(service.url);
    const fields = [page.getByLabel('E-mail address'), page.getByLabel('Password')];
    await fields[0]?.waitFor();
    const told = await Promise.all(fields.map(async (one) => await one.getAttribute('autocomplete')));
    expect(told).toEqual(['username', 'current-password']);
    expect(await fields[1]?.getAttribute('type')).toBe('password');
    await expectAccessible(page);
    await shoot(page, 'sign-in-password');
    await signIn(page, 'ada@example.com', 'not the right one');
    await page.getByText('The address or the password is not right.').waitFor();
    await signIn(page, 'ada@example.com', PASSWORD);
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('is changed by whoever knows it; this page goes on, and other devices do not', async () => {
    const [one, other] = [await visit(service.url), await visit(service.url)];
    for (const { page } of [one, other]) {
      await signIn(page, 'ada@example.com', PASSWORD);
      await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    }
    const { page } = one;
    await page.getByRole('link', { name: 'Ada Lovelace' }).click();
    const change = async (current: string, next: string) => {
      await page.getByLabel('Current password').fill(current);
      await page.getByLabel('New password').fill(next);
      await page.getByRole('button', { name: 'Change password' }).click();
    };
    await change('not the right one', NEXT);
    await page.getByText('The current password is not right.').waitFor();
    await change(PASSWORD, 'password1234');
    await page.getByText(/guessed early/).waitFor();
    await expectAccessible(page);
    await shoot(page, 'password-change');
    await change(PASSWORD, NEXT);
    await page.getByText('Every other device was signed out.').waitFor();
    await expect.poll(() => page.getByRole('button', { name: /^End the session/ }).count()).toBe(0);
    await page.getByText('This browser').waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    await expectNoSidewaysScroll(page);
    await other.page.reload();
    await signIn(other.page, 'ada@example.com', NEXT);
    await other.page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    for (const { context, faults } of [one, other]) {
      expect(faults).toEqual([]);
      await context.close();
    }
  });
});

import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Receiver } from '../acceptance/receiver.ts';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  openStage,
  type Stage,
  shoot,
  type Visit,
} from './browser.ts';
import { contract, keep } from './kept.ts';

// The page of webhooks, with a receiver that is written with the official library.

const WAIT = { timeout: 60_000, interval: 50 };
let stage: Stage;
let visit: Visit;
let receiver: Receiver;

beforeAll(async () => {
  stage = await openStage({ settings: { REDLINE_WEBHOOK_NETWORKS: '127.0.0.0/8' } });
});
afterAll(() => stage.close());
beforeEach(async () => {
  visit = await stage.open();
  receiver = await Receiver.listen();
});
afterEach(async () => {
  receiver.stop();
  await visit.end();
});

async function openWebhooks(page: Page): Promise<void> {
  await page.goto(`${stage.service.url}/webhooks`);
  await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
}

/** Makes one by keyboard alone. @returns its card. */
async function add(page: Page, description: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Add a webhook' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add a webhook' });
  await dialog.getByLabel('Address').focus();
  await page.keyboard.type(receiver.url);
  await page.keyboard.press('Tab');
  await page.keyboard.type(description);
  await page.keyboard.press('Enter');
  const secret = await dialog.getByLabel('Secret').inputValue();
  expect(secret).toMatch(/^whsec_/);
  receiver.secrets.push(secret);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return page.getByRole('region', { name: description });
}

test('a webhook is made, tried, followed and delivered to again', async () => {
  const { page, faults } = visit;
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByText('Nobody is told yet').waitFor();
  await expectAccessible(page);
  const card = await add(page, 'Filing');
  await card.getByText('told of everything').waitFor();
  await card.getByRole('button', { name: 'Send a test to Filing' }).click();
  await card.getByText(/^The test was delivered: answered 204, in/).waitFor();
  expect(receiver.types).toEqual(['webhook.test']);
  await keep(stage.service, 'Lease.docx', contract('The rent is 100.'));
  await expect.poll(() => receiver.types, WAIT).toEqual(['webhook.test', 'document.created']);
  receiver.answer = (_, response) => response.writeHead(302, { Location: '/' }).end();
  await card.getByRole('button', { name: 'Send a test to Filing' }).click();
  await card.getByText('The test was not delivered: answered 302, it leads elsewhere').waitFor();
  receiver.answer = (_, response) => response.writeHead(204).end();
  await card.getByText('Deliveries', { exact: false }).first().click();
  await card.getByText('Attempts 1–3, all of them').waitFor();
  const row = card.getByRole('row', { name: /document\.created/ });
  expect(await row.textContent()).toContain('Delivered');
  await shoot(page, 'webhooks');
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  await row.getByRole('button', { name: /^Deliver again/ }).click();
  await card.getByText('It is delivered again.').waitFor();
  await expect.poll(() => receiver.arrived.length, WAIT).toBe(4);
  expect(receiver.arrived[3]?.id).toBe(receiver.arrived[1]?.id);
  // Whoever comes back finds it, and its secret no more.
  await page.reload();
  await card.getByText('told of everything').waitFor();
  expect(await page.content()).not.toContain('whsec_');
  expect(faults).toEqual([]);
});

test('its secret is changed, and both sign for a while', async () => {
  const { page, faults } = visit;
  await openWebhooks(page);
  const card = await add(page, 'Rotated');
  await card.getByRole('button', { name: 'New secret for Rotated' }).click();
  const dialog = page.getByRole('dialog', { name: 'New secret for Rotated' });
  await dialog.getByLabel('The old one signs beside it').selectOption({ label: 'for an hour' });
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Make a new secret' }).click();
  receiver.secrets.push(await dialog.getByLabel('Secret').inputValue());
  await shoot(page, 'webhooks-secret');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await card.getByText(/an old key signs until/).waitFor();
  await card.getByRole('button', { name: 'Send a test to Rotated' }).click();
  await card.getByText(/^The test was delivered/).waitFor();
  expect(receiver.arrived[0]?.by).toEqual(receiver.secrets);
  expect(faults).toEqual([]);
});

test('it is disabled, enabled and removed, and told of what was chosen', async () => {
  const { page } = visit;
  await openWebhooks(page);
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a webhook' });
  await dialog.getByLabel('Address').fill('ftp://example.com/');
  await dialog.getByLabel('What it is for').fill('Chosen');
  await dialog.getByLabel('Everything').uncheck();
  await dialog.getByLabel('version.added').check();
  await dialog.getByLabel('document.created').check();
  await shoot(page, 'webhooks-add');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('Address').fill(receiver.url);
  await dialog.getByLabel('Signature').selectOption({ label: 'Ed25519, with a public key' });
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  expect(await dialog.getByLabel('Public key (Ed25519)').inputValue()).toMatch(/^whpk_/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const card = page.getByRole('region', { name: 'Chosen' });
  await card.getByText('told of 2 kinds of events').waitFor();
  await card.getByRole('button', { name: 'Disable Chosen' }).click();
  await card.getByRole('status').getByText('Disabled.').waitFor();
  await card.getByRole('button', { name: /^Enable from now on/ }).click();
  await card.getByRole('status').getByText('Enabled.').waitFor();
  await card.getByRole('button', { name: 'Remove Chosen' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
  await card.getByRole('button', { name: 'Remove Chosen' }).click();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
  await card.waitFor({ state: 'detached' });
});

test.each(['light', 'dark'] as const)('fits a narrow window, in %s', async (colorScheme) => {
  const narrow = await stage.open({ viewport: { width: 390, height: 844 }, colorScheme });
  await openWebhooks(narrow.page);
  const card = await add(narrow.page, `Narrow ${colorScheme}`);
  receiver.answer = (_, response) => response.writeHead(500).end();
  await card.getByRole('button', { name: /^Send a test/ }).click();
  await card.getByText('The test was not delivered: answered 500.').waitFor();
  await card.getByText('Deliveries', { exact: false }).first().click();
  await card.getByText('Attempts 1–1, all of them').waitFor();
  await card.scrollIntoViewIfNeeded();
  await shoot(narrow.page, `webhooks-narrow-${colorScheme}`);
  await expectNoSidewaysScroll(narrow.page);
  await expectAccessible(narrow.page);
  await narrow.end();
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { verifyProof } from '../../src/client/index.ts';
import { startService } from '../acceptance/service.ts';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  openStage,
  type Stage,
  shoot,
  type Visit,
} from './browser.ts';
import { contract, keep } from './kept.ts';

// The page of auditors, over a trail whose first events are signed.

let dataDirectory: string;
let stage: Stage;
let visit: Visit;
let document: string;

beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'redline-audit-page-'));
  const service = await startService({ dataDirectory });
  const kept = await keep(service, 'Lease.docx', contract('The rent is 100.'));
  document = kept.id;
  for (let n = 0; n < 60; n += 1) await fetch(`${service.url}/v1/documents/${document}`);
  await fetch(`${service.url}/v1/documents/${document}/content`);
  await fetch(`${service.url}/v1/documents/d_${'0'.repeat(32)}`);
  await service.stop();
  stage = await openStage({ dataDirectory });
});
afterAll(async () => {
  await stage.close();
  await rm(dataDirectory, { recursive: true });
});
beforeEach(async () => {
  visit = await stage.open();
});
afterEach(() => visit.end());

async function openAudit(page: Page, search = ''): Promise<void> {
  await page.goto(`${stage.service.url}/audit${search}`);
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
  await page.getByRole('status').getByText('Events').waitFor();
}

describe('the list', () => {
  test('is filtered and paged, and a reload shows the same', async () => {
    const { page, faults } = visit;
    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByText('Events 1–50').waitFor();
    await page.getByText(/^Up to event \d+/).waitFor();
    await shoot(page, 'audit');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText(/Events 51–/).waitFor();
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByLabel('What happened').selectOption({ label: 'Document read' });
    await page.getByLabel('Outcome').selectOption({ label: 'Failed' });
    await page.getByText('Events 1–1, all of them').waitFor();
    const row = page.getByRole('row', { name: /Document read/ });
    expect(await row.textContent()).toContain('Faileddocuments/not-found');
    await page.reload();
    await page.getByText('Events 1–1, all of them').waitFor();
    expect(page.url()).toContain('outcome=failed');
    await page.getByText('More filters').click();
    await page.getByLabel('IP address').fill('192.0.2.1');
    await page.getByText('No event fits.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Show all events' }).click();
    await page.getByText('Events 1–50').waitFor();
    await page.getByLabel('From').fill('2999-01-01');
    await page.getByText('No event fits.').waitFor();
    expect(faults).toEqual([]);
  });

  test('is exported as it is filtered', async () => {
    const { page } = visit;
    await openAudit(page, '?type=content.downloaded');
    for (const [name, file, lines] of [
      ['Export CSV', 'redline-audit.csv', 2],
      ['Export JSON lines', 'redline-audit.jsonl', 1],
    ] as const) {
      const coming = page.waitForEvent('download');
      await page.getByRole('link', { name }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toBe(file);
      const text = await readFile(await download.path(), 'utf8');
      expect(text.trimEnd().split('\n')).toHaveLength(lines);
      expect(text).toContain(document);
    }
  });

  test.each(['light', 'dark'] as const)('fits a narrow window, in %s', async (colorScheme) => {
    const narrow = await stage.open({ viewport: { width: 400, height: 800 }, colorScheme });
    await openAudit(narrow.page);
    await expectNoSidewaysScroll(narrow.page);
    await expectAccessible(narrow.page);
    await shoot(narrow.page, `audit-narrow-${colorScheme}`);
    await narrow.page.getByRole('button', { name: /Document created/ }).waitFor({ state: 'detached' });
    await narrow.page
      .getByRole('button', { name: /, event/ })
      .first()
      .click();
    await narrow.page.getByRole('dialog').waitFor();
    await expectNoSidewaysScroll(narrow.page);
    await expectAccessible(narrow.page);
    await shoot(narrow.page, `audit-event-narrow-${colorScheme}`);
    await narrow.end();
  });
});

describe('one event', () => {
  test('is opened and proven by keyboard, and its proof is good elsewhere too', async () => {
    const { page, faults } = visit;
    await openAudit(page, '?type=content.downloaded');
    const open = page.getByRole('button', { name: /^Content downloaded/ });
    await open.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: /^Content downloaded/ });
    await dialog.getByText('The bytes of a version were read.').waitFor();
    await dialog.getByRole('button', { name: 'Prove this event' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByText('Proven, in this browser.').waitFor();
    await expectAccessible(page);
    await shoot(page, 'audit-proven');
    const coming = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'Download the proof' }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toMatch(/^event-\d+\.proof\.json$/);
    const proof = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(await verifyProof(proof)).toMatchObject({ fault: null, proven: { event: { document } } });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await open.evaluate((button) => button === globalThis.document.activeElement)).toBe(true);
    expect(faults).toEqual([]);
  });

  test('leads to others like it', async () => {
    const { page } = visit;
    await openAudit(page, '?outcome=failed');
    await page.getByRole('button', { name: /^Document read/ }).click();
    await page.getByRole('button', { name: 'Find others by this Request' }).click();
    await page.getByText('Events 1–1, all of them').waitFor();
    expect(page.url()).toContain('requestId=');
  });

  test.each<[string, (proof: { event: { actor: string }; path: string[] }) => object, RegExp]>([
    [
      'an event that was changed',
      (proof) => ({ ...proof, event: { ...proof.event, actor: 'x' } }),
      /its own hash/,
    ],
    [
      'a way that leads elsewhere',
      (proof) => ({ ...proof, path: proof.path.toReversed() }),
      /does not hold this event/,
    ],
  ])('with a proof of %s is not proven', async (_, change, told) => {
    const { page } = visit;
    await page.route(/\/proof$/, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: change(await answer.json()) });
    });
    await openAudit(page, '?type=content.downloaded');
    await page.getByRole('button', { name: /^Content downloaded/ }).click();
    await page.getByRole('button', { name: 'Prove this event' }).click();
    await page.getByText(told).waitFor();
  });

  test('that is not signed yet is to be asked for again', async () => {
    const { page } = visit;
    await page.route(/\/proof$/, (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        json: { status: 409, code: 'audit/not-signed', title: 't', detail: 'd' },
      }),
    );
    await openAudit(page, '?type=content.downloaded');
    await page.getByRole('button', { name: /^Content downloaded/ }).click();
    await page.getByRole('button', { name: 'Prove this event' }).click();
    await page
      .getByRole('alert')
      .getByText(/No checkpoint holds the event yet/)
      .waitFor();
  });
});

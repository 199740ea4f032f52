import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { STAND_IN_ENGINE } from '../acceptance/service.ts';
import { textPdf } from '../support/files.ts';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  openStage,
  type Stage,
  shoot,
  type Visit,
} from './browser.ts';

// The page of what the service is at, over an engine that ends when it is told to.

let stage: Stage;
let visit: Visit;

beforeAll(async () => {
  stage = await openStage({ engineScript: STAND_IN_ENGINE });
});
afterAll(() => stage.close());
beforeEach(async () => {
  visit = await stage.open();
});
afterEach(() => visit.end());

/** A batch of pairs that behave so. */
async function begin(name: string, ...behaviours: readonly string[]): Promise<void> {
  const form = new FormData();
  form.append('files', new Blob(['a']), 'a.docx');
  const items = behaviours.map((author, index) => ({
    ...{ name: `Pair ${index + 1}`, original: 'a.docx', modified: 'a.docx', options: { author } },
  }));
  form.append('options', JSON.stringify({ name, items }));
  const answer = await fetch(`${stage.service.url}/v1/batches`, { method: 'POST', body: form });
  expect(answer.status).toBe(202);
}

/** A comparison that behaves so, done later. */
async function compareLater(name: string, behaviour: string): Promise<void> {
  const form = new FormData();
  form.append('original', new Blob(['a']), `${name} 1.docx`);
  form.append('modified', new Blob(['b']), `${name} 2.docx`);
  form.append('options', JSON.stringify({ author: behaviour }));
  const headers = { Prefer: 'respond-async' };
  const answer = await fetch(`${stage.service.url}/v1/comparisons`, { method: 'POST', body: form, headers });
  expect(answer.status).toBe(202);
}

test('nothing is at work, and it says how some comes to be', async () => {
  const { page } = visit;
  await page.getByRole('link', { name: 'Work' }).click();
  await page.getByText('Nothing is at work').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Failed', exact: true }).click();
  await page.getByText('Nothing has failed.').waitFor();
});

test('single comparisons are shown as they go on, cancelled, found by how they ended, and told why', async () => {
  const { page, faults } = visit;
  await page.goto(`${stage.service.url}/work`);
  await page.getByText('Shown as it happens').waitFor();
  await compareLater('Lease', 'echo');
  await compareLater('Sealed', 'refuse');
  await compareLater('Endless', 'spin');
  const card = (name: string) => page.getByRole('region', { name: `${name} 1.docx → ${name} 2.docx` });
  await card('Lease').getByText('Done').waitFor();
  await card('Lease').getByRole('link', { name: 'Open the redline' }).waitFor();
  await card('Sealed').getByText('The document is protected by a password.').waitFor();
  await card('Endless').getByText('Running').waitFor();
  await card('Endless')
    .getByText(/Comparing, and proving the result · 20 %/)
    .waitFor();
  expect(await card('Endless').getByRole('progressbar').getAttribute('value')).toBe('20');
  await expectAccessible(page);
  await shoot(page, 'work-single');

  // By keyboard, and the address says it: a reload shows the same.
  await page.getByRole('link', { name: 'Running', exact: true }).focus();
  await page.keyboard.press('Enter');
  await card('Lease').waitFor({ state: 'detached' });
  await page.reload();
  await card('Endless').getByText('Running').waitFor();
  expect(await page.getByRole('region', { name: /docx/ }).count()).toBe(1);
  await card('Endless')
    .getByRole('button', { name: /^Cancel/ })
    .focus();
  await page.keyboard.press('Enter');
  await card('Endless').getByText('Cancelled').waitFor();
  await expect.poll(async () => (await stage.service.health()).pool.running).toBe(0);

  await page.getByRole('link', { name: 'Failed', exact: true }).click();
  await card('Sealed').waitFor();
  expect(await page.getByRole('region', { name: /docx/ }).count()).toBe(1);
  await page.getByRole('link', { name: 'Ended', exact: true }).click();
  await card('Endless').waitFor();
  expect(await page.getByRole('region', { name: /docx/ }).count()).toBe(3);
  await page.goBack();
  await card('Lease').waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
});

test('where nothing is told it is asked for, and what is cut is taken up again', async () => {
  const { page } = visit;
  const told = '**/v1/operations/events';
  await page.route(told, (route) => route.abort());
  await page.goto(`${stage.service.url}/work`);
  await page.getByText('Looked at every few seconds').waitFor();
  await compareLater('Asked for', 'echo');
  const card = page.getByRole('region', { name: /^Asked for/ });
  await card.getByText('Done').waitFor();
  await page.unroute(told);
  await page.getByText('Shown as it happens').waitFor();
});

test('running work is shown with its progress, also after a reload, and is cancelled', async () => {
  const { page, faults } = visit;
  await page.getByRole('link', { name: 'Work' }).click();
  await page.getByRole('heading', { level: 1, name: 'Work' }).waitFor();
  // What is begun elsewhere appears by itself.
  await begin('Leases 2026', 'echo', 'refuse', 'spin', 'spin');
  const card = page.getByRole('region', { name: 'Leases 2026' });
  await card.getByText(/^4 pairs: 1 done, .*1 failed/).waitFor();
  await expect.poll(() => card.getByRole('progressbar').getAttribute('value')).toBe('50');
  await card.getByText('Pairs', { exact: true }).click();
  await card.getByText('(document/encrypted)').waitFor();
  await shoot(page, 'work');
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);

  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Work' }).waitFor();
  await card.getByText(/^4 pairs: 1 done, .*1 failed/).waitFor();
  expect(await card.getByRole('progressbar').getAttribute('value')).toBe('50');

  await card.getByRole('button', { name: 'Cancel Leases 2026' }).click();
  await card.getByText('4 pairs: 1 done, 1 failed, 2 cancelled').waitFor();
  await card.getByRole('link', { name: 'Download all' }).waitFor();
  // Also for whoever comes later, and has opened nothing.
  await page.reload();
  await card.getByText('4 pairs: 1 done, 1 failed, 2 cancelled').waitFor();
  await expect.poll(async () => (await stage.service.health()).pool.running).toBe(0);

  await card.getByRole('button', { name: /^Try again what failed/ }).click();
  await card.getByText(/running|waiting/).waitFor();
  await card.getByRole('button', { name: 'Cancel Leases 2026' }).click();
  await card
    .getByText(/Cancelled/)
    .first()
    .waitFor();
  expect(faults).toEqual([]);
});

test('exports and erasures are among the work', async () => {
  const { page } = visit;
  await page.goto(`${stage.service.url}/work`);
  const form = new FormData();
  form.set('file', new Blob([textPdf('gone')]), 'gone.pdf');
  const kept = await fetch(`${stage.service.url}/v1/documents`, { method: 'POST', body: form });
  const { id } = (await kept.json()) as { id: string };
  const ask = async (path: string, body: object): Promise<void> => {
    const headers = { Prefer: 'respond-async', 'Content-Type': 'application/json' };
    const answer = await fetch(`${stage.service.url}${path}`, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    });
    expect(answer.status).toBe(202);
  };
  await ask('/v1/erasures', { document: id, reason: 'asked' });
  const erasure = page.getByRole('region', { name: id });
  await erasure.getByText('Done').waitFor();
  expect(await erasure.getByRole('button').count()).toBe(0);
  await ask('/v1/exports', {});
  await ask('/v1/retention/sweeps', { dryRun: true });
  const archive = page.getByRole('region', { name: 'What you own' });
  await archive.getByText('Done').waitFor();
  await page.getByRole('region', { name: 'As a test' }).getByText('Done').waitFor();
  await expectAccessible(page);
  await shoot(page, 'work-records');
  const link = await archive.getByRole('link', { name: /^Download the archive/ }).getAttribute('href');
  expect((await fetch(`${stage.service.url}${link}`)).headers.get('content-type')).toBe('application/x-tar');
});

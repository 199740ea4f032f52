import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { STAND_IN_ENGINE } from '../acceptance/service.ts';
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

test('running work is shown with its progress, also after a reload, and is cancelled', async () => {
  const { page, faults } = visit;
  await page.getByRole('link', { name: 'Work' }).click();
  await page.getByText('Nothing is at work').waitFor();
  await expectAccessible(page);
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
  await expect.poll(async () => (await stage.service.health()).pool.running).toBe(0);

  await card.getByRole('button', { name: /^Try again what failed/ }).click();
  await card.getByText(/at work|waiting/).waitFor();
  await card.getByRole('button', { name: 'Cancel Leases 2026' }).click();
  await card
    .getByText(/Cancelled/)
    .first()
    .waitFor();
  expect(faults).toEqual([]);
});

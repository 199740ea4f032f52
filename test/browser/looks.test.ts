import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  openStage,
  type Stage,
  shoot,
  takeSample,
} from './browser.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const LOOKS = [
  ['wide', { viewport: { width: 1360, height: 900 }, colorScheme: 'light' }],
  ['wide and dark', { viewport: { width: 1360, height: 900 }, colorScheme: 'dark' }],
  ['a tablet', { viewport: { width: 820, height: 1180 }, colorScheme: 'light' }],
  ['a phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light', hasTouch: true }],
  ['a phone and dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark', hasTouch: true }],
] as const;

describe.each(LOOKS)('%s', (name, options) => {
  const file = name.replaceAll(' ', '-');

  test('the beginning', async () => {
    const { page, faults, end } = await stage.open(options);
    await page.getByText('Options').click();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await shoot(page, `home-${file}`);
    expect(faults).toEqual([]);
    await end();
  });

  test('the redline', async () => {
    const { page, faults, end } = await stage.open(options);
    await takeSample(page);
    for (const summary of await page.locator('.panel summary').all())
      if ((await summary.locator('..').getAttribute('open')) === null) await summary.click();
    await page.getByRole('button', { name: 'Next change' }).click();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await shoot(page, `redline-${file}`);
    expect(faults).toEqual([]);
    await end();
  });
});

test('no kind of change is told by colour alone', async () => {
  const { page, end } = await stage.open();
  await takeSample(page);
  const lines = await page.evaluate(() =>
    ['ins:not(.move-to)', 'del:not(.move-from)', '.move-to', '.move-from', '.format:not(.format-note)'].map(
      (selector) => {
        const element = document.querySelector(`.paper ${selector}`);
        const { textDecorationLine, textDecorationStyle } = getComputedStyle(element ?? document.body);
        return `${textDecorationLine} ${textDecorationStyle}`;
      },
    ),
  );
  expect(lines).toEqual([
    'underline solid',
    'line-through solid',
    'underline double',
    'line-through double',
    'underline dotted',
  ]);
  await end();
});

test('printed is the redline, and nothing but the redline', async () => {
  const { page, end } = await stage.open();
  await takeSample(page);
  await page.emulateMedia({ media: 'print' });
  for (const selector of ['.bar', '.panel'])
    expect(await page.locator(selector).isVisible(), selector).toBe(false);
  expect(await page.locator('.paper').isVisible()).toBe(true);
  await shoot(page, 'print');
  await end();
});

test('without motion where none is welcome', async () => {
  const { page, end } = await stage.open({ reducedMotion: 'reduce' });
  await takeSample(page);
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  const top = () => page.evaluate(() => scrollY);
  const before = await top();
  await page.evaluate(() => new Promise(requestAnimationFrame));
  expect(await top()).toBe(before);
  await end();
});

test('the rendered page alone is accessible and asks nobody for anything', async () => {
  const { page, end } = await stage.open();
  await takeSample(page);
  const id = new URL(page.url()).hash.slice(1);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const address = `${stage.service.url}/v1/comparisons/${id}/html`;
  await page.goto(address);
  expect(asked).toEqual([address]);
  const width = await page.locator('main').evaluate((main) => getComputedStyle(main).maxWidth);
  expect(width, 'its own style applies').toBe('704px');
  await shoot(page, 'alone');
  // Where the service puts it, no script runs, not even the one that looks for violations.
  const html = await (await fetch(address)).text();
  await page.goto('about:blank');
  await page.setContent(html);
  await expectAccessible(page);
  await end();
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PROBLEMS } from '../../src/http/errors.ts';
import { buildDocx } from '../support/package.ts';
import {
  compare,
  docx,
  expectAccessible,
  openStage,
  type Stage,
  shoot,
  takeSample,
  type Visit,
} from './browser.ts';

let stage: Stage;
let visit: Visit;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());
beforeEach(async () => {
  visit = await stage.open();
});
afterEach(() => visit.end());

const GOOD = docx('good.docx', buildDocx({}));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('documents that cannot be compared', () => {
  test.each([
    [
      'no Word document',
      docx('a.docx', bytes('plain text')),
      'This is not a Word document',
      'Original: a.docx',
    ],
    [
      'a damaged one',
      docx('a.docx', buildDocx({}).slice(0, 500)),
      'The document is damaged',
      'Original: a.docx',
    ],
  ])('%s', async (_, file, title, subject) => {
    const { page } = visit;
    await compare(page, file, GOOD);
    expect(await page.getByRole('heading', { level: 1, name: title }).textContent()).toBe(title);
    const text = await page.getByRole('alert').textContent();
    expect(text).toContain(subject);
    expect(text).toMatch(/Request\S/);
    await expectAccessible(page);
    await shoot(page, 'failure');
    await page.getByRole('button', { name: 'Choose other documents' }).click();
    expect(await page.locator('.zone-name').first().textContent()).toBe('a.docx');
  });

  test.each([
    ['contract.pdf', 'This is a PDF'],
    ['contract.doc', 'Save it as .docx'],
    ['contract.xlsx', 'not a Word document'],
    ['empty.docx', 'empty'],
  ])('%s is refused before anything is sent', async (name, words) => {
    const { page } = visit;
    await page.getByLabel(/^Original/).setInputFiles(docx(name, bytes(name === 'empty.docx' ? '' : 'x')));
    expect(await page.locator('.zone-problem').first().textContent()).toContain(words);
    await page.getByRole('button', { name: 'Compare' }).click();
    expect(await page.locator('.hint').textContent()).not.toBe('');
    await expectAccessible(page);
  });

  test('nothing chosen says what is missing', async () => {
    const { page } = visit;
    await page.getByRole('button', { name: 'Compare' }).click();
    expect(await page.locator('.hint').textContent()).toBe('Choose the two documents first.');
  });
});

describe('every problem the service knows is said in words', () => {
  let code = '';
  let shared: Visit;
  beforeAll(async () => {
    shared = await stage.open();
    await shared.page.route('**/v1/comparisons', (route) => {
      const body = {
        type: '/problems/x',
        title: 'Its title',
        status: 422,
        detail: 'Its detail.',
        code,
        requestId: 'r-1',
      };
      return route.fulfill({
        status: 422,
        contentType: 'application/problem+json',
        body: JSON.stringify(body),
      });
    });
    await shared.page.getByLabel(/^Original/).setInputFiles(GOOD);
    await shared.page.getByLabel(/^Modified/).setInputFiles(GOOD);
  });
  afterAll(() => shared.end());

  test.each(Object.keys(PROBLEMS))('%s', async (name) => {
    const { page } = shared;
    code = name;
    await page.getByRole('button', { name: 'Compare' }).click();
    expect((await page.locator('.failure h1').textContent())?.length).toBeGreaterThan(5);
    expect((await page.locator('.failure .lede').textContent())?.length).toBeGreaterThan(5);
    expect(await page.locator('.failure dl').textContent()).toContain(name);
    await page.getByRole('button', { name: /^(Back|Choose other documents)$/ }).click();
  });
});

describe('a service that is not there', () => {
  test('is named, and can be tried again with the same files', async () => {
    const { page } = visit;
    await page.route('**/v1/comparisons', (route) => route.abort());
    await compare(page, GOOD, GOOD);
    await page.getByRole('heading', { name: 'The service cannot be reached' }).waitFor();
    await page.unroute('**/v1/comparisons');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.paper article').waitFor();
  });

  test('busy says when to come back', async () => {
    const { page } = visit;
    const body = JSON.stringify({ code: 'service/busy', title: 'Busy', detail: '', requestId: 'r-1' });
    const headers = { 'Retry-After': '7', 'Content-Type': 'application/problem+json' };
    await page.route('**/v1/comparisons', (route) => route.fulfill({ status: 503, headers, body }));
    await compare(page, GOOD, GOOD);
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('In about 7 seconds');
  });

  test('a result that is no longer kept', async () => {
    const { page } = visit;
    await page.goto(`${stage.service.url}/#${'0'.repeat(48)}`);
    await page.reload();
    await page.getByRole('heading', { name: 'This result is no longer here' }).waitFor();
  });

  test('work can be cancelled', async () => {
    const { page } = visit;
    await page.route('**/v1/comparisons', () => undefined);
    await compare(page, GOOD, GOOD);
    await page.getByRole('heading', { name: 'Comparing' }).waitFor();
    await shoot(page, 'working');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Compare' }).waitFor();
  });
});

test('a redline that were hostile stays inert', async () => {
  const { page } = visit;
  const evil =
    '<article class="redline" onclick="alert(1)"><section class="page" data-page="1"><p id="root" style="color:red">Text' +
    '<script>window.hit=1</script><img src="https://example.com/x.png" onerror="window.hit=1" alt="a"><svg onload="window.hit=1"></svg>' +
    '<a href="javascript:window.hit=1">link</a><iframe src="/"></iframe><ins data-change="c1" data-kind="insertion" onmouseover="x">ins</ins></p></section></article>';
  await page.route('**/html', (route) => route.fulfill({ contentType: 'text/html', body: evil }));
  await takeSample(page);
  const html = await page.locator('.paper').innerHTML();
  expect(html).toBe(
    '<article class="redline"><section class="page" data-page="1"><p>Text<img alt="a"><a>link</a><ins data-change="c1" data-kind="insertion">ins</ins></p></section></article>',
  );
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});

import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Service, type ServiceOptions, startService } from '../acceptance/service.ts';

const SHOTS = new URL('../../test-results/', import.meta.url).pathname;
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** A browser and the service it looks at. */
export interface Stage {
  readonly service: Service;
  /** A page of its own, at the service's root, with everything it did wrong. */
  open(options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  /** Errors on the console (a broken content security policy among them), thrown errors, requests to other hosts. */
  readonly faults: readonly string[];
  end(): Promise<void>;
}

export async function openStage(options: ServiceOptions = {}): Promise<Stage> {
  mkdirSync(SHOTS, { recursive: true });
  const service = await startService(options);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ARGUMENTS,
  });
  return {
    service,
    open: (settings = {}) => openVisit(browser, service, settings),
    close: async () => {
      await browser.close();
      await service.stop();
    },
  };
}

async function openVisit(
  browser: Browser,
  service: Service,
  settings: BrowserContextOptions,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, ...settings });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(service.url))
      faults.push(request.url());
  });
  await page.goto(service.url);
  return {
    page,
    faults,
    end: async () => {
      await context.close();
    },
  };
}

/** Keeps a picture for whoever wants to look. */
export async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${SHOTS}${name}.png` });
}

export async function takeSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try the sample' }).click();
  await page.locator('.paper article').waitFor();
}

export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function docx(name: string, bytes: Uint8Array): Upload {
  const mimeType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  return { name, mimeType, buffer: Buffer.from(bytes) };
}

/** Chooses two files with the file pickers and compares them. */
export async function compare(page: Page, original: Upload, modified: Upload): Promise<void> {
  await page.getByLabel(/^Original/).setInputFiles(original);
  await page.getByLabel(/^Modified/).setInputFiles(modified);
  await page.getByRole('button', { name: 'Compare' }).click();
}

/** No violation of WCAG 2.1 A and AA that axe knows. */
export async function expectAccessible(page: Page): Promise<void> {
  const axe = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']);
  const { violations } = await axe.analyze();
  expect(
    violations.map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((n) => n.html)
          .slice(0, 3)
          .join(' | ')}`,
    ),
  ).toEqual([]);
}

/** Nothing stands beyond the right edge, so nobody scrolls sideways. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { content, view } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    view: document.documentElement.clientWidth,
  }));
  expect(content).toBeLessThanOrEqual(view);
}

import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { Service } from '../acceptance/service.ts';
import { textPdf } from '../support/files.ts';
import { buildDocx, documentXml } from '../support/package.ts';
import type { Upload } from './browser.ts';

// Kept documents, put there and looked at past the page.

export const contract = (...paragraphs: string[]): Uint8Array =>
  buildDocx({
    'word/document.xml': documentXml(
      `${paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('')}<w:sectPr/>`,
    ),
  });

/** A PDF of so many MB, no two of them alike. */
export const large = (name: string, megabytes: number): Upload => ({
  name,
  mimeType: 'application/pdf',
  buffer: Buffer.from(textPdf(randomBytes(megabytes * 512 * 1024).toString('hex'))),
});

export interface Kept {
  readonly id: string;
  readonly etag: string;
  readonly name: string;
  readonly versions: number;
}

export async function keep(
  service: Service,
  name: string,
  bytes: Uint8Array,
  labels: readonly string[] = [],
): Promise<Kept> {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)]), name);
  form.set('options', JSON.stringify({ labels }));
  const response = await fetch(`${service.url}/v1/documents`, { method: 'POST', body: form });
  return (await response.json()) as Kept;
}

export async function addVersion(service: Service, { id, etag }: Kept, bytes: Uint8Array): Promise<Kept> {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)]), 'next.docx');
  const init = { method: 'POST', body: form, headers: { 'If-Match': etag } };
  const response = await fetch(`${service.url}/v1/documents/${id}/versions`, init);
  return (await response.json()) as Kept;
}

export async function stored(service: Service, name: string): Promise<readonly Kept[]> {
  const response = await fetch(`${service.url}/v1/documents?name=${encodeURIComponent(name)}`);
  return ((await response.json()) as { documents: Kept[] }).documents;
}

export async function contentOf(service: Service, { id }: Kept): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${service.url}/v1/documents/${id}/content`)).arrayBuffer());
}

export async function openList(service: Service, page: Page, search = ''): Promise<void> {
  await page.goto(`${service.url}/documents${search}`);
  await page.getByRole('heading', { level: 1, name: 'Documents' }).waitFor();
}

export async function openDocument(service: Service, page: Page, { id, name }: Kept): Promise<void> {
  await page.goto(`${service.url}/documents/${id}`);
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

export const picker = (page: Page) => page.locator('.list-head input[type=file]');
export const row = (page: Page, name: string) => page.locator('.upload', { hasText: name });

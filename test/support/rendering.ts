import { expect } from 'vitest';
import { nodeCodec } from '../../src/kit/codec.ts';
import { DEFAULT_LIMITS, type View } from '../../src/redline/index.ts';
import { renderHtml } from '../../src/redline/render/index.ts';
import { buildDocx, documentXml, type Parts } from './package.ts';

export type Links = readonly (readonly [id: string, type: string, target: string])[];

/** What stands inside the article. */
export function render(body: string, parts: Parts = {}, links: Links = [], view: View = 'inline'): string {
  const docx = buildDocx({ 'word/document.xml': documentXml(body), ...parts }, links);
  const html = renderHtml(docx, nodeCodec, DEFAULT_LIMITS, view);
  // Which id a change has in its document is the matter of `listChanges`; here the page's own numbers say enough.
  return (/<article[^>]*>([\s\S]*)<\/article>/.exec(html)?.[1] ?? '').replace(/ data-id="[^"]*"/g, '');
}

const t = (text: string): string => `<w:t xml:space="preserve">${text}</w:t>`;
export const r = (text: string, rPr = ''): string => `<w:r>${rPr && `<w:rPr>${rPr}</w:rPr>`}${t(text)}</w:r>`;
export const p = (content: string, pPr = ''): string =>
  `<w:p>${pPr && `<w:pPr>${pPr}</w:pPr>`}${content}</w:p>`;
export const by = (n: number, author = 'Ann'): string =>
  `w:id="${n}" w:author="${author}" w:date="2026-01-02T03:04:05Z"`;
export const ins = (content: string, n = 1): string => `<w:ins ${by(n)}>${content}</w:ins>`;
export const del = (text: string, n = 2): string =>
  `<w:del ${by(n)}><w:r><w:delText xml:space="preserve">${text}</w:delText></w:r></w:del>`;
export const data = (id: string, kind: string): string =>
  `data-change="${id}" data-kind="${kind}" data-author="Ann" data-date="2026-01-02T03:04:05Z"`;

export interface Case {
  readonly name: string;
  readonly body: string;
  readonly parts?: Parts;
  readonly links?: Links;
  readonly shows: readonly string[];
  readonly hides?: readonly string[];
}

/** Renders an example and looks for what it must show and hide. */
export const check = ({ body, parts, links, shows, hides = [] }: Case): string => {
  const html = render(body, parts, links);
  for (const text of shows) expect(html).toContain(text);
  for (const text of hides) expect(html).not.toContain(text);
  return html;
};

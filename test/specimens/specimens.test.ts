import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { bare, redlineOfFiles } from '../support/engine.ts';
import { documentXml, type Parts, partXml } from '../support/package.ts';
import { docx, type Links } from '../support/redlines.ts';
import { strict } from '../support/strict.ts';

const folder = resolve(import.meta.dirname, '../../docs/ooxml');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
const MAIN = 'word/document.xml';
/** Parts of which a page shows the content only; of others it shows the whole. */
const ROOTS: readonly (readonly [part: RegExp, root: string])[] = [
  [/footnotes/, 'w:footnotes'],
  [/endnotes/, 'w:endnotes'],
  [/header/, 'w:hdr'],
  [/footer/, 'w:ftr'],
  [/comments\.xml/, 'w:comments'],
  [/numbering/, 'w:numbering'],
];
type Version = 'original' | 'modified' | 'redline';
/** Part name to the markup that the page shows of it, in one line. */
type Shown = Readonly<Record<string, string>>;

interface Specimen {
  readonly what: string;
  readonly shown: Readonly<Record<Version, Shown>>;
  /** Relationships of the main part that the test's own builder does not know. */
  readonly links: Readonly<Record<Version, Links>>;
}

/** The specimens of a page: a heading, and blocks of XML that say which version, and which part, they show. */
function specimensOf(page: string): Specimen[] {
  const [, ...sections] = page.split(/^## /m);
  return sections.map((section) => {
    const shown: Record<Version, Record<string, string>> = { original: {}, modified: {}, redline: {} };
    const links: Record<Version, [string, string, string][]> = { original: [], modified: [], redline: [] };
    for (const block of section.matchAll(/^```text (original|modified) links\n([\s\S]*?)^```$/gm))
      for (const line of (block[2] ?? '').trim().split('\n')) {
        const [id = '', type = '', target = ''] = line.split(' ');
        links[block[1] as Version].push([id, type, target]);
      }
    for (const block of section.matchAll(/^```xml (original|modified|redline)(?: (\S+))?\n([\s\S]*?)^```$/gm))
      shown[block[1] as Version][block[2] ?? MAIN] = (block[3] ?? '').replace(/\n\s*/g, '');
    return { what: section.split('\n')[0] ?? '', shown, links };
  });
}

/** The shown parts as a document; blanks at the ends of text count, as they do in the engine's own markup. */
function partsOf(shown: Shown): Parts {
  const entries = Object.entries(shown).map(([name, xml]): [string, string] => {
    const kept = xml.replaceAll('<w:t>', '<w:t xml:space="preserve">');
    if (name === MAIN) return [name, documentXml(/<\/w:sectPr>$/.test(kept) ? kept : `${kept}<w:sectPr/>`)];
    const root = ROOTS.find(([part]) => part.test(name))?.[1];
    return [name, root === undefined ? kept : partXml(root, kept)];
  });
  return Object.fromEntries(entries);
}

/** What a part holds below its root, without the section that every document has; the whole of parts that are shown whole. */
function contentOf(name: string, xml: string): string {
  const root = name === MAIN ? 'w:body' : ROOTS.find(([part]) => part.test(name))?.[1];
  if (root === undefined) return xml.replace(/^<\?xml[^>]*\?>\s*/, '');
  const inner = new RegExp(`<${root}\\b[^>]*>([\\s\\S]*)</${root}>`).exec(xml);
  return (inner?.[1] ?? '').replace(/<w:sectPr\/>$/, '');
}

/** The main part of a redline that says who made each change; `bare` leaves out who it was otherwise. */
function withEarlier(a: Uint8Array, b: Uint8Array, tracked: 'reject' | 'preserve'): string {
  const options = { author: 'Redline', date: '2026-01-01T00:00:00Z', tracked };
  const { redline, report } = compare(a, b, options, nodeCodec);
  expect(report.verification.exact).toBe(true);
  return bare(signed(openPackage(redline, nodeCodec, DEFAULT_LIMITS).text(MAIN)));
}

const signed = (xml: string): string => xml.replace(/ w:author="(\w+)"/g, ' w:author="$1" by="$1"');

/** A specimen of the strict conformance class says so in its heading. */
const STRICT = /strict/i;

describe.each(pages)('the specimens of %s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');

  test.each(specimensOf(text))('$what', ({ what, shown, links }) => {
    expect(Object.keys(shown.redline).length).toBeGreaterThan(0);
    const made = (version: 'original' | 'modified'): Uint8Array => {
      const data = docx([partsOf(shown[version]), links[version]]);
      return STRICT.test(what) ? strict(data) : data;
    };
    const tracked = /^With `(reject|preserve)`/.exec(what)?.[1];
    if (tracked === 'reject' || tracked === 'preserve') {
      const found = withEarlier(made('original'), made('modified'), tracked);
      expect(contentOf(MAIN, found)).toBe(bare(signed(shown.redline[MAIN] ?? '')));
      return;
    }
    const { part } = redlineOfFiles(made('original'), made('modified'));
    for (const [partName, xml] of Object.entries(shown.redline))
      expect(contentOf(partName, part(partName)), partName).toBe(bare(xml));
    if (STRICT.test(what)) expect(part(MAIN)).toContain('http://purl.oclc.org/ooxml/wordprocessingml/main');
  });

  test('the page is complete and listed', () => {
    expect(specimensOf(text).length).toBeGreaterThan(0);
    expect(text).toMatch(/^# .+\n\n[\s\S]*ECMA-376 Part 1[\s]+§[\s\S]*\*\*In Word\.\*\*/);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`(${name})`);
  });
});

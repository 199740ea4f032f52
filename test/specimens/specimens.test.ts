import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bare, redlineOf } from '../support/engine.ts';
import { documentXml, type Parts, partXml } from '../support/package.ts';

const folder = resolve(import.meta.dirname, '../../docs/ooxml');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
const MAIN = 'word/document.xml';
const ROOTS: readonly (readonly [part: RegExp, root: string])[] = [
  [/footnotes/, 'w:footnotes'],
  [/endnotes/, 'w:endnotes'],
  [/header/, 'w:hdr'],
  [/footer/, 'w:ftr'],
];
type Version = 'original' | 'modified' | 'redline';
/** Part name to the markup that the page shows of it, in one line. */
type Shown = Readonly<Record<string, string>>;

interface Specimen {
  readonly what: string;
  readonly shown: Readonly<Record<Version, Shown>>;
}

/** The specimens of a page: a heading, and blocks of XML that say which version, and which part, they show. */
function specimensOf(page: string): Specimen[] {
  const [, ...sections] = page.split(/^## /m);
  return sections.map((section) => {
    const shown: Record<Version, Record<string, string>> = { original: {}, modified: {}, redline: {} };
    for (const block of section.matchAll(/^```xml (original|modified|redline)(?: (\S+))?\n([\s\S]*?)^```$/gm))
      shown[block[1] as Version][block[2] ?? MAIN] = (block[3] ?? '').replace(/\n\s*/g, '');
    return { what: section.split('\n')[0] ?? '', shown };
  });
}

/** The shown parts as a document; blanks at the ends of text count, as they do in the engine's own markup. */
function partsOf(shown: Shown): Parts {
  const entries = Object.entries(shown).map(([name, xml]): [string, string] => {
    const kept = xml.replaceAll('<w:t>', '<w:t xml:space="preserve">');
    if (name === MAIN) return [name, documentXml(/<\/w:sectPr>$/.test(kept) ? kept : `${kept}<w:sectPr/>`)];
    const root = ROOTS.find(([part]) => part.test(name))?.[1] ?? 'w:unknown';
    return [name, partXml(root, kept)];
  });
  return Object.fromEntries(entries);
}

/** What a part holds below its root, without the section that every document has. */
function contentOf(xml: string): string {
  const inner =
    /^[\s\S]*?<w:(?:body|footnotes|endnotes|hdr|ftr)\b[^>]*>([\s\S]*)<\/w:(?:body|footnotes|endnotes|hdr|ftr)>/.exec(
      xml,
    );
  return (inner?.[1] ?? '').replace(/<w:sectPr\/>$/, '');
}

describe.each(pages)('the specimens of %s', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');

  test.each(specimensOf(text))('$what', ({ shown }) => {
    expect(Object.keys(shown.redline).length).toBeGreaterThan(0);
    const { part } = redlineOf(partsOf(shown.original), partsOf(shown.modified));
    for (const [partName, xml] of Object.entries(shown.redline))
      expect(contentOf(part(partName)), partName).toBe(bare(xml));
  });

  test('the page is complete and listed', () => {
    expect(specimensOf(text).length).toBeGreaterThan(0);
    expect(text).toMatch(/^# .+\n\n[\s\S]*ECMA-376 Part 1[\s]+§[\s\S]*\*\*In Word\.\*\*/);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(`(${name})`);
  });
});

import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import {
  type Comparison,
  compare,
  compareOptions,
  DEFAULT_LIMITS,
  type Report,
  type Rung,
  type Verification,
  verify,
} from '../../src/redline/index.ts';
import { openPackage, type Package } from '../../src/redline/ooxml/index.ts';
import { RUNGS } from '../../src/redline/report.ts';
import { withoutRevisions, writeRedline } from '../../src/redline/revisions/index.ts';
import { docx, type Source } from './redlines.ts';

const OPTIONS = compareOptions({ author: 'A', date: '2024-05-01T00:00:00Z' });

/** What a test expects of a pair beside exactness; the default is what every ordinary pair fulfils. */
export interface Setting {
  /** Rungs below the first that may serve a story. */
  readonly rungs?: readonly Rung[];
  /** Why the other direction marks other words: a tie that is broken by which side comes first. */
  readonly lopsided?: string;
}

export interface Redlined {
  readonly bytes: Uint8Array;
  readonly report: Report;
  /** Content of the body as `bare` shows it, without the section at its end. */
  readonly xml: string;
  /** A part as `bare` shows it. */
  readonly part: (name: string) => string;
  readonly names: readonly string[];
}

/** Compares two documents and holds the result to everything that is true of every redline. */
export function redlineOf(original: Source, modified: Source, setting: Setting = {}): Redlined {
  return redlineOfFiles(docx(original), docx(modified), setting);
}

export function redlineOfFiles(a: Uint8Array, b: Uint8Array, setting: Setting = {}): Redlined {
  const there = checked(a, b, setting);
  const back = checked(b, a, setting);
  // Which of two blocks moved past the other depends on which side comes first.
  const moved = there.report.counts.moves + back.report.counts.moves > 0;
  if (setting.lopsided === undefined && !moved) {
    const { inserted, deleted } = there.report.words;
    expect(back.report.words, 'swapping sides swaps words').toMatchObject({
      inserted: deleted,
      deleted: inserted,
    });
  }
  for (const rung of RUNGS.slice(1)) expect([rung, ...flaws(atRung(a, b, rung))]).toEqual([rung]);
  const pkg = openPackage(there.redline, nodeCodec, DEFAULT_LIMITS);
  const part = (name: string): string => bare(pkg.text(name));
  const body = /<w:body>([\s\S]*?)(?:<w:sectPr\/>)?<\/w:body>/.exec(part(pkg.main))?.[1] ?? '';
  return {
    bytes: there.redline,
    report: there.report,
    xml: body,
    part,
    names: pkg.entries.map((e) => e.name),
  };
}

function checked(a: Uint8Array, b: Uint8Array, setting: Setting): Comparison {
  const result = compare(a, b, OPTIONS, nodeCodec);
  const { redline, report } = result;
  expect(flaws(report.verification)).toEqual([]);
  expect(flaws(verify(a, b, redline, nodeCodec, DEFAULT_LIMITS)), 'verified by a stranger').toEqual([]);
  const allowed = new Set<Rung>(['words', ...(setting.rungs ?? [])]);
  expect(
    report.stories.filter((s) => !allowed.has(s.rung)),
    'served by the first rung',
  ).toEqual([]);
  const again = compare(a, b, OPTIONS, nodeCodec).redline;
  expect(Buffer.compare(redline, again), 'the same bytes twice').toBe(0);
  expect(repeatedIds(openPackage(redline, nodeCodec, DEFAULT_LIMITS)), 'ids are unique').toEqual([]);
  const accepted = compare(redline, b, OPTIONS, nodeCodec);
  expect(changes(accepted.report), 'accepted, nothing is left to change').toEqual({});
  expect(revisionsIn(accepted.redline), 'accepted, nothing is left to mark').toEqual([]);
  return result;
}

function revisionsIn(data: Uint8Array): string[] {
  const pkg = openPackage(data, nodeCodec, DEFAULT_LIMITS);
  const parts = pkg.entries.filter((e) => /^word\/\w+\.xml$/.test(e.name));
  return parts.flatMap((e) => pkg.text(e.name).match(/<w:(?!comment )[^<>]*\sw:author="[^<>]*>/g) ?? []);
}

/** What keeps a verification from being exact. */
function flaws(found: Verification): unknown[] {
  return [...found.differences, ...found.faults];
}

function atRung(a: Uint8Array, b: Uint8Array, rung: Rung): Verification {
  const open = (data: Uint8Array): Package =>
    withoutRevisions(openPackage(data, nodeCodec, DEFAULT_LIMITS), DEFAULT_LIMITS);
  const rungs = { body: rung, headers: rung, notes: rung };
  const written = writeRedline(open(a), open(b), OPTIONS, rungs, nodeCodec);
  return verify(a, b, written.untouched ? a : written.bytes, nodeCodec, DEFAULT_LIMITS);
}

/** Ids of revisions and bookmarks that stand twice in a package. */
function repeatedIds(pkg: Package): string[] {
  const found = pkg.entries
    .filter((e) => /^word\/\w+\.xml$/.test(e.name))
    .flatMap((e) => Array.from(pkg.text(e.name).matchAll(OWN_ID), (m) => m[1] ?? m[2] ?? ''));
  return found.filter((id, i) => found.indexOf(id) !== i);
}

const OWN_ID =
  /<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel|\w+Change|\w+RangeStart|bookmarkStart)\b[^>]*?\sw:id="([^"]*)"/g;

/** A sentence, two documents, the markup between them and what the report counts. */
export type Row = readonly [
  what: string,
  original: Source,
  modified: Source,
  markup: string,
  counts: Readonly<Record<string, number>>,
  setting?: Setting,
];

export function redlineTable(rows: readonly Row[]): void {
  for (const [what, original, modified, markup, counts, setting] of rows) {
    test(what, () => {
      const { xml, report } = redlineOf(original, modified, setting);
      expect(xml).toBe(bare(markup));
      expect(changes(report)).toEqual(counts);
      expect(report.identical).toBe(false);
    });
  }
}

/** A sentence and two documents that say the same: the redline is the original's bytes. */
export function sameTable(
  rows: readonly (readonly [what: string, original: Source, modified: Source])[],
): void {
  for (const [what, original, modified] of rows) {
    test(what, () => {
      const { bytes, report } = redlineOf(original, modified);
      expect(report.identical).toBe(true);
      expect(Buffer.compare(bytes, docx(original))).toBe(0);
    });
  }
}

/** What a report counts, without zeros; words by what became of them. */
export function changes(report: Report): Readonly<Record<string, number>> {
  const { inserted, deleted, moved } = report.words;
  const all = { ...report.counts, wordsInserted: inserted, wordsDeleted: deleted, wordsMoved: moved };
  return Object.fromEntries(Object.entries(all).filter(([, n]) => n !== 0));
}

/** Markup without what only tells revisions apart (ids, author, date), names of moves counted from 1, empty tags closed. */
export function bare(xml: string): string {
  const names = new Map<string, string>();
  const counted = (_: string, head: string, name: string): string => {
    const known = names.get(name) ?? `m${names.size + 1}`;
    names.set(name, known);
    return `${head}"${known}"`;
  };
  return xml
    .replace(/(<w:move\w+RangeStart\b[^>]*\sw:name=)"([^"]*)"/g, counted)
    .replace(/<w:[^<>]*\sw:author="[^<>]*>/g, (tag) =>
      tag.startsWith('<w:comment ') ? tag : tag.replace(/ w:(?:id|author|date)="[^"]*"/g, ''),
    )
    .replace(/(<w:(?:tblGridChange|(?:move|customXml)\w+RangeEnd)) w:id="[^"]*"/g, '$1')
    .replace(/ xml:space="preserve"/g, '')
    .replace(/<(\w+:\w+)([^<>]*[^<>/])?><\/\1>/g, '<$1$2/>');
}

/** One part of a package, as text; empty where there is none. */
export function textOf(data: Uint8Array, part: string): string {
  return openPackage(data, nodeCodec, DEFAULT_LIMITS).text(part) ?? '';
}

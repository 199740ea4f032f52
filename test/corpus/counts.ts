// How many revisions the upstream tests of the set `wml` expect, and how many we write, as one command:
//
//   node test/corpus/counts.ts [--write]
//
// Prints the table of docs/wml-counts.md, or with --write puts it there, between the words that stand around it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeCodec } from '../../src/kit/index.ts';
import { type Counts, compare, DEFAULT_AUTHOR, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { corpusDirectory, findPairs, repository } from './pairs.ts';
import { reasons } from './reasons.ts';

const options = { author: DEFAULT_AUTHOR, date: '2026-01-01T00:00:00Z', limits: DEFAULT_LIMITS };
const BEGIN = '<!-- counts -->';
const END = '<!-- /counts -->';

interface Row {
  readonly test: string;
  /** What the forks of the upstream test expect; more than one where they disagree. */
  readonly expected: readonly number[];
  readonly ours: number;
  readonly counts: Counts;
}

function expectations(corpus: string): Map<string, number[]> {
  const lines = readFileSync(join(corpus, 'wml/expected.tsv'), 'utf8').split('\n').slice(1);
  return new Map(
    lines.map((line) => {
      const [name = '', , , ...columns] = line.split('\t');
      const counts = columns.slice(0, 3).filter((column) => column !== '');
      return [name, [...new Set(counts.map(Number))]];
    }),
  );
}

function rows(corpus: string): Row[] {
  const expected = expectations(corpus);
  return findPairs(corpus, ['wml']).flatMap((pair) => {
    const wanted = expected.get(pair.name) ?? [];
    if (wanted.length === 0) return [];
    const read = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
    const { counts } = compare(read(pair.original), read(pair.modified), options, nodeCodec).report;
    const ours = Object.values(counts).reduce((sum: number, count: number) => sum + count, 0);
    return [{ test: pair.name.split('_')[0] ?? pair.name, expected: wanted, ours, counts }];
  });
}

const SHORT: Readonly<Record<keyof Counts, string>> = {
  insertions: 'inserted',
  deletions: 'deleted',
  moves: 'moved',
  runFormatting: 'run format',
  paragraphFormatting: 'paragraph format',
  tableRows: 'rows',
  tableProperties: 'table format',
  sections: 'sections',
};

function itemized(counts: Counts): string {
  const kinds = Object.entries(counts) as [keyof Counts, number][];
  const said = kinds.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${SHORT[kind]}`);
  return said.join(', ') || 'none';
}

function table(found: readonly Row[]): string {
  const differ = found.filter((row) => !row.expected.includes(row.ours));
  const lines = differ.map(
    (row) =>
      `| ${row.test} | ${row.expected.join(' or ')} | ${row.ours}: ${itemized(row.counts)} | ${reasons[row.test] ?? 'not yet explained'} |`,
  );
  return [
    `Of ${found.length} tests with an expected count, ${found.length - differ.length} agree.`,
    '',
    '| test | expected | ours | why |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function main(): number {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const corpus = corpusDirectory();
  if (corpus === null) {
    console.error('There is no corpus: set REDLINE_CORPUS to its directory.');
    return 2;
  }
  const text = table(rows(corpus));
  if (!values.write) console.log(text);
  else {
    const page = join(repository, 'docs/wml-counts.md');
    const [before = ''] = readFileSync(page, 'utf8').split(BEGIN);
    const [, after = '\n'] = readFileSync(page, 'utf8').split(END);
    writeFileSync(page, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
  }
  return 0;
}

process.exitCode = main();

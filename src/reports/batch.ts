import { AlignmentType, type Paragraph, type Table, TableRow, TextRun } from 'docx';
import { type Codec, csvLine } from '../redline/index.ts';
import { cell, figureTable, HEAD, heading, line, packed, SOFT, said, table, title } from './paper.ts';

/** What became of one pair of a batch. */
export interface BatchItem {
  readonly name: string;
  readonly original: string;
  readonly modified: string;
  /** A proven redline, nothing to mark, or none. */
  readonly outcome: 'redlined' | 'identical' | 'failed';
  /** Why there is none; `null` otherwise. */
  readonly problem: { readonly code: string; readonly detail: string } | null;
  /** Tracked changes and words of the redline; 0 where there is none. */
  readonly changes: number;
  readonly inserted: number;
  readonly deleted: number;
  readonly moved: number;
  /** SHA-256 in hexadecimal digits; `null` for what could not be read or is not there. */
  readonly sha256: {
    readonly original: string | null;
    readonly modified: string | null;
    readonly redline: string | null;
  };
}

export interface BatchSummary {
  /** Version of the engine. */
  readonly engine: string;
  /** ISO 8601 in UTC to the second. */
  readonly date: string | null;
  /** In the order of the batch. */
  readonly items: readonly BatchItem[];
}

export const BATCH_FORMATS = ['json', 'csv', 'docx'] as const;
export type BatchFormat = (typeof BATCH_FORMATS)[number];

/** The report of a batch; equal summaries make equal bytes. */
export async function batchReport(
  summary: BatchSummary,
  format: BatchFormat,
  codec: Codec,
): Promise<Uint8Array> {
  switch (format) {
    case 'json':
      return codec.encodeUtf8(`${JSON.stringify(summary, null, 2)}\n`);
    case 'csv':
      return codec.encodeUtf8(csv(summary));
    case 'docx':
      return await docx(summary, codec);
  }
}

const HEADER = [
  ...['name', 'original', 'modified', 'outcome', 'code', 'detail'],
  ...['changes', 'words inserted', 'words deleted', 'words moved'],
  ...['SHA-256 original', 'SHA-256 modified', 'SHA-256 redline'],
];

function csv({ items }: BatchSummary): string {
  const rows = items.map(({ sha256, problem, ...item }) => [
    ...[item.name, item.original, item.modified, item.outcome, problem?.code ?? '', problem?.detail ?? ''],
    ...[item.changes, item.inserted, item.deleted, item.moved].map(String),
    ...[sha256.original, sha256.modified, sha256.redline].map((hash) => hash ?? ''),
  ]);
  return [HEADER, ...rows].map(csvLine).join('');
}

const [NAME, OUTCOME, CHANGES, WORDS] = [4238, 2400, 1200, 1800] as const;
const COLUMNS = [NAME, OUTCOME, CHANGES, WORDS] as const;
const FAILED = 'B3261E';

async function docx(summary: BatchSummary, codec: Codec): Promise<Uint8Array> {
  const { items, date, engine } = summary;
  const having = (outcome: BatchItem['outcome']) => items.filter((item) => item.outcome === outcome);
  const failed = having('failed');
  const figures = [
    ['Pairs', items.length],
    ['Redlined, proven exact', having('redlined').length],
    ['Without a difference', having('identical').length],
    ['Failed', failed.length],
  ] as const;
  const facts = [
    ['Date', date === null ? null : date.slice(0, 10)],
    ['Engine', engine],
  ] as const;
  const children = [title('Batch report'), ...said(facts), figureTable(figures)];
  if (failed.length > 0) children.push(...section('Failed', failed));
  const done = items.filter(({ outcome }) => outcome !== 'failed');
  if (done.length > 0) children.push(...section('Redlines', done));
  return await packed('Batch report', children, date, codec);
}

function section(name: string, items: readonly BatchItem[]): (Paragraph | Table)[] {
  const titles = ['Pair', 'Outcome', 'Changes', 'Words + / −'].map((text, at) =>
    cell(COLUMNS[at] ?? 0, [line([new TextRun({ text, bold: true })])], HEAD),
  );
  const head = new TableRow({ tableHeader: true, children: titles });
  return [heading(name), table(COLUMNS, [head, ...items.map(rowOf)])];
}

function rowOf({ name, original, modified, outcome, problem, ...counts }: BatchItem): TableRow {
  const small = (text: string) => line([new TextRun({ text, size: 16, color: SOFT })]);
  const number = (text: string) => cell(CHANGES, [line([new TextRun(text)], AlignmentType.RIGHT)]);
  const red = outcome === 'failed' ? { color: FAILED, bold: true } : {};
  const said = [line([new TextRun({ text: outcome, ...red })])];
  if (problem !== null) said.push(small(`${problem.detail} (${problem.code})`));
  return new TableRow({
    cantSplit: true,
    children: [
      cell(NAME, [line([new TextRun({ text: name, bold: true })]), small(`${original} → ${modified}`)]),
      cell(OUTCOME, said),
      number(outcome === 'failed' ? '' : String(counts.changes)),
      number(outcome === 'failed' ? '' : `${counts.inserted} / ${counts.deleted}`),
    ],
  });
}

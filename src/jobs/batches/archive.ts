import type { Actor } from '../../access/index.ts';
import type { Library, Results } from '../../documents/index.ts';
import { ENGINE_VERSION } from '../../redline/index.ts';
import type { BatchSummary, BatchItem as ReportedItem } from '../../reports/index.ts';
import type { ComparisonResult } from '../work/comparison.ts';
import type { AskedSide } from '../work/sides.ts';
import type { Batch, BatchItem } from './batches.ts';
import { redlineFileName } from './names.ts';
import { type ZipFile, zipOf } from './zip.ts';

/** What became of every pair, as a report says it. */
export function summaryOf({ operation, items }: Batch): BatchSummary {
  const { endedAt, createdAt } = operation;
  const date = `${(endedAt ?? createdAt).slice(0, 19)}Z`;
  return { engine: ENGINE_VERSION, date, items: items.map(reported) };
}

function reported({ pair, operation }: BatchItem): ReportedItem {
  const result = resultOf(operation);
  const { name } = pair;
  if (result === null) {
    const { code, detail } = operation?.error ?? { code: 'batches/cancelled', detail: 'It was cancelled.' };
    const nothing = { changes: 0, inserted: 0, deleted: 0, moved: 0 };
    return {
      ...{ name, original: sideName(pair.original), modified: sideName(pair.modified), outcome: 'failed' },
      ...{ problem: { code, detail }, ...nothing, sha256: { original: null, modified: null, redline: null } },
    };
  }
  const { identical, changes, words, sha256, names } = result;
  const { inserted, deleted, moved } = words;
  return {
    ...{ name, ...names, outcome: identical ? 'identical' : 'redlined', problem: null, changes },
    ...{ inserted, deleted, moved, sha256 },
  };
}

/** What came of a pair that was compared. */
export function resultOf(operation: BatchItem['operation']): ComparisonResult | null {
  // Nothing but comparisons are parts of batches.
  return operation?.state === 'succeeded' ? (operation.result as ComparisonResult) : null;
}

function sideName(side: AskedSide): string {
  return 'document' in side ? `${side.document}, version ${side.version}` : side.name;
}

export interface ArchiveParts {
  readonly library: Library;
  readonly results: Results;
  readonly actor: Actor;
  /** The reports, by the names of their files. */
  readonly reports: readonly ZipFile[];
}

/** Every redline of a batch and its reports as a ZIP: one of them in memory at a time. What is gone meanwhile is left out. */
export function archiveOf({ operation, items }: Batch, parts: ArchiveParts): AsyncIterable<Uint8Array> {
  async function* files(): AsyncIterable<ZipFile> {
    yield* parts.reports;
    for (const item of items) {
      const result = resultOf(item.operation);
      const bytes = result === null ? null : await redlineOf(result, operation.tenant, parts);
      if (bytes === null) continue;
      yield { name: redlineFileName(item.pair.name, item.index, items.length), bytes };
    }
  }
  return zipOf(files(), Date.parse(operation.endedAt ?? operation.createdAt));
}

/** @returns `null` when it is there no more. */
async function redlineOf(
  result: ComparisonResult,
  tenant: string,
  { library, results, actor }: ArchiveParts,
): Promise<Uint8Array | null> {
  if (result.kind === 'comparisons') {
    const found = await results.open({ tenant, kind: 'comparisons', id: result.id }, 'document');
    return typeof found === 'string' ? null : await bytesOf(found.body);
  }
  const kept = await library.redlines.of(actor, result.document);
  return await bytesOf((await kept.open(actor, result.id, 1)).body);
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

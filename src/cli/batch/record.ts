import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { BatchItem } from '../../reports/index.ts';
import { codeOf } from '../input.ts';

/** One pair as it was done, and what would make it another. */
export interface Entry extends BatchItem {
  /** Of the engine's version and the options, but for a date that nobody gave. */
  readonly asked: string;
}

/** What stands beside the results: a line of JSON for each pair that was done, the latest last. */
export const RECORD = 'batch.jsonl';

/** By name. A last line that was cut short is as if it was never written. */
export async function readRecord(path: string): Promise<ReadonlyMap<string, Entry>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  const entries = text.split('\n').map(parsed);
  return new Map(entries.filter((entry) => entry !== null).map((entry) => [entry.name, entry]));
}

function parsed(line: string): Entry | null {
  try {
    const value = JSON.parse(line) as Partial<Entry> | null;
    return typeof value?.name === 'string' && typeof value.sha256 === 'object' ? (value as Entry) : null;
  } catch {
    return null;
  }
}

/** Adds lines to it, each on disk before the next pair of its thread begins. */
export async function openRecord(
  path: string,
): Promise<{ add(entry: Entry): Promise<void>; close(): Promise<void> }> {
  const file: FileHandle = await open(path, 'a');
  // A line that was cut short must not take the next one with it.
  await file.appendFile('\n');
  return {
    add: async (entry) => {
      await file.appendFile(`${JSON.stringify(entry)}\n`);
      await file.datasync();
    },
    close: () => file.close(),
  };
}

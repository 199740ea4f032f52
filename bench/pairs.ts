import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type GeneratedPair, pairOfWords, wordsOfDocument } from './generated.ts';

export interface BenchPair {
  readonly name: string;
  readonly originalPath: string;
  readonly modifiedPath: string;
  readonly original: Uint8Array;
  readonly modified: Uint8Array;
  /** Words of the original's main part. */
  readonly words: number;
}

const repository = resolve(import.meta.dirname, '..');

/** Sizes that are made of the sample, in words. */
const GENERATED = [100_000, 500_000, 1_500_000];

/**
 * Our own sample (built by `npm run build`), the pairs of the corpus' folders `bench` and `large`, where there is
 * a corpus (`REDLINE_CORPUS`), and the sample so many times over, from small to large.
 *
 * @param folder  where pairs that have to be made are written; without one none is made
 */
export function findBenchPairs(only: readonly string[], folder?: string): BenchPair[] {
  const wanted = (name: string): boolean => only.length === 0 || only.some((part) => name.includes(part));
  return [...storedPairs(), ...(folder === undefined ? [] : madePairs(folder, wanted))]
    .filter((pair) => wanted(pair.name))
    .sort((a, b) => a.original.length - b.original.length);
}

function madePairs(folder: string, wanted: (name: string) => boolean): BenchPair[] {
  if (!existsSync(join(repository, 'dist/sample/original.docx'))) return [];
  return GENERATED.flatMap((words) => {
    const name = `made-${words / 1000}k-words`;
    return wanted(name) ? [writePair(folder, name, pairOfWords(words))] : [];
  });
}

/** Puts a pair into files. */
function writePair(parent: string, name: string, pair: GeneratedPair): BenchPair {
  const folder = join(parent, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'original.docx'), pair.original);
  writeFileSync(join(folder, 'modified.docx'), pair.modified);
  return readPair(folder);
}

function storedPairs(): BenchPair[] {
  const corpus = process.env.REDLINE_CORPUS ?? join(repository, '../shared/corpus');
  const folders = [
    join(repository, 'dist/sample'),
    ...pairFolders(join(corpus, 'bench')),
    ...pairFolders(join(corpus, 'large')),
  ];
  return folders.filter((folder) => existsSync(join(folder, 'original.docx'))).map(readPair);
}

function pairFolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function readPair(folder: string): BenchPair {
  const originalPath = join(folder, 'original.docx');
  const modifiedPath = join(folder, 'modified.docx');
  const original = new Uint8Array(readFileSync(originalPath));
  return {
    name: folder.split(/[\\/]/).at(-1) ?? folder,
    originalPath,
    modifiedPath,
    original,
    modified: new Uint8Array(readFileSync(modifiedPath)),
    words: wordsOfDocument(original),
  };
}

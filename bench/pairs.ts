import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface BenchPair {
  readonly name: string;
  readonly originalPath: string;
  readonly modifiedPath: string;
  readonly original: Uint8Array;
  readonly modified: Uint8Array;
}

const repository = resolve(import.meta.dirname, '..');

/**
 * Our own sample (built by `npm run build`), then the pairs of the corpus' folders `bench` and `large`, where
 * there is a corpus (`REDLINE_CORPUS`), from small to large.
 */
export function findBenchPairs(only: readonly string[]): BenchPair[] {
  const corpus = process.env.REDLINE_CORPUS ?? join(repository, '../shared/corpus');
  const folders = [
    join(repository, 'dist/sample'),
    ...pairFolders(join(corpus, 'bench')),
    ...pairFolders(join(corpus, 'large')),
  ];
  return folders
    .filter((folder) => existsSync(join(folder, 'original.docx')))
    .map(readPair)
    .filter((pair) => only.length === 0 || only.some((name) => pair.name.includes(name)))
    .sort((a, b) => a.original.length - b.original.length);
}

function pairFolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function readPair(folder: string): BenchPair {
  const originalPath = join(folder, 'original.docx');
  const modifiedPath = join(folder, 'modified.docx');
  return {
    name: folder.split(/[\\/]/).at(-1) ?? folder,
    originalPath,
    modifiedPath,
    original: new Uint8Array(readFileSync(originalPath)),
    modified: new Uint8Array(readFileSync(modifiedPath)),
  };
}

import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The sets of pairs, in the order of the table. `large` takes minutes and is run when asked for. */
const SETS = ['contracts', 'wml', 'fixtures', 'bench', 'rich', 'stress', 'large'];
export const DEFAULT_SETS: readonly string[] = SETS.filter((set) => set !== 'large');

export interface Pair {
  readonly set: string;
  readonly name: string;
  /** Paths. */
  readonly original: string;
  readonly modified: string;
}

export const repository = resolve(import.meta.dirname, '../..');

/** The directory of the corpus (`REDLINE_CORPUS`), or null where there is none. */
export function corpusDirectory(): string | null {
  const directory = process.env.REDLINE_CORPUS ?? join(repository, '../shared/corpus');
  return existsSync(directory) ? directory : null;
}

/** The directory of the independent checker (`REDLINE_TOOLS`): beside the corpus unless told. */
export function toolsDirectory(corpus: string): string {
  return process.env.REDLINE_TOOLS ?? join(corpus, '../tools');
}

/** Every pair of the named sets whose name contains `only`, in the order of set and name. */
export function findPairs(corpus: string, sets: readonly string[], only = ''): Pair[] {
  return sets.flatMap((set) => {
    const folder = join(corpus, set);
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    return names
      .map((name) => ({
        set,
        name,
        original: join(folder, name, 'original.docx'),
        modified: join(folder, name, 'modified.docx'),
      }))
      .filter((pair) => pair.name.includes(only) && existsSync(pair.original) && existsSync(pair.modified));
  });
}

import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** The program that was named (`none` for none), or the first of its usual names on the path. */
export function findProgram(
  given: string | undefined,
  names: readonly string[],
  path: string,
): string | null {
  if (given === 'none') return null;
  const folders = path.split(delimiter).filter(isAbsolute);
  const candidates =
    given === undefined
      ? names.flatMap((name) => folders.map((folder) => join(folder, name)))
      : [resolve(given)];
  return candidates.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

// Folders that a service may be using: what goes meanwhile is passed over.

function unlessGone<Value>(look: () => Value): Value | null {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** All files below a folder. */
export function filesBelow(folder: string): string[] {
  const entries = unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** The same with what is in them. */
export function* contentsBelow(folder: string): Iterable<{ readonly path: string; readonly bytes: Buffer }> {
  for (const path of filesBelow(folder)) {
    const bytes = unlessGone(() => readFileSync(path));
    if (bytes !== null) yield { path, bytes };
  }
}

/** Copies all files below a folder to another one, as a backup does. */
export function copyBelow(from: string, to: string): void {
  for (const { path, bytes } of contentsBelow(from)) {
    const copy = join(to, relative(from, path));
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, bytes);
  }
}

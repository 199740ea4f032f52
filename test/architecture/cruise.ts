import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../..');

export interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
}

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: { readonly violations: readonly Violation[]; readonly totalCruised: number };
}

/** Reads the tree under `directory` with the repository's rules, as the command line would. */
export function cruise(directory: string, folders: readonly string[]): Cruise {
  const command = [
    join(repository, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
    ...['--config', join(repository, '.dependency-cruiser.mjs'), '--output-type', 'json'],
    ...folders,
  ];
  const ended = spawnSync(process.execPath, command, {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (ended.stdout === '') throw new Error(ended.stderr);
  return JSON.parse(ended.stdout) as Cruise;
}

/** Writes the files into a directory of its own, hands it to `use`, and clears it away. */
export function withTree<T>(files: Readonly<Record<string, string>>, use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'redline-architecture-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

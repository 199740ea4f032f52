import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';

/** A program in the place of LibreOffice, run as that is: what it prints is what it was given, and it can be held up. */
export interface Press {
  /** Absolute path, for `REDLINE_OFFICE`. */
  readonly path: string;
  /** How often it was begun. */
  readonly begun: () => number;
  /** From now on it does not end by itself, and neither does what it starts. */
  hold(): void;
  release(): void;
  /** Waits until so many of its processes run. */
  runs(count: number): Promise<void>;
  close(): Promise<void>;
}

/** The last arguments are `--outdir FOLDER INPUT`. */
const SCRIPT = (folder: string) => `#!/bin/sh
echo $$ > ${folder}/begun.$$
for one; do before="$out"; out="$input"; input="$one"; done
if [ -e ${folder}/held ]; then sleep 1000 & echo $! > ${folder}/child.$$; wait; fi
{ printf '%%PDF-1.4\\n'; cat "$input"; } > "$out/document.pdf"
`;

export async function openPress(): Promise<Press> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-press-'));
  const path = join(folder, 'press');
  writeFileSync(path, SCRIPT(folder), { mode: 0o755 });
  const files = (): string[] => readdirSync(folder);
  const running = (): number =>
    files()
      .filter((name) => /^(begun|child)\./.test(name))
      .filter((name) => isAlive(readFileSync(join(folder, name), 'latin1').trim())).length;
  return {
    path,
    begun: () => files().filter((name) => name.startsWith('begun.')).length,
    hold: () => writeFileSync(join(folder, 'held'), ''),
    release: () => rmSync(join(folder, 'held'), { force: true }),
    runs: (count) => vi.waitFor(() => expect(running()).toBe(count), { timeout: 30_000 }),
    close: () => rm(folder, { recursive: true }),
  };
}

/** A process that was killed and not yet waited for is none. */
function isAlive(pid: string): boolean {
  const stat = `/proc/${pid}/stat`;
  return pid !== '' && existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'latin1'));
}

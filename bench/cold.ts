import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { quantile } from './figures.ts';
import type { BenchPair } from './pairs.ts';

const repository = resolve(import.meta.dirname, '..');

/** Milliseconds of whole processes, started anew each time. */
export interface ColdFigures {
  readonly name: string;
  readonly runs: number;
  readonly median: number;
  readonly p95: number;
  /** Median of a process that does nothing, which is Node's own share. */
  readonly nodeMedian: number;
  readonly exitCode: number;
}

/** `redline compare` of one pair from start to end; null where the command is not built. */
export function measureCold(pair: BenchPair, runs: number): ColdFigures | null {
  if (!existsSync(join(repository, 'dist/command/index.js'))) return null;
  const folder = mkdtempSync(join(tmpdir(), 'redline-bench-'));
  const launcher = join(repository, 'bin/redline.js');
  const args = [launcher, 'compare', pair.originalPath, pair.modifiedPath, '-o', join(folder, 'out.docx')];
  try {
    let exitCode = spawnOnce(args).exitCode;
    const times: number[] = [];
    const idle: number[] = [];
    for (let run = 0; run < runs; run++) {
      const { ms, exitCode: code } = spawnOnce(args);
      exitCode = Math.max(exitCode, code);
      times.push(ms);
      idle.push(spawnOnce(['-e', '0']).ms);
    }
    const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
    return { name: pair.name, runs, median, p95, nodeMedian: quantile(idle, 0.5), exitCode };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function spawnOnce(args: readonly string[]): { ms: number; exitCode: number } {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  return { ms: performance.now() - start, exitCode: status ?? 1 };
}

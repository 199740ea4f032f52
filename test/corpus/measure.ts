import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineOutcome, EngineThread } from './engine.ts';
import { type CheckerReport, faults, Judge } from './judge.ts';
import type { Pair } from './pairs.ts';

/** What became of one pair. */
export interface Line {
  readonly pair: Pair;
  readonly engine: EngineOutcome;
  /** Only where the engine returned a redline. */
  readonly checker: CheckerReport | null;
  /** Why a returned redline is wrong: every failing level with its first difference. */
  readonly faults: readonly string[];
}

export interface MeasureOptions {
  readonly tools: string;
  /** Pairs at once; each has an engine thread and a checker process. */
  readonly jobs: number;
  readonly timeoutMs: number;
  /** Where to leave the redlines; a temporary directory, removed afterwards, when null. */
  readonly keep: string | null;
  readonly onLine?: (line: Line, done: number) => void;
}

/** Runs the engine and then the independent checker over every pair; the lines come in the order of the pairs. */
export async function measure(pairs: readonly Pair[], options: MeasureOptions): Promise<Line[]> {
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'redline-corpus-'));
  mkdirSync(folder, { recursive: true });
  const lines: Line[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    const thread = new EngineThread(options.timeoutMs);
    const judge = new Judge(options.tools);
    for (let at = next++; at < pairs.length; at = next++) {
      const pair = pairs[at];
      if (pair === undefined) break;
      const line = await measurePair(pair, join(folder, `${pair.set}__${pair.name}.docx`), thread, judge);
      lines[at] = line;
      options.onLine?.(line, ++done);
    }
    judge.stop();
    await thread.stop();
  };
  try {
    await Promise.all(Array.from({ length: Math.min(options.jobs, pairs.length) }, lane));
  } finally {
    if (options.keep === null) rmSync(folder, { recursive: true, force: true });
  }
  return lines;
}

async function measurePair(pair: Pair, redline: string, thread: EngineThread, judge: Judge): Promise<Line> {
  rmSync(redline, { force: true });
  const files = { original: pair.original, modified: pair.modified, redline };
  const engine = await thread.run(files);
  if (engine.kind !== 'returned') return { pair, engine, checker: null, faults: [] };
  const checker = await judge.judge(files);
  const unstable = engine.isDeterministic ? [] : ['engine: other bytes when run twice'];
  return { pair, engine, checker, faults: [...faults(checker), ...unstable] };
}

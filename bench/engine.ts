import { nodeCodec } from '../src/kit/index.ts';
import {
  type Comparison,
  compare,
  DEFAULT_AUTHOR,
  DEFAULT_LIMITS,
  RedlineError,
} from '../src/redline/index.ts';
import { bareWork } from './bare.ts';
import { quantile, timed } from './figures.ts';
import type { BenchPair } from './pairs.ts';
import { type PeakMemory, peakMemory } from './peak.ts';

/** Milliseconds, of warm runs in one process. */
export interface EngineFigures {
  readonly name: string;
  readonly kilobytes: number;
  /** Words of the original's main part. */
  readonly words: number;
  readonly runs: number;
  readonly median: number;
  readonly p95: number;
  /** Median of each stage of the report. */
  readonly stages: Readonly<Record<string, number>>;
  /** Median of the bare work, and how many times that floor the engine takes. */
  readonly bare: number;
  readonly ratio: number;
  readonly memory: PeakMemory;
  /** Why there is no redline to measure. */
  readonly refused: string | null;
}

export interface EngineBenchOptions {
  readonly runs: number;
  readonly warmUps: number;
  /** Milliseconds for the measured runs of one pair; three runs are made even if they take longer. */
  readonly budgetMs: number;
}

const options = { author: DEFAULT_AUTHOR, date: '2026-01-01T00:00:00Z', limits: DEFAULT_LIMITS };

/** Measures one pair; a refusal is timed like a result. */
export function measureEngine(pair: BenchPair, bench: EngineBenchOptions): EngineFigures {
  const stages = new Map<string, number[]>();
  let refused: string | null = null;
  const work = (): void => {
    const result = attempt(pair);
    if (typeof result === 'string') refused = result;
    else for (const { name, ms } of result.report.stages) stages.set(name, [...(stages.get(name) ?? []), ms]);
  };
  const bare = (): number => bareWork(pair.original, pair.modified);
  timed(work, bench.warmUps, bench.budgetMs);
  timed(bare, bench.warmUps, bench.budgetMs);
  stages.clear();
  const times = timed(work, bench.runs, bench.budgetMs);
  const bareTimes = timed(bare, bench.runs, bench.budgetMs);
  const median = quantile(times, 0.5);
  const bareMedian = quantile(bareTimes, 0.5);
  return {
    name: pair.name,
    kilobytes: (pair.original.length + pair.modified.length) / 1024,
    words: pair.words,
    runs: times.length,
    median,
    p95: quantile(times, 0.95),
    stages: Object.fromEntries([...stages].map(([name, all]) => [name, quantile(all, 0.5)])),
    bare: bareMedian,
    ratio: median / bareMedian,
    memory: peakMemory(pair),
    refused,
  };
}

function attempt(pair: BenchPair): Comparison | string {
  try {
    return compare(pair.original, pair.modified, options, nodeCodec);
  } catch (error) {
    if (error instanceof RedlineError) return error.code;
    throw error;
  }
}

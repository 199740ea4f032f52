// `npm run bench`: how fast the engine and the command line are, and against which floor. See README.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '../src/kit/index.ts';
import { type ColdFigures, measureCold } from './cold.ts';
import { type EngineFigures, measureEngine } from './engine.ts';
import { short } from './figures.ts';
import { type BenchPair, findBenchPairs } from './pairs.ts';

const STAGES = ['read', 'write', 'verify'];

function engineTable(rows: readonly EngineFigures[]): string {
  const header = [
    'pair',
    'kB',
    'words',
    'runs',
    'median ms',
    'p95',
    'µs/word',
    ...STAGES,
    'bare',
    'ratio',
    'rss MB',
    'added',
    'heap',
    '',
  ];
  const body = rows.map((row) => [
    row.name,
    ...[row.kilobytes, row.words, row.runs, row.median, row.p95, (1000 * row.median) / row.words].map(short),
    ...STAGES.map((stage) => short(row.stages[stage] ?? Number.NaN)),
    short(row.bare),
    `${short(row.ratio)} ×`,
    ...[row.memory.rssMb, row.memory.addedMb, row.memory.heapMb].map(short),
    row.refused ?? '',
  ]);
  return textTable(header, body);
}

function coldLine(cold: ColdFigures): string {
  const failed = cold.exitCode === 0 ? '' : `; exit code ${cold.exitCode}`;
  const [median, p95, node] = [cold.median, cold.p95, cold.nodeMedian].map(short);
  return `cold \`redline compare\` of ${cold.name}: median ${median} ms, p95 ${p95} ms over ${cold.runs} runs, of which Node itself ${node} ms${failed}`;
}

interface Values {
  readonly runs: string;
  readonly 'warm-up': string;
  readonly budget: string;
  readonly cold: string;
  readonly json: boolean;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '30' },
      'warm-up': { type: 'string', default: '10' },
      budget: { type: 'string', default: '6000' },
      cold: { type: 'string', default: '15' },
      json: { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'redline-bench-'));
  try {
    return measure(findBenchPairs(positionals, folder), values);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(pairs: readonly BenchPair[], values: Values): number {
  if (pairs.length === 0) {
    console.error('Nothing to measure: `npm run build` makes the sample, REDLINE_CORPUS names the corpus.');
    return 2;
  }
  const bench = {
    runs: Number(values.runs),
    warmUps: Number(values['warm-up']),
    budgetMs: Number(values.budget),
  };
  const engine: EngineFigures[] = [];
  for (const pair of pairs) {
    console.error(`measuring ${pair.name}`);
    engine.push(measureEngine(pair, bench));
  }
  const coldPair = pairs.find((pair) => pair.name === 'sentence') ?? pairs[0];
  const cold = coldPair && Number(values.cold) > 0 ? measureCold(coldPair, Number(values.cold)) : null;
  const machine = { cpu: cpus()[0]?.model ?? '', cores: availableParallelism(), node: process.version };
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  if (values.json) console.log(JSON.stringify({ machine, engine, cold, peakRssMb }, null, 2));
  else {
    console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n\n${engineTable(engine)}\n`);
    console.log(`peak memory of the whole run: ${short(peakRssMb)} MB`);
    if (cold !== null) console.log(coldLine(cold));
  }
  return 0;
}

process.exitCode = main();

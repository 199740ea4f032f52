// `npm run bench:peers`: this engine and Docxodus, installed from its package, on the same pairs in the same run.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeCodec } from '../src/kit/index.ts';
import { compare } from '../src/redline/index.ts';
import { quantile, short, timed } from './figures.ts';
import { type BenchPair, findBenchPairs } from './pairs.ts';

const PACKAGES = ['python-redlines[docxodus]==2.0.0', 'pythonnet==3.2.1'];
const FIND_ENGINE =
  'from python_redlines import DocxodusEngine; print(DocxodusEngine(target_path=__import__("sys").argv[1]).extracted_binaries_path)';
const PAIRS = [
  'sentence',
  'contract-13k-words',
  'contract-101k-words',
  'LG_p100',
  'LG_p300',
  'made-500k-words',
];
const OPTIONS = { date: '2026-01-01T00:00:00Z' };
const launcher = resolve(import.meta.dirname, '../bin/redline.js');

interface Peer {
  readonly python: string;
  /** Its program, as the package starts it. */
  readonly program: string;
  /** A folder for what its library needs to be called. */
  readonly runtime: string;
}

/** Installs the packages into a folder, unless an earlier run has. */
function install(folder: string): Peer {
  const venv = join(folder, 'venv');
  const scripts = process.platform === 'win32' ? 'Scripts' : 'bin';
  const python = join(venv, scripts, 'python');
  if (!existsSync(python)) must('python3', ['-m', 'venv', venv]);
  must(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
  const program = must(python, ['-c', FIND_ENGINE, join(folder, 'engine')]).trim();
  return { python, program, runtime: join(folder, 'runtime') };
}

function must(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8' });
  if (result.status !== 0) throw failure(command, result);
  return result.stdout;
}

function failure(command: string, { stderr, error }: SpawnSyncReturns<string>): Error {
  return new Error(`${command} failed: ${error?.message ?? stderr}`);
}

interface Bounds {
  /** Most measured runs of one kind. */
  readonly runs: number;
  /** Milliseconds for the runs of one kind, and again for those that warm up; one is made in any case. */
  readonly budgetMs: number;
  /** Milliseconds after which one process of the other is given up. */
  readonly limitMs: number;
}

/** Milliseconds; infinite where the other had not ended when it was given up. */
interface Both {
  readonly theirs: number;
  readonly ours: number;
}

/** Medians of whole processes, one after the other, so that what else the machine does meets both alike. */
function processes(peer: Peer, pair: BenchPair, folder: string, bounds: Bounds): Both {
  const out = join(folder, 'out.docx');
  const files = [pair.originalPath, pair.modifiedPath];
  const times = { theirs: [] as number[], ours: [] as number[] };
  const start = performance.now();
  for (let run = 0; run <= bounds.runs; run++) {
    const theirs = processMs(peer.program, [...files, out, '--author=Bench'], bounds.limitMs);
    const ours = processMs(process.execPath, [launcher, 'compare', ...files, '-o', out], Infinity);
    const isLate = performance.now() - start > bounds.budgetMs;
    // The first run fills the caches of the machine; where it takes long, that counts for little.
    if (run > 0 || isLate) {
      times.theirs.push(theirs);
      times.ours.push(ours);
    }
    if (isLate) break;
  }
  return { theirs: quantile(times.theirs, 0.5), ours: quantile(times.ours, 0.5) };
}

/** Infinite when it took more than `limitMs`. */
function processMs(command: string, args: readonly string[], limitMs: number): number {
  const timeout = Number.isFinite(limitMs) ? { timeout: limitMs } : {};
  const start = performance.now();
  const result = spawnSync(command, args, { encoding: 'utf8', ...timeout });
  if (isTimedOut(result)) return Infinity;
  if (result.status !== 0) throw failure(command, result);
  return performance.now() - start;
}

function isTimedOut({ error }: SpawnSyncReturns<string>): boolean {
  return error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
}

/** Medians of comparisons in one process that has made some before. */
function warm(peer: Peer, pair: BenchPair, bounds: Bounds): Both {
  const script = join(import.meta.dirname, 'docxodus.py');
  const numbers = [WARM_UPS, bounds.runs, Math.ceil(bounds.budgetMs / 1000)].map(String);
  const args = [
    script,
    dirname(peer.program),
    peer.runtime,
    pair.originalPath,
    pair.modifiedPath,
    ...numbers,
  ];
  const result = spawnSync(peer.python, args, {
    encoding: 'utf8',
    timeout: 2 * (bounds.budgetMs + bounds.limitMs),
  });
  const work = (): unknown => compare(pair.original, pair.modified, OPTIONS, nodeCodec);
  timed(work, WARM_UPS, bounds.budgetMs);
  const ours = quantile(timed(work, bounds.runs, bounds.budgetMs), 0.5);
  if (isTimedOut(result)) return { theirs: Infinity, ours };
  if (result.status !== 0) throw failure('docxodus.py', result);
  return { theirs: quantile(JSON.parse(result.stdout), 0.5), ours };
}

/** Of both: .NET compiles a method for good after 30 calls of it. */
const WARM_UPS = 30;
const HEADER = ['process ms', 'ours', 'ratio', 'warm ms', 'ours', 'ratio'];

function line(name: string, cells: readonly string[]): string {
  return [name.padEnd(22), ...cells.map((cell) => cell.padStart(11))].join('');
}

function cells({ theirs, ours }: Both, limitMs: number): string[] {
  const least = Number.isFinite(theirs) ? '' : '> ';
  const known = Number.isFinite(theirs) ? theirs : limitMs;
  return [`${least}${short(known)}`, short(ours), `${least}${short(known / ours)} ×`];
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '11' },
      budget: { type: 'string', default: '15' },
      limit: { type: 'string', default: '120' },
      folder: { type: 'string' },
    },
  });
  const [budgetMs = 0, limitMs = 0] = [values.budget, values.limit].map((seconds) => 1000 * Number(seconds));
  const bounds = { runs: Number(values.runs), budgetMs, limitMs };
  const folder = mkdtempSync(join(tmpdir(), 'redline-peers-'));
  const kept = resolve(values.folder ?? folder);
  try {
    mkdirSync(kept, { recursive: true });
    console.error(`installing ${PACKAGES.join(' and ')} into ${kept}`);
    const peer = install(kept);
    console.log(line('pair', HEADER));
    for (const pair of findBenchPairs(positionals.length > 0 ? positionals : PAIRS, folder)) {
      console.error(`measuring ${pair.name}`);
      const figures = [processes(peer, pair, folder, bounds), warm(peer, pair, bounds)];
      console.log(
        line(
          pair.name,
          figures.flatMap((both) => cells(both, limitMs)),
        ),
      );
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();

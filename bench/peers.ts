// `npm run bench:peers`: this engine and Docxodus, installed from its package, on the same pairs in the same run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeCodec, textTable } from '../src/kit/index.ts';
import { compare } from '../src/redline/index.ts';
import { quantile, short, timed } from './figures.ts';
import { pairOfBodies } from './generated.ts';
import { type BenchPair, findBenchPairs, writePair } from './pairs.ts';

const PACKAGE = 'python-redlines[docxodus]==2.0.0';
const FIND_ENGINE =
  'from python_redlines import DocxodusEngine; print(DocxodusEngine(target_path=__import__("sys").argv[1]).extracted_binaries_path)';
const OPTIONS = { date: '2026-01-01T00:00:00Z' };

/** Installs the package into a folder of its own; returns the path of its engine. */
function install(folder: string): string {
  const venv = join(folder, 'venv');
  must('python3', ['-m', 'venv', venv]);
  const bin = join(venv, existsSync(join(venv, 'Scripts')) ? 'Scripts' : 'bin');
  must(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', PACKAGE]);
  return must(join(bin, 'python'), ['-c', FIND_ENGINE, join(folder, 'engine')]).trim();
}

function must(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}

interface Processes {
  /** Medians, in milliseconds, of whole processes that took turns. */
  readonly theirs: number;
  /** The same for a pair of one word: what a Docxodus process costs before it compares. */
  readonly start: number;
  readonly ours: number;
}

/** Processes of both, one after the other, so that what else the machine does meets all alike. */
function processes(
  engine: string,
  pair: BenchPair,
  oneWord: BenchPair,
  folder: string,
  runs: number,
): Processes {
  const launcher = resolve(import.meta.dirname, '../bin/redline.js');
  const out = join(folder, 'out.docx');
  const docxodus = (of: BenchPair) => (): string =>
    must(engine, [of.originalPath, of.modifiedPath, out, '--author=Bench']);
  const work = [
    docxodus(pair),
    docxodus(oneWord),
    (): string =>
      must(process.execPath, [launcher, 'compare', pair.originalPath, pair.modifiedPath, '-o', out]),
  ];
  const times = work.map((): number[] => []);
  for (let run = 0; run <= runs; run++)
    work.forEach((once, k) => {
      const [ms = 0] = timed(once, 1, 0);
      // The first run fills the caches of the machine.
      if (run > 0) times[k]?.push(ms);
    });
  const [theirs = 0, start = 0, ours = 0] = times.map((list) => quantile(list, 0.5));
  return { theirs, start, ours };
}

/** Milliseconds of one comparison in a warm process, verification included. */
function warmMs(pair: BenchPair, runs: number): number {
  const work = (): unknown => compare(pair.original, pair.modified, OPTIONS, nodeCodec);
  timed(work, 10, 5000);
  return quantile(timed(work, 3 * runs, 10_000), 0.5);
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '5' } },
  });
  const runs = Number(values.runs);
  const folder = mkdtempSync(join(tmpdir(), 'redline-peers-'));
  try {
    console.error(`installing ${PACKAGE}`);
    const engine = install(folder);
    const oneWord = writePair(folder, 'one-word', pairOfBodies(...ONE_WORD));
    const rows = findBenchPairs(positionals, folder).map((pair) => {
      console.error(`measuring ${pair.name}`);
      const { theirs, start, ours } = processes(engine, pair, oneWord, folder, runs);
      const warm = warmMs(pair, runs);
      const net = theirs - start;
      const figures = [theirs, ours, theirs / ours, start, net, warm].map(short);
      return [pair.name, ...figures, net > 0 ? `${short(net / warm)} ×` : '-'];
    });
    console.log(textTable(HEADER, rows));
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const HEADER = ['pair', 'Docxodus ms', 'ours', 'ratio', 'its start', 'without it', 'ours warm', 'ratio'];
const ONE_WORD = ['one', 'two'].map((word) => `<w:p><w:r><w:t>${word}</w:t></w:r></w:p>`) as [string, string];

process.exitCode = main();

import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { repository } from './pairs.ts';

const MODES = ['reject', 'accept'] as const;
const LEVELS = ['text', 'structure', 'format'] as const;

interface Level {
  readonly equal: boolean;
  readonly differences: readonly Record<string, unknown>[];
  readonly difference_count: number;
}

/** What the independent checker says about one redline (the parts that are used here). */
export interface CheckerReport {
  readonly ok: boolean;
  readonly error?: string;
  readonly opens?: { readonly ok: boolean; readonly hard: readonly Record<string, unknown>[] };
  readonly reject?: Readonly<Record<(typeof LEVELS)[number], Level>>;
  readonly accept?: Readonly<Record<(typeof LEVELS)[number], Level>>;
  readonly schema?: { readonly new: readonly Record<string, unknown>[] };
  readonly quality?: {
    readonly noise: number | null;
    readonly noise_words: number | null;
    readonly whole_paragraphs_replaced: number;
  };
  readonly tracks?: boolean;
  /** Ours, beside the checker's (marks.py). */
  readonly marks?: {
    readonly moves_logged: number;
    /** The words of the logged moves that the redline does not show as moves. */
    readonly moves_missed: readonly string[];
    /** The kinds of the formatting revisions whose former and present properties are the same. */
    readonly empty_formatting: readonly string[];
  };
}

interface Verdict {
  readonly id: number;
  readonly report?: CheckerReport;
  readonly error?: string;
}

/** The checker as one long-lived Python process. */
export class Judge {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting = new Map<number, (report: CheckerReport) => void>();
  private count = 0;

  constructor(tools: string) {
    const script = join(import.meta.dirname, 'judge.py');
    this.child = spawn(python(), [script, tools], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.answer(line));
    this.child.on('exit', () => this.fail('the checker ended'));
    this.child.on('error', (error) => this.fail(String(error)));
  }

  judge(files: { original: string; modified: string; redline: string }): Promise<CheckerReport> {
    const id = this.count++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.stdin.write(`${JSON.stringify({ id, ...files })}\n`);
    });
  }

  stop(): void {
    this.child.stdin.end();
  }

  private answer(line: string): void {
    const verdict = JSON.parse(line) as Verdict;
    this.waiting.get(verdict.id)?.(verdict.report ?? { ok: false, error: verdict.error ?? 'no report' });
    this.waiting.delete(verdict.id);
  }

  private fail(error: string): void {
    for (const resolve of this.waiting.values()) resolve({ ok: false, error });
    this.waiting.clear();
  }
}

let found: string | undefined;

/** A Python with lxml: `REDLINE_PYTHON`, the repository's `.venv` (made when nothing else will do), or the machine's. */
export function python(): string {
  const own = join(repository, '.venv/bin/python');
  const candidates = [process.env.REDLINE_PYTHON, own, 'python3', '/usr/bin/python3'];
  found ??= candidates.find((name) => name !== undefined && hasLxml(name)) ?? makeEnvironment(own);
  return found;
}

function hasLxml(name: string): boolean {
  if (name.includes('/') && !existsSync(name)) return false;
  try {
    execFileSync(name, ['-c', 'import lxml.etree'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function makeEnvironment(own: string): string {
  execFileSync('python3', ['-m', 'venv', join(repository, '.venv')], { stdio: 'inherit' });
  execFileSync(own, ['-m', 'pip', 'install', '--quiet', 'lxml>=5,<7'], { stdio: 'inherit' });
  return own;
}

/** The levels that fail, each with its first difference, in the order of their weight. */
export function faults(report: CheckerReport): string[] {
  const out = report.error ? [`checker: ${report.error}`] : [];
  if (report.opens?.ok === false)
    out.push(`opens (${report.opens.hard.length}): ${show(report.opens.hard[0])}`);
  for (const mode of MODES) {
    for (const level of LEVELS) {
      const result = report[mode]?.[level];
      if (result?.equal === false) {
        out.push(`${mode} ${level} (${result.difference_count}): ${show(result.differences[0])}`);
      }
    }
  }
  const schema = report.schema?.new ?? [];
  if (schema.length > 0) out.push(`schema (${schema.length}): ${show(schema[0])}`);
  const empty = report.marks?.empty_formatting ?? [];
  if (empty.length > 0) out.push(`formatting (${empty.length}): ${empty[0]} changes nothing`);
  if (report.tracks === false) out.push('tracks: the words differ, yet nothing is marked');
  return out.length === 0 && !report.ok ? ['checker: not ok'] : out;
}

function show(value: Record<string, unknown> | undefined): string {
  return JSON.stringify(value ?? null);
}

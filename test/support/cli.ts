import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const launcher = join(resolve(import.meta.dirname, '../..'), 'bin/redline.js');

export interface CliResult {
  /** Null when the process did not end by itself. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly ms: number;
  /** MB of memory that the process held at most; null when it could not say. */
  readonly peakMb: number | null;
}

export interface CliSetting {
  readonly input?: Uint8Array;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the process is killed. */
  readonly timeoutMs?: number;
}

// Says on file descriptor 3 how much memory the process held: not `maxRSS`, which begins with what its parent held.
const REPORT_PEAK = `data:text/javascript,${encodeURIComponent(`
import { readFileSync, writeSync } from 'node:fs';
process.on('exit', () => writeSync(3, /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]));
`)}`;

/** Runs the built `redline` as a user would, in a process of its own and without a terminal. */
export function redline(args: readonly string[], setting: CliSetting = {}): Promise<CliResult> {
  const start = performance.now();
  const measured = process.platform === 'linux' ? ['--import', REPORT_PEAK] : [];
  const child = spawn(process.execPath, [...measured, launcher, ...args], {
    cwd: setting.cwd,
    env: setting.env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: setting.timeoutMs ?? 30_000,
    killSignal: 'SIGKILL',
  });
  const collected = [1, 2, 3].map((index) => {
    const chunks: Buffer[] = [];
    child.stdio[index]?.on('data', (chunk: Buffer) => chunks.push(chunk));
    return chunks;
  });
  child.stdin?.on('error', () => {}); // it may end before it has read everything
  child.stdin?.end(setting.input);
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (exitCode) => {
      const [stdout, stderr, peak] = collected.map((chunks) => Buffer.concat(chunks));
      const kib = Number(peak?.toString() || Number.NaN);
      done({
        exitCode,
        stdout: stdout ?? Buffer.alloc(0),
        stderr: stderr?.toString() ?? '',
        ms: performance.now() - start,
        peakMb: Number.isNaN(kib) ? null : kib / 1024,
      });
    });
  });
}

/** The JSON that a run printed. */
export function json<Shape>(result: CliResult): Shape {
  return JSON.parse(result.stdout.toString()) as Shape;
}

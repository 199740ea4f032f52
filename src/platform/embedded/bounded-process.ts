import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

export interface Bounds {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly deadlineMs: number;
  /** MB of resident memory of the program and all it started; watched where the system tells (`/proc`). */
  readonly memoryMb: number;
  readonly signal: AbortSignal;
}

export type ProcessEnd = 'done' | 'failed' | 'deadline-exceeded' | 'out-of-memory' | 'abandoned';

/** How often the memory is looked at; milliseconds. */
const WATCH_MS = 200;
const PAGE_BYTES = 4096;

/**
 * Runs a program in a process group of its own, so that whatever it starts ends with it: by itself, at the deadline,
 * at the limit of memory, or when the signal aborts. Resolves when the program has ended, and never rejects.
 */
export function runBounded(program: string, args: readonly string[], bounds: Bounds): Promise<ProcessEnd> {
  const { cwd, env, deadlineMs, memoryMb, signal } = bounds;
  if (signal.aborted) return Promise.resolve('abandoned');
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: 'ignore', detached: true });
    let why: ProcessEnd | undefined;
    const stop = (end: ProcessEnd): void => {
      why ??= end;
      killGroup(child);
    };
    const abandon = (): void => stop('abandoned');
    signal.addEventListener('abort', abandon, { once: true });
    const deadline = setTimeout(() => stop('deadline-exceeded'), deadlineMs);
    const watch = setInterval(() => {
      groupMemory(child.pid).then(
        (bytes) => bytes > memoryMb * 1024 * 1024 && stop('out-of-memory'),
        () => {},
      );
    }, WATCH_MS);
    const finish = (end: ProcessEnd): void => {
      clearTimeout(deadline);
      clearInterval(watch);
      signal.removeEventListener('abort', abandon);
      // Helpers may outlive the program that started them.
      killGroup(child);
      resolve(why ?? end);
    };
    child.on('error', () => finish('failed'));
    child.on('exit', (code) => finish(code === 0 ? 'done' : 'failed'));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** Bytes of resident memory of all processes of a group; 0 where the system does not tell. */
async function groupMemory(group: number | undefined): Promise<number> {
  const names = await readdir('/proc').catch(() => []);
  const sizes = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => memoryOf(name, group).catch(() => 0)),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** proc(5): behind the name in brackets come the state, the parent, the group (3rd) and, as the 22nd, the pages. */
async function memoryOf(pid: string, group: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[2]) === group ? Number(fields[21]) * PAGE_BYTES : 0;
}

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from './errors.ts';

export interface ServeFlags {
  readonly port?: string;
  readonly data?: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `redline serve`: the service as a process of its own, which ends when this one is told to; resolves with its exit code. */
export function runServe(flags: ServeFlags): Promise<number> {
  if (flags.port !== undefined && !isPort(flags.port)) {
    throw new CliError('usage', `--port is not a number from 0 to 65535: ${flags.port}`);
  }
  const main = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));
  // In a process group of its own, so that Ctrl-C reaches it once: through us.
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    stdio: 'inherit',
    detached: true,
    env: {
      // biome-ignore lint/style/noProcessEnv: handed on whole, not read; config.ts of the service reads it.
      ...process.env,
      ...(flags.port === undefined ? {} : { PORT: flags.port }),
      ...(flags.data === undefined ? {} : { REDLINE_DATA: flags.data }),
    },
  });
  for (const signal of SIGNALS)
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

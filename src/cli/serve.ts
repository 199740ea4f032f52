import { CliError } from './errors.ts';

export interface ServeFlags {
  readonly port?: string;
  readonly data?: string;
}

/** `redline serve`: the service in this process, until a signal ends it; resolves with the exit code. */
export async function runServe(flags: ServeFlags): Promise<number> {
  if (flags.port !== undefined && !isPort(flags.port)) {
    throw new CliError('usage', `--port is not a number from 0 to 65535: ${flags.port}`);
  }
  // Loaded only here: the other commands start without the service's packages.
  const { run } = await import('../main.ts');
  return await run({ PORT: flags.port, REDLINE_DATA: flags.data });
}

/** `redline worker`: does operations in this process, until a signal ends it; resolves with the exit code. */
export async function runWorker(flags: Pick<ServeFlags, 'data'>): Promise<number> {
  const { run } = await import('../main.ts');
  return await run({ REDLINE_ROLE: 'worker', REDLINE_DATA: flags.data });
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

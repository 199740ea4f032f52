import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { productEnvironment, root } from './places.mjs';

const started = Date.now();
const running = new Set();

/** A step failed and has already said why. */
export class StepFailed extends Error {}

/** Prints a line of progress with the time since the start. */
export function say(text) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${seconds.padStart(6)} s  ${text}`);
}

/**
 * Runs a command in the repository and resolves with its exit code (128 + n when signal n ended it).
 * `quiet` holds its output back and prints it only on failure.
 */
export function run(command, args, { quiet = false, env = {}, detached = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: productEnvironment(env),
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      detached,
    });
    const held = [];
    child.stdout?.on('data', (chunk) => held.push(chunk));
    child.stderr?.on('data', (chunk) => held.push(chunk));
    running.add(child);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      const exit = code ?? 128 + (constants.signals[signal] ?? 1);
      if (exit !== 0 && held.length > 0) process.stderr.write(Buffer.concat(held));
      resolve(exit);
    });
  });
}

/** Like {@link run}, but a failure ends the work. */
export async function must(what, command, args, options) {
  const exit = await run(command, args, options);
  if (exit !== 0) throw new StepFailed(`${what} failed (exit code ${exit}).`);
}

/**
 * Passes every signal on to what is running. A terminal sends Ctrl-C to npm and to us alike and npm passes it on again:
 * what comes within a second of the first is the same wish.
 */
function forwardSignals() {
  let last = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (running.size === 0) process.exit(128 + constants.signals[signal]);
      if (Date.now() - last < 1000) return;
      last = Date.now();
      for (const child of running) child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
    });
  }
}

/** Runs a script's body; a failed step prints one line, and the process ends with what the body returns. */
export async function script(body) {
  forwardSignals();
  try {
    process.exitCode = await body();
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

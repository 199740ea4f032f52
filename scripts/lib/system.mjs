import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.mjs';
import { run, StepFailed, say } from './run.mjs';

/** What tests need of the machine: the commands that will do, and the Debian package that brings one. */
const PARTS = {
  browser: {
    commands: [process.env.CHROMIUM_PATH, 'chromium', 'chromium-browser', 'google-chrome'],
    package: 'chromium',
  },
  office: {
    commands: [process.env.SOFFICE_PATH, 'soffice', 'libreoffice'],
    package: 'libreoffice-writer-nogui',
  },
  python: { commands: ['python3'], package: 'python3-venv' },
};

let listsAreFresh = false;

/** Makes sure that a part is there, through apt-get where that is possible; otherwise says what is missing. */
export async function ensurePart(name) {
  const part = PARTS[name];
  if (part.commands.some(found)) return;
  if (!(process.getuid?.() === 0 && found('apt-get'))) throw new StepFailed(missing(part));
  await aptInstall(part.package);
  if (!part.commands.some(found)) throw new StepFailed(missing(part));
}

function missing(part) {
  const names = part.commands.filter((command) => command !== undefined).join(', ');
  return `Missing on this machine: ${names}. The Debian package ${part.package} brings it.`;
}

async function aptInstall(name) {
  say(`Installing the Debian package ${name} …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!listsAreFresh) await run('apt-get', ['update', '-qq'], { quiet: true, env });
  listsAreFresh = true;
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { quiet: true, env });
}

/** A Python with lxml for the independent checker: `REDLINE_PYTHON`, or the repository's own `.venv`. */
export async function ensureCheckerPython() {
  const given = process.env.REDLINE_PYTHON;
  if (given !== undefined && hasLxml(given)) return given;
  const own = join(root, '.venv/bin/python');
  if (hasLxml(own)) return own;
  await ensurePart('python');
  say('Installing lxml for the checker …');
  if ((await makeEnvironment()) !== 0) {
    if (process.getuid?.() === 0 && found('apt-get')) await aptInstall(PARTS.python.package);
    if ((await makeEnvironment()) !== 0) throw new StepFailed('python3 cannot make a virtual environment.');
  }
  await run(own, ['-m', 'pip', 'install', '--quiet', 'lxml>=5,<7'], { quiet: true });
  if (!hasLxml(own)) throw new StepFailed('pip could not install lxml into .venv.');
  return own;
}

async function makeEnvironment() {
  return await run('python3', ['-m', 'venv', '--clear', '.venv'], { quiet: true });
}

function hasLxml(python) {
  return existsSync(python) && spawnSync(python, ['-c', 'import lxml.etree']).status === 0;
}

function found(command) {
  if (command === undefined) return false;
  if (command.includes('/')) return existsSync(command);
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

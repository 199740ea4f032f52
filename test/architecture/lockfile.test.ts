import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository } from './cruise.ts';

interface Locked {
  readonly version: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const packages = Object.entries(lock.packages);

describe('package-lock.json', () => {
  test('names no download address: any registry will do', () => {
    expect(packages.filter(([, one]) => one.resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  // npm leaves out what it cannot find where it runs, and `npm ci` then refuses the file everywhere.
  test('knows what every package wants, also for other machines than this one', () => {
    const has = (path: string, name: string): boolean =>
      [`node_modules/${name}`, `${path}/node_modules/${name}`].some(
        (one) => lock.packages[one] !== undefined,
      );
    const missing = packages.flatMap(([path, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter((name) => !has(path, name))
        .map((name) => `${path} wants ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

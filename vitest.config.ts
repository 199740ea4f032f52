import { defineConfig } from 'vitest/config';

/** One project per kind of test, so that `npm test -- unit` runs what it says. */
const project = (name: string, include: string[], timeoutMs: number) => ({
  // A poll ends as soon as it holds; its patience is for busy machines.
  test: {
    name,
    include,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    expect: { poll: { timeout: 30_000 } },
  },
});

export default defineConfig({
  test: {
    projects: [
      project(
        'unit',
        ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts', 'test/specimens/**/*.test.ts'],
        60_000,
      ),
      project('architecture', ['test/architecture/**/*.test.ts'], 120_000),
      project('property', ['test/property/**/*.test.ts'], 600_000),
      project('simulation', ['test/simulation/**/*.test.ts'], 900_000),
      project('contract', ['test/contract/**/*.test.ts'], 120_000),
      project('acceptance', ['test/acceptance/**/*.test.ts'], 120_000),
      project('chaos', ['test/chaos/**/*.test.ts'], 300_000),
      project('browser', ['test/browser/**/*.test.ts'], 120_000),
      project('corpus', ['test/corpus/**/*.test.ts'], 1_800_000),
    ],
  },
});

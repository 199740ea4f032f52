import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, test } from 'vitest';

/** Bytes, minified and packed. What a program does not use of it, its bundler leaves out. */
const MOST_BYTES = 16 * 1024;

async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      lib: { entry, formats: ['es'], fileName: 'client' },
      rolldownOptions: { external: /^node:/ },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  if (first === undefined || !('output' in first)) throw new Error('nothing was built');
  return first.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('');
}

test('redline/client is small, and needs nothing of Node', async () => {
  const code = await bundle(fileURLToPath(new URL('../../src/client/index.ts', import.meta.url)));
  expect(code).toContain('Idempotency-Key');
  expect(code).not.toMatch(/from\s*["'][^."']/);
  expect(code).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(/);
  const size = gzipSync(code).length;
  expect(size).toBeLessThan(MOST_BYTES);
});

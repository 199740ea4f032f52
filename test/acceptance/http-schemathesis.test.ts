import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startService } from './service.ts';

// The description of the API, as another program reads it: what it makes of it is answered, and as described.

/** `npm test` installs it; who runs this suite alone may have none. */
const program = process.env.SCHEMATHESIS_PATH;

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

// `npm test` installs it; who runs this suite alone may have none.
test.skipIf(program === undefined)('schemathesis finds nothing', { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redline-fuzz-'));
  const service = await startService({ settings: { REDLINE_OFFICE: 'none', REDLINE_BROWSER: 'none' } });
  const args = [
    ...['run', `${service.url}/openapi.json`, '--include-path-regex', '^/v1/'],
    // It can send neither pieces of uploads nor archives; and what makes PDFs is taken away.
    ...['--exclude-path-regex', '^/v1/uploads|^/v1/imports$|pdf', '--checks', CHECKS.join(',')],
    ...['--phases', 'examples,fuzzing', '--max-examples', '5', '--seed', '1', '--workers', '1', '--no-color'],
  ];
  const child = spawn(program ?? '', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(String(data)));
  const [exit] = (await once(child, 'close')) as [number];
  const faults = service.lines.filter(({ level }) => level === 'error');
  await service.stop();
  await rm(folder, { recursive: true });
  expect(exit, said.join('')).toBe(0);
  expect(said.join('')).toMatch(/Tested:\s+[6-9]\d|Tested:\s+1\d\d/);
  expect(faults).toEqual([]);
});

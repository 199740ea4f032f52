import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository, withTree } from './cruise.ts';

/** Compiles one line under the engine's own configuration; gives the compiler's complaints. */
function complaints(line: string): string {
  const configuration = {
    extends: join(repository, 'src/redline/tsconfig.json'),
    compilerOptions: { noEmit: true, composite: false, incremental: false, rootDir: '.' },
    include: ['*.ts'],
  };
  const files = { 'tsconfig.json': JSON.stringify(configuration), 'planted.ts': `${line}\nexport {};\n` };
  return withTree(files, (directory) => {
    const command = [
      join(repository, 'node_modules/typescript/bin/tsc'),
      '-p',
      join(directory, 'tsconfig.json'),
    ];
    return spawnSync(process.execPath, command, { encoding: 'utf8' }).stdout;
  });
}

describe('the engine compiles without Node and without a browser', () => {
  test.each([
    ['Node globals', 'Buffer.from([1]);', "Cannot find name 'Buffer'"],
    ['the process', 'process.exit();', "Cannot find name 'process'"],
    ['Node modules', "import 'node:fs';", "'node:fs'"],
    ['the page', 'document.body;', "Cannot find name 'document'"],
    ['the network', "fetch('');", "Cannot find name 'fetch'"],
    ['timers', 'setTimeout(() => 1, 1);', "Cannot find name 'setTimeout'"],
    ['the text decoder', 'new TextDecoder();', "Cannot find name 'TextDecoder'"],
  ])('%s do not compile there', (_, line, complaint) => {
    expect(complaints(line)).toContain(complaint);
  });

  test('the language itself does', () => {
    expect(complaints('[1, 2].toSorted();')).toBe('');
  });
});

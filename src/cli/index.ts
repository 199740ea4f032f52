// The `redline` command: the one module of this room that acts when it is loaded.
import { constants, enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Compiled code is kept beside the command, where the build leaves what a comparison compiles, so that no start need
// compile it again; in the system's temporary folder where that one cannot be had, and for the sources.
const isBuilt = import.meta.filename.endsWith('.js');
const kept = enableCompileCache(isBuilt ? join(import.meta.dirname, '.compiled') : undefined);
if (kept.status === constants.compileCacheStatus.FAILED) enableCompileCache();
const { run } = await import('./program.ts');

// A reader that goes away is told to whoever writes, not thrown from nowhere.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  // Only asking for it opens it.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  today: () => new Date(),
});

// The `redline` command: the one module of this room that acts when it is loaded.
import { enableCompileCache } from 'node:module';

// Compiled code is kept in the system's temporary folder, so that the next start need not compile it again.
enableCompileCache();
const { run } = await import('./program.ts');

// A reader that goes away is told to whoever writes, not thrown from nowhere.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  today: () => new Date(),
});

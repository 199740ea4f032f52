import type { Command } from 'commander';
import { addAdmin } from './admin.ts';
import { addArchiveCommands } from './archives/commands.ts';
import { addAudit } from './audit/commands.ts';
import { addBatch } from './batch/command.ts';
import { addChangeCommands } from './change-commands.ts';
import { addDocumentCommands } from './documents/commands.ts';
import { addEditCommands } from './edit-commands.ts';
import type { Io } from './io.ts';
import { addOperations } from './operations/commands.ts';
import { addRetention } from './retention/commands.ts';
import { addShowCommands } from './show-commands.ts';
import { addWebhooks } from './webhooks/commands.ts';

/** The verbs but `compare` and `verify`, in the order of the help. */
export function addOtherVerbs(program: Command, io: Io, done: (exitCode: number) => void): void {
  addBatch(program, io, done);
  addChangeCommands(program, io, done);
  addShowCommands(program, io, done);
  addEditCommands(program, io, done);
  addDocumentCommands(program, io, done);
  addOperations(program, io, done);
  addRetention(program, io, done);
  addArchiveCommands(program, io, done);
  addWebhooks(program, io, done);
  addServe(program, done);
  addAdmin(program, io, done);
  addAudit(program, io, done);
}

function addServe(program: Command, done: (exitCode: number) => void): void {
  program
    .command('serve')
    .description('serve the page and the HTTP API on this machine, until Ctrl-C')
    .option('--port <number>', 'the port, 0 for a free one (default: PORT, else 8080)')
    .option('--data <folder>', 'where results are kept (default: REDLINE_DATA, else .redline)')
    .action(async (flags) => {
      const { runServe } = await import('./serve.ts');
      done(await runServe(flags));
    });
  program
    .command('worker')
    .description('do what takes longer than a request for services with the same data, until Ctrl-C')
    .option('--data <folder>', 'where they keep what they work with (default: REDLINE_DATA, else .redline)')
    .action(async (flags) => {
      const { runWorker } = await import('./serve.ts');
      done(await runWorker(flags));
    });
}

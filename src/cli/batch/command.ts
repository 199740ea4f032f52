import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { withOptions } from '../options.ts';

const HELP = `
SOURCE is a folder or a manifest. In a folder, and those below it, "original.docx" beside "modified.docx" is a pair, and so
is "NAME.original.docx" beside "NAME.modified.docx". A manifest is JSON; paths in it start from where it stands:

  { "base": "template.docx",
    "options": { "ignore": { "case": true } },
    "items": [ { "modified": "acme.docx" },
               { "name": "2026/globex", "original": "g1.docx", "modified": "g2.docx", "options": { "granularity": "character" } } ] }

Each redline is FOLDER/NAME.docx. One pair that fails holds up no other. Run again, a batch that was stopped goes on: what was
done of the same documents under the same options is kept, what failed is tried again. FOLDER/batch.jsonl remembers it.

With --server a service compares (REDLINE_API_KEY says who asks). A command that was ended, or that lost the service, goes on with the
same batch when it is run again; the service goes on meanwhile, and its page /work shows how far it is.

The exit code is the highest of its pairs: 0 when all are done.

Examples:
  redline batch contracts/ -o redlines/
  redline batch manifest.json -o redlines/ --summary summary.docx --threads 4
  redline batch contracts/ -o redlines/ --json > summary.json
  redline batch contracts/ -o redlines/ --server https://redline.example
`;

export function addBatch(program: Command, io: Io, done: (exitCode: number) => void): void {
  const command = program
    .command('batch <source>')
    .description('compare many pairs, each into a redline of its own')
    .usage('SOURCE -o FOLDER [options]')
    .requiredOption('-o, --output <folder>', 'where the redlines go; made when it is not there')
    .option('--summary <file>', 'write what became of each pair: .json, .csv or .docx')
    .option('--server <url>', 'have the pairs compared by this service, a hundred at a time')
    .option('--threads <number>', 'pairs at once (default: as many as the machine has processors)')
    .option('--json', 'print the same as JSON on standard output')
    .option('--force', 'do all again, and let results replace inputs');
  withOptions(command)
    .addHelpText('after', HELP)
    .action(async (source, flags) => {
      const { runBatch } = await import('./batch.ts');
      done(await runBatch(source, flags, io));
    });
}

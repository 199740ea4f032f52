import type { Command } from 'commander';
import { withService } from '../documents/commands.ts';
import type { Io } from '../io.ts';

const HELP = `
Rules say how long a running service keeps documents, by type, by label, or both. Administrators of the service set them, and so
do programs whose key in REDLINE_API_KEY has the scope retention:manage. What FILE holds is what "show --json" prints; with
its "etag", rules that somebody else changed meanwhile are not replaced. See docs/retention.md.

Examples:
  redline retention show --json > rules.json
  redline retention set rules.json
  redline retention sweep
  redline retention sweep --really
`;

/** `redline retention …`: how long a service keeps documents. */
export function addRetention(program: Command, io: Io, done: (exitCode: number) => void): void {
  const retention = program
    .command('retention')
    .description('show and set how long a running service keeps documents, and see what would go')
    .addHelpText('after', HELP);
  withService(retention.command('show'))
    .description('show the rules')
    .action(async (flags) => done(await (await import('./rules.ts')).runShowRules(flags, io)));
  withService(retention.command('set <file>'))
    .description('replace the rules by those of a file of JSON')
    .option('--if-match <etag>', 'only if the rules are still those of this ETag')
    .action(async (file, flags) => done(await (await import('./rules.ts')).runSetRules(file, flags, io)));
  withService(retention.command('sweep'))
    .description('tell which documents would be marked and deleted now, and why')
    .option('--really', 'mark and delete them; what is deleted cannot be had back')
    .action(async (flags) => done(await (await import('./sweep.ts')).runSweep(flags, io)));
}

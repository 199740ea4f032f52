import type { Command } from 'commander';
import { collected } from '../change-commands.ts';
import { PATIENCE, withService } from '../documents/commands.ts';
import type { Io } from '../io.ts';

const EXPORT_HELP = `
An archive holds documents with all versions, redlines with their certificates, and the audit trail; docs/portability.md says how.
It is checked to its last byte before it takes its name. A download that was cut short goes on where it ended (ARCHIVE.part) when
the same command is run again, within a day. What is in it is not encrypted. Where people sign in, REDLINE_API_KEY is a key; for
everything it needs the scope portability:manage.

Examples:
  redline export -o mine.tar
  redline export -o everything.tar --scope tenant --server https://redline.example
`;

const IMPORT_HELP = `
The archive is checked to its last byte before anything of it is sent. Each document comes in with all its versions or not at all;
what is there already stays, so that the same archive can be sent again. For administrators, and keys (REDLINE_API_KEY) with the
scope portability:manage.

Examples:
  redline import everything.tar --server https://other.example
  redline import everything.tar --map person:p_0123=person:p_4567
`;

const VERIFY_HELP = `
Checks every file of the archive against its list, the list against the manifest, the manifest against its signature, the key of
that against those that vouch for it, and the audit trail against its hashes and signed checkpoints. Nothing but the file is needed;
with --trust, the first key must be the one that was noted when the installation was set up.

Examples:
  redline archive verify everything.tar
  redline archive verify everything.tar --trust KEY --json
`;

type Done = (exitCode: number) => void;

/** `redline export`, `redline import` and `redline archive verify`: from one installation into another. */
export function addArchiveCommands(program: Command, io: Io, done: Done): void {
  withService(program.command('export'))
    .description('take documents, redlines and the audit trail out of a running service, as one archive')
    .usage('-o ARCHIVE [options]')
    .requiredOption('-o, --output <archive>', 'the file to write')
    .option(
      '--scope <scope>',
      'own (documents that you own) or tenant (everything; for administrators)',
      'own',
    )
    .option('--patience <seconds>', PATIENCE, '60')
    .addHelpText('after', EXPORT_HELP)
    .action(async (flags) => done(await (await import('./export.ts')).runExport(flags, io)));
  withService(program.command('import <archive>'))
    .description('bring an archive of an export into a running service')
    .usage('ARCHIVE [options]')
    .option('--map <from=to>', 'who a member is there: person:FROM=person:TO; may be repeated', collected)
    .addHelpText('after', IMPORT_HELP)
    .action(async (archive, flags) =>
      done(await (await import('./import.ts')).runImport(archive, flags, io)),
    );
  program
    .command('archive')
    .description('check archives of exports')
    .command('verify <archive>')
    .description('say whether an archive and the audit trail in it are what was signed')
    .option('--trust <key>', 'the id of the first key, as it was noted')
    .option('--json', 'the answer as JSON')
    .addHelpText('after', VERIFY_HELP)
    .action(async (archive, flags) =>
      done(await (await import('./verify.ts')).runVerifyArchive(archive, flags, io)),
    );
}

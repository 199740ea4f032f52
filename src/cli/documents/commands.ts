import type { Command } from 'commander';
import { addFilter, collected } from '../change-commands.ts';
import type { Io } from '../io.ts';

const HELP = `
Documents that a running service keeps, each with its versions. ID is what "list" and "upload" tell. The service is
--server, else REDLINE_SERVER, else the one of this machine on PORT (8080). Where people have to sign in, REDLINE_API_KEY
holds a key (POST /v1/api-keys).

Examples:
  redline documents list --name lease
  redline documents upload draft-1.docx
  redline documents upload draft-2.docx --to ID
  redline documents history ID
  redline documents download ID --version 1 -o draft-1.docx
  redline documents compare ID --original 1 --modified 2 -o redline.docx
  redline documents share ID ben@example.com --as editor
`;

const UPLOAD_HELP = `
An upload that was cut short (a broken network, Ctrl-C, a service that ended) goes on where it was when the same command is
run again, within a day.

Examples:
  redline documents upload lease.docx annex.pdf --label leases
  redline documents upload lease-2.docx --to d_0123456789abcdef0123456789abcdef
`;

const COMPARE_HELP = `
Rejecting every change gives the original, accepting every change the modified side: proven before the redline is kept. By
default the current version is compared with the one before it; FILE is compared with the current version.

Examples:
  redline documents compare ID
  redline documents compare ID --original 1 --modified 3 -o redline.docx
  redline documents compare ID returned.docx -o redline.docx
`;

type Done = (exitCode: number) => void;

/** `redline documents …`: what a service keeps. */
export function addDocumentCommands(program: Command, io: Io, done: Done): void {
  const documents = program
    .command('documents')
    .description('keep documents with a running service: upload, list, history, download …')
    .addHelpText('after', HELP);
  addReading(documents, io, done);
  addUpload(documents, io, done);
  addCompare(documents, io, done);
  addDeciding(documents, io, done);
  addChanges(documents, io, done);
  addSharing(documents, io, done);
  addHolds(documents, io, done);
}

/** What every verb that asks a service takes. */
export function withService(command: Command): Command {
  return command
    .option('--server <url>', 'the service (default: REDLINE_SERVER, else http://127.0.0.1:PORT)')
    .option('--json', 'print what the service answers as JSON');
}

function addReading(documents: Command, io: Io, done: Done): void {
  withService(documents.command('list'))
    .description('list documents')
    .option('--name <text>', 'those with this text in the name')
    .option('--type <type>', 'those of this media type')
    .option('--label <label>', 'those with this label')
    .option('--owner <owner>', 'those of this owner')
    .option('--deleted', 'those that are deleted')
    .option('--sort <field>', 'name, createdAt or updatedAt', 'updatedAt')
    .option('--order <order>', 'ascending or descending (default: descending; by name ascending)')
    .option('--limit <number>', 'the most to list', '50')
    .option('--page-token <token>', 'go on where a list ended')
    .action(async (flags) => done(await (await import('./read.ts')).runList(flags, io)));
  withService(documents.command('show <id>'))
    .description('show what is known of a document')
    .action(async (id, flags) => done(await (await import('./read.ts')).runShow(id, flags, io)));
  withService(documents.command('history <id>'))
    .description('list the versions of a document')
    .action(async (id, flags) => done(await (await import('./read.ts')).runHistory(id, flags, io)));
  withService(documents.command('download <id>'))
    .description('write a version to a file')
    .requiredOption('-o, --output <out>', 'the file to write; "-" is standard output')
    .option('--version <number>', 'the version (default: the current one)')
    .action(async (id, flags) => done(await (await import('./read.ts')).runDownload(id, flags, io)));
}

export const PATIENCE = 'how long to wait for a service that went away';
const IF_MATCH = 'only if the document is still in the state of this ETag';

function addUpload(documents: Command, io: Io, done: Done): void {
  withService(documents.command('upload <files...>'))
    .description('keep files as new documents, or one as a version')
    .option('--to <id>', 'add the file as a version of this document')
    .option('--name <name>', 'what the document is called (default: as the file)')
    .option('--label <label>', 'a label of the documents; may be repeated', collected)
    .option('--if-match <etag>', IF_MATCH)
    .option('--patience <seconds>', PATIENCE, '60')
    .addHelpText('after', UPLOAD_HELP)
    .action(async (files, flags) => done(await (await import('./upload.ts')).runUpload(files, flags, io)));
}

function addCompare(documents: Command, io: Io, done: Done): void {
  withService(documents.command('compare <id> [file]'))
    .description('compare two versions, or one with a file, and keep the redline')
    .option('--original <number>', 'the earlier version')
    .option('--modified <number>', 'the later version (default: the current one)')
    .option('--author <name>', 'whose changes they are (default: who asks)')
    .option('-o, --output <out>', 'write the redline to a file too; "-" is standard output')
    .option('--patience <seconds>', PATIENCE, '60')
    .addHelpText('after', COMPARE_HELP)
    .action(async (id, file, flags) =>
      done(await (await import('./compare.ts')).runCompare(id, file, flags, io)),
    );
  withService(documents.command('redlines <id>'))
    .description('list the redlines that are kept with a document')
    .option('--limit <number>', 'the most to list', '50')
    .action(async (id, flags) => done(await (await import('./compare.ts')).runRedlines(id, flags, io)));
}

const DECIDE_HELP = `
Everything that is chosen is decided in one commit, as a new version of the redline, or nothing is. Versions that were before
stay. Ids of changes stay when others are decided.

Examples:
  redline documents changes ID REDLINE --clause 4.2
  redline documents accept ID REDLINE --id c1f6e2a9b04d7
  redline documents reject ID REDLINE --author "Ada Lovelace"
`;

function addDeciding(documents: Command, io: Io, done: Done): void {
  const changes = withService(documents.command('changes <id> <redline>'))
    .description('list the tracked changes of a redline')
    .addHelpText('after', DECIDE_HELP)
    .action(async (document, redline, flags) =>
      done(await (await import('./decide.ts')).runChanges({ document, redline }, flags, io)),
    );
  addFilter(changes);
  for (const verdict of ['accept', 'reject'] as const) {
    const command = withService(documents.command(`${verdict} <id> <redline>`))
      .description(`${verdict} tracked changes of a redline`)
      .option('--all', `${verdict} every change`)
      .option('--if-match <etag>', 'only if the redline is still in the state of this ETag')
      .addHelpText('after', DECIDE_HELP)
      .action(async (document, redline, flags) =>
        done(await (await import('./decide.ts')).runDecide({ document, redline }, verdict, flags, io)),
      );
    addFilter(command);
  }
}

function addChanges(documents: Command, io: Io, done: Done): void {
  withService(documents.command('rename <id> <name>'))
    .description('give a document another name')
    .option('--if-match <etag>', IF_MATCH)
    .action(async (id, name, flags) =>
      done(await (await import('./change.ts')).runRename(id, name, flags, io)),
    );
  withService(documents.command('label <id>'))
    .description('add labels to a document, or take them off')
    .option('--add <label>', 'may be repeated', collected)
    .option('--remove <label>', 'may be repeated', collected)
    .option('--if-match <etag>', IF_MATCH)
    .action(async (id, flags) => done(await (await import('./change.ts')).runLabel(id, flags, io)));
  withService(documents.command('delete <id>'))
    .description('delete a document, so that it can be restored')
    .option('--if-match <etag>', IF_MATCH)
    .action(async (id, flags) => done(await (await import('./change.ts')).runDelete(id, flags, io)));
  withService(documents.command('restore <id>'))
    .description('take a deletion back, or make an earlier version the current one')
    .option('--version <number>', 'the version to restore, as a new one')
    .option('--if-match <etag>', IF_MATCH)
    .action(async (id, flags) => done(await (await import('./change.ts')).runRestore(id, flags, io)));
  withService(documents.command('copy <id>'))
    .description('make a new document of one')
    .option('--name <name>', 'what the copy is called (default: the same)')
    .option('--version <number>', 'the version to copy (default: the current one)')
    .action(async (id, flags) => done(await (await import('./change.ts')).runCopy(id, flags, io)));
}

const SHARE_HELP = `
WHOM is an address of somebody who has signed in, a domain, or what "members" tells: person:ID, group:ID, domain:NAME,
service:ID. A viewer reads; a commenter comments as well; an editor changes; an owner shares. See docs/sharing.md.

Examples:
  redline documents share ID ben@example.com --as editor --until 2027-01-31
  redline documents share ID example.com --as viewer
  redline documents unshare ID ben@example.com
  redline documents transfer ID cid@example.com --keep viewer
`;

function addSharing(documents: Command, io: Io, done: Done): void {
  withService(documents.command('members <id>'))
    .description('list who may do what with a document')
    .action(async (id, flags) => done(await (await import('./members.ts')).runMembers(id, flags, io)));
  withService(documents.command('share <id> <whom>'))
    .description('share a document with somebody, or give them another role')
    .requiredOption('--as <role>', 'viewer, commenter, editor or owner')
    .option('--until <time>', 'a day or a time; afterwards it is as if it had never been shared')
    .option('--if-match <etag>', IF_MATCH)
    .addHelpText('after', SHARE_HELP)
    .action(async (id, whom, flags) =>
      done(await (await import('./members.ts')).runShare(id, whom, flags, io)),
    );
  withService(documents.command('unshare <id> <whom>'))
    .description('share a document with somebody no longer')
    .option('--if-match <etag>', IF_MATCH)
    .action(async (id, whom, flags) =>
      done(await (await import('./members.ts')).runUnshare(id, whom, flags, io)),
    );
  withService(documents.command('transfer <id> <whom>'))
    .description('make somebody else the owner of a document')
    .option('--from <member>', 'who gives it up (default: who asks, else the first owner)')
    .option('--keep <role>', 'what they are then: viewer, commenter, editor or nothing', 'editor')
    .option('--if-match <etag>', IF_MATCH)
    .action(async (id, whom, flags) =>
      done(await (await import('./members.ts')).runTransfer(id, whom, flags, io)),
    );
}

const HOLD_HELP = `
While a document is on hold nobody can delete it, its versions or its redlines, and no rule of retention does. Administrators
set and release holds. The reason stands in the audit trail: name the matter and no person. See docs/retention.md.

Examples:
  redline documents hold ID --reason "Case 7"
  redline documents release ID
`;

function addHolds(documents: Command, io: Io, done: Done): void {
  withService(documents.command('hold <id>'))
    .description('put a document under a legal hold, or give its hold another reason')
    .requiredOption('--reason <words>', 'such as the number of a case')
    .option('--if-match <etag>', IF_MATCH)
    .addHelpText('after', HOLD_HELP)
    .action(async (id, flags) => done(await (await import('./hold.ts')).runHold(id, flags, io)));
  withService(documents.command('release <id>'))
    .description('release a legal hold')
    .option('--if-match <etag>', IF_MATCH)
    .addHelpText('after', HOLD_HELP)
    .action(async (id, flags) => done(await (await import('./hold.ts')).runRelease(id, flags, io)));
}

import { type Command, Option } from 'commander';
import type { Io } from './io.ts';

const KINDS = `KIND: insertion, deletion, replacement, move, row-insertion, row-deletion, cell-insertion, cell-deletion, cell-merge,
run-formatting, paragraph-formatting, numbering, section-formatting, table-formatting, control-insertion,
control-deletion.`;

const CHANGES_HELP = `
Lists what was inserted, deleted, moved and formatted in a document of any editor, one logical change a line. The ids are
for accept, reject and edit: they stay when the document is saved anew or other changes are decided.
${KINDS}
DOCUMENT may be "-", standard input.

Examples:
  redline changes redline.docx
  redline changes redline.docx --author "Ada Lovelace" --clause 4.2 --json
  redline changes redline.docx --kind insertion --kind deletion --csv > changes.csv
`;

const DECIDE_HELP = `
Changes are chosen by id, or by whatever else is true of them; --all chooses all. Everything is decided or, where an id is
not known, nothing. Blocks in which nothing was decided keep their bytes.
${KINDS}
DOCUMENT may be "-", standard input; OUT may be "-", standard output.

Examples:
  redline accept redline.docx -o clean.docx --all
  redline reject redline.docx -o next.docx --id c1f6e2a9b04d7 --id c03d9c4be88f1-93ab01
  redline accept redline.docx -o next.docx --author "Ada Lovelace" --from 2026-03-01
`;

/** The commands that list changes and decide them. */
export function addChangeCommands(program: Command, io: Io, done: (exitCode: number) => void): void {
  const changes = program
    .command('changes <document>')
    .description('list the tracked changes of a document')
    .usage('DOCUMENT [options]')
    .addOption(new Option('--json', 'print them as JSON').conflicts('csv'))
    .option('--csv', 'print them as CSV')
    .addHelpText('after', CHANGES_HELP)
    .action(async (document, flags) => {
      const { runChanges } = await import('./changes.ts');
      done(await runChanges(document, flags, io));
    });
  addFilter(changes);
  for (const verdict of ['accept', 'reject'] as const) {
    const command = program
      .command(`${verdict} <document>`)
      .description(`${verdict} tracked changes of a document`)
      .usage('DOCUMENT -o OUT [options]')
      .requiredOption('-o, --output <out>', 'the document to write; "-" is standard output')
      .option('--all', `${verdict} every change`)
      .option('--json', 'print what was decided as JSON on standard output')
      .option('--force', 'let OUT replace the document')
      .addHelpText('after', DECIDE_HELP)
      .action(async (document, flags) => {
        const { runDecide } = await import('./changes.ts');
        done(await runDecide(document, verdict, flags, io));
      });
    addFilter(command);
  }
}

/** Of an option that may be repeated. */
export const collected = (value: string, before: string[] = []): string[] => [...before, value];

/** The flags that choose changes. */
export function addFilter(command: Command): void {
  command
    .option('--id <id>', 'the change of this id; may be repeated', collected)
    .option('--author <name>', 'changes of this author; may be repeated', collected)
    .option('--kind <kind>', 'changes of this kind; may be repeated', collected)
    .option('--from <date>', 'changes of this moment and later, ISO 8601')
    .option('--to <date>', 'changes before this moment, ISO 8601')
    .option('--text <words>', 'changes that hold these words')
    .option('--clause <label>', 'changes in this clause and below it')
    .option('--story <story>', 'changes in this story, such as body, footnote or "header 1 default"');
}

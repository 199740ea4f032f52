import type { Command } from 'commander';
import type { Io } from './io.ts';

const EDIT_HELP = `
EDITS is JSON: a list such as
  [{ "op": "replace", "at": { "quote": "thirty (30) days" }, "with": "sixty (60) days" },
   { "op": "insertParagraph", "at": { "clause": "4.2(b)" }, "side": "after", "text": "New text." },
   { "op": "comment", "at": { "quote": "indirect loss" }, "text": "Too wide." }]
An edit is one of
  replace (with), insert (side, text), delete                          words of a quote
  insertParagraph (side, text, style), deleteParagraph, moveParagraph (to, side), splitParagraph (side), mergeParagraph
  formatText (set: bold, italic, underline, strike, smallCaps, allCaps, color, highlight, size, font, style)
  formatParagraph (set: align, indentLeft, indentRight, indentFirst, spaceBefore, spaceAfter, keepNext, keepLines,
                   pageBreakBefore, style, level)
  insertRow (side, cells), deleteRow, footnote (text)
  comment (text, until), reply (comment, text), resolve, reopen, deleteComment (comment)
at, to and until say where: quote with prefix and suffix, paragraph, clause, change, story; fuzzy also matches other
quotation marks, blanks and case. side is before or after.
All edits are written as tracked changes, or none: where a quote stands nowhere or in several places, nothing is
written, and the places that it may mean are listed. docs/editing.md describes every edit.

Examples:
  redline edit draft.docx --edits edits.json -o edited.docx --author "Ada Lovelace"
`;

const COMMENT_HELP = `
Examples:
  redline comment draft.docx -o out.docx --quote "indirect loss" --text "Too wide."
  redline comment draft.docx -o out.docx --reply 3 --text "Agreed."
  redline comment draft.docx -o out.docx --resolve 3
`;

const SCRUB_HELP = `
KINDS: authors, dates, sessions, properties, comments, hidden-text, custom-xml, extensions
(default: all of them).
Authors become roles: those of --role, or "Author 1", "Author 2", …
What is left to be looked at by hand is listed: notes in pictures, embedded files, fields that show an author, macros.

Examples:
  redline scrub draft.docx -o clean.docx
  redline scrub draft.docx -o clean.docx --kinds authors,dates --role "Ada Lovelace=Supplier's counsel"
`;

const COMBINE_HELP = `
BASE is what the reviewers were given. A clean copy is compared with it under its reviewer's name (the name of the file,
where --reviewer does not say another); of a copy with tracked changes those are used, with their authors and dates.
Where reviewers edited the same, --policy keep leaves all side by side, prefer leaves those of whoever
comes first in --prefer, and refuse writes nothing and lists the places (--json).

Examples:
  redline combine base.docx ann.docx bo.docx -o combined.docx
  redline combine base.docx a.docx b.docx -o combined.docx --reviewer "Ann Lee" "Bo Fox" --policy prefer --prefer "Bo Fox"
`;

type Done = (exitCode: number) => void;

/** The commands that change a document. */
export function addEditCommands(program: Command, io: Io, done: Done): void {
  stamped(program.command('edit <document>'), 'edit')
    .description('apply a list of edits as tracked changes')
    .usage('DOCUMENT --edits EDITS -o OUT [options]')
    .requiredOption('--edits <edits>', 'the list of edits, a JSON file; "-" is standard input')
    .addHelpText('after', EDIT_HELP)
    .action(async (document, flags) => {
      const { runEdit } = await import('./edit.ts');
      done(await runEdit(document, flags, io));
    });
  addComment(program, io, done);
  addScrub(program, io, done);
  addCombine(program, io, done);
}

function addCombine(program: Command, io: Io, done: Done): void {
  program
    .command('combine <base> <copies...>')
    .description('make one redline of the copies of several reviewers')
    .usage('BASE COPY... -o OUT [options]')
    .requiredOption('-o, --output <out>', 'the document to write; "-" is standard output')
    .option('--reviewer <names...>', 'whose copies they are, in their order')
    .option('--policy <policy>', 'keep, prefer or refuse, where reviewers edited the same', 'keep')
    .option('--prefer <names...>', 'whose edits stand there, the first before all others')
    .option('--compare-mismatch', 'compare a tracked copy that does not come from BASE')
    .option('--date <date>', 'of the changes of clean copies, ISO 8601, or "none" (default: now)')
    .option('--json', 'print what was combined as JSON on standard output')
    .option('--force', 'let OUT replace one of the inputs')
    .addHelpText('after', COMBINE_HELP)
    .action(async (base, copies, flags) => {
      const { runCombine } = await import('./combine.ts');
      done(await runCombine(base, copies, flags, io));
    });
}

function stamped(command: Command, what: string): Command {
  return command
    .requiredOption('-o, --output <out>', 'the document to write; "-" is standard output')
    .option('--author <name>', `who makes the ${what}`, 'Redline')
    .option('--initials <initials>', 'of the author of comments')
    .option('--date <date>', 'when, ISO 8601, or "none" (default: now)')
    .option('--json', 'print what was done as JSON on standard output')
    .option('--force', 'let OUT replace the document');
}

function addComment(program: Command, io: Io, done: Done): void {
  stamped(program.command('comment <document>'), 'comment')
    .description('add, answer, resolve, reopen or delete a comment')
    .usage('DOCUMENT -o OUT [options]')
    .option('--quote <words>', 'the words to comment on')
    .option('--prefix <words>', 'what stands directly before the quote')
    .option('--suffix <words>', 'what stands directly behind the quote')
    .option('--paragraph <id>', 'the paragraph to comment on, or to look in')
    .option('--clause <label>', 'the clause to comment on, or to look in')
    .option('--change <id>', 'the change to comment on')
    .option('--story <story>', 'where to look: body, header, footer, footnote, endnote, comment')
    .option('--until <words>', 'comment on everything from the words to the end of these')
    .option('--fuzzy', 'the words may differ in quotation marks, blanks and case')
    .option('--text <text>', 'what the comment says')
    .option('--reply <id>', 'answer this comment')
    .option('--resolve <id>', 'mark this comment as done')
    .option('--reopen <id>', 'mark this comment as not done')
    .option('--delete <id>', 'delete this comment and the answers to it')
    .addHelpText('after', COMMENT_HELP)
    .action(async (document, flags) => {
      const { runComment } = await import('./edit.ts');
      done(await runComment(document, flags, io));
    });
  program
    .command('comments <document>')
    .description('list the comments of a document')
    .option('--json', 'as JSON')
    .action(async (document, flags) => {
      const { runComments } = await import('./edit.ts');
      done(await runComments(document, flags, io));
    });
}

function addScrub(program: Command, io: Io, done: Done): void {
  program
    .command('scrub <document>')
    .description('take out who wrote a document, when and how')
    .usage('DOCUMENT -o OUT [options]')
    .requiredOption('-o, --output <out>', 'the document to write; "-" is standard output')
    .option('--kinds <kinds>', 'what to take out, separated by commas')
    .option('--role <author=role...>', 'the role that stands for an author; may be given several times')
    .option('--json', 'print what was taken out as JSON on standard output')
    .option('--force', 'let OUT replace the document')
    .addHelpText('after', SCRUB_HELP)
    .action(async (document, flags) => {
      const { runScrub } = await import('./edit.ts');
      done(await runScrub(document, flags, io));
    });
}
